"""New images through a segmentation network: images per second on one core, memory of a large image, start-up.

EfficientNet-Lite0 with ImageNet's weights and a linear head over COCO's 80 classes that starts from ImageNet's
rows: the size and the speed of a trained one, and more classes in an image than that would find. The network alone
sees squares; `predict` reads an image, sees it at that shorter side, and makes its mask at the size of the image.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capseg_command, real_data, this_python

if TYPE_CHECKING:
    from segmentation.segmenter.config import SegmenterConfig

INSTANCES = "coco/annotations/instances_val2017_masked.json"
IMAGES = 16
SIDES = (321, 512)
"""512 is seen as 513: 16 · 32 + 1 pixels."""
_HOW = {
    "torch": "the network, torch",
    "onnx": "the network, onnxruntime",
    "plain": "predict, without CRF",
    "crf": "predict, dense CRF",
}
_LARGE = (12_000, 4_000)
"""Width and height of the large image."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    instances = real_data(INSTANCES)
    count = min(options.limit or IMAGES, IMAGES)
    folder = instances.parent.parent / "val2017"
    names = [image["file_name"] for image in json.loads((REPOSITORY / instances).read_text())["images"]]
    images = [str(folder / name) for name in names if (REPOSITORY / folder / name).is_file()][:count]
    model = OUTPUTS / "predict-speed" / "model"
    # In a process of its own: what follows measures memory, and this one must stay small.
    run((this_python(), "-m", "benchmarks.predict_speed", str(model), *map(str, _LARGE)))
    commands = {
        (how, side): (
            *(this_python(), "-m", "benchmarks.predict_job", how, str(model.relative_to(REPOSITORY))),
            *(str(side // 16 * 16 + 1), str(count), *images),
        )
        for how in _HOW
        for side in SIDES
    }
    figures: dict[tuple[str, int], list[float]] = {key: [] for key in commands}
    for _ in range(options.rounds):
        for key, command in commands.items():
            figures[key].append(float(run(command).output))
    yield table(
        ("images/s on one core", *(f"{side}²" for side in SIDES)),
        [(name, *(f"{median(figures[how, side]):.2f}" for side in SIDES)) for how, name in _HOW.items()],
    )
    yield from _commands(model, images[0])


def _commands(model: Path, image: str) -> Iterator[str]:
    large = str(model.with_name("large.png").relative_to(REPOSITORY))
    output = model.with_name("masks")
    common = ("--model", str(model.relative_to(REPOSITORY)), "-o", str(output.relative_to(REPOSITORY)), "--quiet")
    wanted: dict[str, Sequence[str]] = {
        "help": capseg_command("predict", "--help"),
        "one photograph": capseg_command("predict", image, *common, "--refine", "none"),
        "12,000 × 4,000, as it is by default": capseg_command("predict", large, *common),
        "the same, without CRF": capseg_command("predict", large, *common, "--refine", "none"),
        "the same, in windows at its own size": capseg_command(
            "predict", large, *common, "--refine", "none", "--input-size", "original"
        ),
    }
    rows = []
    for what, command in wanted.items():
        for path in sorted(output.rglob("*"), reverse=True) if output.exists() else ():
            path.unlink()
        cost = run(command)
        rows.append(
            (what, f"{cost.wall_seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.largest_process_mib:,.0f}")
        )
    yield table(("capseg predict", "s", "CPU s", "peak memory, MiB"), rows)
    yield command_block(wanted.values())


def _config() -> "SegmenterConfig":
    from segmentation.segmenter.config import SegmentationOptions, SegmenterConfig

    return SegmenterConfig(
        backbone="efficientnet-lite0-head",
        weights="packaged",
        label_space="coco",
        network=SegmentationOptions(head="linear", rows="imagenet"),
    )


def _prepare(model: Path, width: int, height: int) -> None:
    """Save the model, its ONNX file and the large image."""
    import numpy as np
    import torch
    from PIL import Image

    from segmentation import Segmenter
    from segmentation.data.targets import Vocabulary
    from segmentation.prediction.onnx_export import export_onnx
    from segmentation.segmenter.initialise import starting_network
    from segmentation.segmenter.run import TrainedSegmenter
    from segmentation.training.checkpoint import save_weights
    from shared_schemas import load_label_space

    torch.manual_seed(0)
    space = load_label_space("coco")
    model.parent.mkdir(parents=True, exist_ok=True)
    weights = model.with_name("start.safetensors")
    save_weights(weights, starting_network(_config(), space).state_dict())
    segmenter = Segmenter(TrainedSegmenter(weights, Vocabulary(space), _config()))
    segmenter.save_pretrained(model, half=True)
    export_onnx(segmenter.model, model.with_suffix(".onnx"))
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (height // 100, width // 100, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(model.with_name("large.png"))


def _main() -> None:
    import sys

    model, width, height = sys.argv[1:]
    _prepare(Path(model), int(width), int(height))


if __name__ == "__main__":
    _main()
