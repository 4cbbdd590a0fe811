"""What a segmenter makes of noisy masks, on the synthetic world: losses, ignore band, filters, starts, and CRF.

One localizer learns from captions and makes the masks; each arm trains a segmenter on them, with the same settings
and steps, and is scored on another world, which nothing was trained on, without its captions. The tiny network
starts from scratch; EfficientNet-Lite0 is frozen, its linear head starts from ImageNet's rows or at random.
`--limit` sets the number of images; a quarter as many are scored on. One seed each: differences below .02 say
little.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command

IMAGES = 200
SEEDS = (1, 101)
"""Of the world that is learned from, and of that which is scored on."""
BAND = "--ignore-band 0.3 0.6".split()
_PLAIN, _BANDED = "masks", "masks-band"
_LITE0 = (
    "backbone=efficientnet-lite0-head", "weights=packaged", "network.head=linear", "frozen_views=3",
    "training.learning_rate=0.003", "training.new_layer_factor=1.0", "training.last_bias_factor=2.0",
)  # fmt: skip


class Arm(NamedTuple):
    """A row: what it is called, what differs from the paper's recipe, and the masks that it learns from."""

    name: str
    settings: tuple[str, ...] = ()
    masks: str = _PLAIN


ARMS = (
    Arm("balanced loss, all pixels (the paper)"),
    Arm("cross-entropy", ("loss.kind=cross-entropy",)),
    Arm("ignore band .3 to .6", masks=_BANDED),
    Arm("DuPL: falling threshold to .7", ("loss.noise.contradiction=0.7",)),
    Arm("DuPL: mixture of losses, per pixel", ("loss.noise.mixture=true",)),
    Arm("worst images, up to a fifth", ("loss.noise.worst_images=0.2",)),
    Arm("ADELE", ("loss.correction.enabled=true",)),
    Arm("Lite0, rows at random", (*_LITE0, "network.rows=random")),
    Arm("Lite0, ImageNet's rows", (*_LITE0, "network.rows=imagenet")),
)


def report(options: Options) -> Iterator[str]:
    """Markdown, one table."""
    OUTPUTS.mkdir(exist_ok=True)
    folder = (OUTPUTS / "segmenter-arms").relative_to(REPOSITORY)
    shutil.rmtree(REPOSITORY / folder, ignore_errors=True)
    (REPOSITORY / folder).mkdir(parents=True)
    for command in _mask_commands(folder, options.limit or IMAGES):
        run(command)
    rows = [("its pseudo-masks, of images with captions", *_scores(folder / _PLAIN, folder / "world"), "", "")]
    for number, arm in enumerate(ARMS):
        train, *predictions = _arm_commands(number, arm, folder)
        cpu_seconds = run(train).cpu_seconds
        cells: list[str] = []
        for command in predictions:
            run(command)
            cells += _scores(Path(command[command.index("-o") + 1]), folder / "val")[:2]
        rows.append((arm.name, *cells, f"{cpu_seconds:.0f}"))
    header = ("segmenter", "mIoU", "precision, recall", "with CRF", "precision, recall", "CPU s")
    yield table(header, rows)
    yield "The commands for the masks and the first arm:"
    yield command_block([*_mask_commands(folder, options.limit or IMAGES), *_arm_commands(0, ARMS[0], folder)])


def _mask_commands(folder: Path, images: int) -> list[Sequence[str]]:
    """Both worlds, the labels, the localizer and its masks."""
    world, labels, space = folder / "world", str(folder / "labels.jsonl"), str(folder / "world/label_space.json")
    localizer, seen = str(folder / "localizer"), ("--images", str(world / "images"), "--labels", labels)
    config = ("--config", "synthetic-full", "--label-space", space, "--workers", "0", "--quiet")
    sizes = zip(("world", "val"), (images, images // 4), SEEDS, strict=True)
    return [
        *(
            capseg_command("synthesize", str(folder / name), "--images", str(count), "--seed", str(seed))
            for name, count, seed in sizes
        ),
        capparse_command("label", str(world / "captions.jsonl"), "-o", labels, "--label-space", space, "--quiet"),
        capseg_command("train-localizer", *seen, "-o", localizer, *config),
        capseg_command("make-masks", localizer, *seen, "-o", str(folder / _PLAIN), "--quiet"),
        capseg_command("make-masks", localizer, *seen, "-o", str(folder / _BANDED), *BAND, "--quiet"),
    ]


def _arm_commands(number: int, arm: Arm, folder: Path) -> list[Sequence[str]]:
    """What trains an arm, and what predicts without and with the CRF."""
    trained, settings = str(folder / f"run-{number}"), [of for each in arm.settings for of in ("--set", each)]
    seen = ("--images", str(folder / "world/images"), "--masks", str(folder / arm.masks))
    config = ("--config", "synthetic-segmenter-full", "--workers", "0", "--quiet")
    return [
        capseg_command("train-segmenter", *seen, "-o", trained, *config, *settings),
        *(
            capseg_command(
                "predict", str(folder / "val/images"), "-o", f"{trained}-{refine}", "--model", trained,
                "--refine", refine, "--quiet",
            )
            for refine in ("none", "dense-crf")
        ),
    ]  # fmt: skip


def _scores(masks: Path, world: Path) -> tuple[str, str]:
    """mIoU, and precision and recall, as cells."""
    done = run(
        capseg_command(
            "evaluate", str(masks), "--truth", str(world / "instances.json"), "--label-space",
            str(world / "label_space.json"), "--json",
        )
    )  # fmt: skip
    scores = json.loads(done.output)
    scores = scores.get("masks", scores)
    return f"{scores['miou']:.3f}", f"{scores['precision']:.3f}, {scores['recall']:.3f}"
