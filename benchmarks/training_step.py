"""Processor time of a training step: the localization network against a plain CAM classifier on the same backbone.

EfficientNet-Lite0 with random weights, as `lite0-224-*` trains it: batches of 18 crops of 224 × 224 pixels, 152
classes and 40 attributes, each image with 5 classes of which 3 have an attribute. Forward, loss, backward and the
optimiser's step; no images are read. The networks take turns; the median over the rounds, on all cores.
"""

from collections.abc import Callable, Iterator
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.markdown import table
from benchmarks.surroundings import Options, Skipped

if TYPE_CHECKING:
    from segmentation.localization.config import LocalizationOptions

BATCH, SIDE = 18, 224
N_FOREGROUND, N_CLASSES, N_ATTRIBUTES = 80, 152, 40
AIM = 1.10
_REFERENCE = "plain CAM"
_CONFIGS = {
    _REFERENCE: "lite0-224-plain-cam",
    "embeddings": "lite0-224-background",
    "embeddings, attributes": "lite0-224-full",
}


def report(options: Options) -> Iterator[str]:
    """Markdown, a table for each precision."""
    try:
        from segmentation.experiments.catalog import resolve_config
        from segmentation.localization.config import LocalizerConfig
    except ImportError as error:
        raise Skipped(f"{error.name} is not installed. Try: pip install './segmentation[all]'") from None
    for bfloat16 in (False, True):
        configs = {what: resolve_config(LocalizerConfig, name, {}) for what, name in _CONFIGS.items()}
        steps = {what: _step(config.network, bfloat16=bfloat16) for what, config in configs.items()}
        yield f"\n{'bfloat16' if bfloat16 else 'float32'}:\n"
        yield table(("network", "CPU seconds a step", "times plain CAM"), _rows(steps, options.rounds))
    yield f"Aim: at most {AIM:.2f} times."


def _rows(steps: dict[str, Callable[[], None]], rounds: int) -> list[tuple[str, str, str]]:
    """Medians of the steps' processor times, which take turns after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(1 + rounds):
        for name, step in steps.items():
            started = process_time()
            step()
            if turn:
                seconds[name].append(process_time() - started)
    reference = median(seconds[_REFERENCE])
    return [(name, f"{median(of):.2f}", f"{median(of) / reference:.2f}") for name, of in seconds.items()]


def _step(network: "LocalizationOptions", *, bfloat16: bool) -> Callable[[], None]:
    """A step of the training of one network, on one batch of noise."""
    import torch

    from segmentation.backbones.loading import load_backbone
    from segmentation.localization.losses import BalancedWeights, LocalizationLoss, LossWeights
    from segmentation.localization.network import build_localizer

    torch.manual_seed(0)
    backbone = load_backbone("efficientnet-lite0-head")
    module = build_localizer(backbone, N_CLASSES, N_ATTRIBUTES, network)
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    weights = LossWeights(BalancedWeights.plain(N_CLASSES), BalancedWeights.plain(N_ATTRIBUTES))
    loss = LocalizationLoss(network, weights, N_FOREGROUND)
    optimizer = torch.optim.SGD(
        [parameter for parameter in module.parameters() if parameter.requires_grad], lr=1e-6, momentum=0.9
    )
    images = torch.randint(0, 256, (BATCH, 3, SIDE, SIDE), dtype=torch.uint8)
    classes = torch.zeros(BATCH, N_CLASSES, dtype=torch.bool)
    attributes = torch.zeros(BATCH, N_CLASSES, N_ATTRIBUTES, dtype=torch.bool)
    for image in range(BATCH):
        present = torch.randperm(N_CLASSES)[:5]
        classes[image, present] = True
        attributes[image, present[:3], torch.randint(0, N_ATTRIBUTES, (3,))] = True

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            total, _ = loss(module.train(), module(images), classes, attributes, torch.default_generator)
        total.backward()
        optimizer.step()

    return step
