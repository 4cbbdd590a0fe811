"""Referring expressions: pooling without an N × L × D intermediate, and what a second expression costs.

Similarities of 32 images of 24 × 24 patches with 96 texts in 1,024 dimensions, their MPA and its size penalty (the
batch of TSEG), forward and backward: as the package has them, and in the naive form that multiplies every patch
with every text before it adds up. That one does an image at a time, since a whole batch of it takes 7 GB. Each in
a process of its own; memory is what its peak rises by. Then an image on one core: what its first expression costs,
and each that follows, by EfficientNet-Lite0 with texts of 384 values.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from benchmarks.markdown import table
from benchmarks.processes import run
from benchmarks.surroundings import Options, this_python

BATCH, TEXTS, SIDE, DIMENSION = 32, 96, 24, 1024
_FORMS = {"package": "as the package has it", "naive": "naive, image by image"}
_NOTHING = "nothing"
"""A process that makes the batch alone: what the others are compared with."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a table at a time."""
    found: dict[str, list[tuple[float, float]]] = {}
    for form in (_NOTHING, *_FORMS):
        for _ in range(options.rounds if form != _NOTHING else 1):
            cost = run((this_python(), "-m", "benchmarks.refer_pooling", form))
            found.setdefault(form, []).append((float(cost.output), cost.largest_process_mib))
    base = found[_NOTHING][0][1]
    rows = [
        (name, f"{median(s for s, _ in found[form]):.2f}", f"{median(m for _, m in found[form]) - base:,.0f}")
        for form, name in _FORMS.items()
    ]
    yield table(("similarities and MPA, forward and backward", "CPU s", "peak memory, MiB"), rows)
    first, later = map(float, run((this_python(), "-m", "benchmarks.refer_pooling", "image")).output.split())
    yield table(
        ("an image at 321 × 321, texts already encoded", "CPU ms"),
        [("its first expression", f"{1000 * first:.0f}"), ("each that follows", f"{1000 * later:.1f}")],
    )


def _pool(form: str) -> None:
    """Do it once, and print the processor time."""
    import torch

    from segmentation.referring.config import ScorePoolingOptions
    from segmentation.referring.pooling import cosines, pooled

    torch.manual_seed(0)
    patches = torch.randn(BATCH, DIMENSION, SIDE, SIDE, requires_grad=True)
    texts = torch.randn(TEXTS, DIMENSION, requires_grad=True)
    options = ScorePoolingOptions()
    started = time.process_time()
    if form == "package":
        pooled(cosines(patches, texts) / 0.07, options).scores.sum().backward()
    elif form == "naive":
        for image in patches:
            cells = torch.nn.functional.normalize(image.flatten(1).T, dim=1)
            normal = torch.nn.functional.normalize(texts, dim=1)
            maps = (cells[:, None, :] * normal[None, :, :]).sum(dim=2).T.reshape(1, TEXTS, SIDE, SIDE)
            pooled(maps / 0.07, options).scores.sum().backward()
    print(time.process_time() - started)


def _ask() -> None:
    """Print the processor time of the first expression of an image and that of another one."""
    import numpy as np
    import torch

    from segmentation.backbones.loading import load_backbone
    from segmentation.masks.refinement import Refinement
    from segmentation.referring.config import ReferringOptions
    from segmentation.referring.network import ReferringNetwork
    from segmentation.referring.options import ResolvedReferring
    from segmentation.referring.predict import ExpressionPredictor

    torch.set_num_threads(1)
    torch.manual_seed(0)

    class Texts:
        channels = 384

        def knows(self, text: str) -> bool:
            return bool(text)

        def vectors(self, texts: Sequence[str]) -> torch.Tensor:
            return torch.randn(len(texts), self.channels)

    network = ReferringNetwork(load_backbone("efficientnet-lite0-head"), Texts.channels, ReferringOptions()).eval()
    options = ResolvedReferring(input_size=321, relative=False, refine=Refinement.NONE)
    predictor = ExpressionPredictor(network, Texts(), torch.device("cpu"), options)
    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)

    def whole() -> None:
        predictor.maps(predictor.encode(image), ["a dog"])

    encoded = predictor.encode(image)
    print(_seconds(whole), _seconds(lambda: predictor.maps(encoded, ["a dog"])))


def _seconds(step: Callable[[], object], times: int = 5) -> float:
    step()
    taken = []
    for _ in range(times):
        started = time.process_time()
        step()
        taken.append(time.process_time() - started)
    return median(taken)


if __name__ == "__main__":
    _ask() if sys.argv[1] == "image" else _pool(sys.argv[1])
