"""What a segmenter makes of noisy masks, on the synthetic world: losses, ignore band, filters, starts, and CRF.

One localizer learns from captions and makes the masks; each arm trains a segmenter on them, with the same settings
and steps, and is scored on another world, which nothing was trained on, without its captions. The tiny network
starts from scratch; EfficientNet-Lite0 is frozen, its linear head starts from ImageNet's rows or at random.
`--limit` sets the number of images; a quarter as many are scored on. One seed each: differences below .02 say
little. What an earlier call has done is not done again, and its CPU seconds are those of what was left to do.
"""

import sys
import time
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
    Arm("ADELE: correction", ("loss.correction.enabled=true",)),
    Arm("ADELE: consistency", ("loss.correction.consistency=1",)),
    Arm("ADELE: both", ("loss.correction.enabled=true", "loss.correction.consistency=1")),
    Arm("Lite0, rows at random", (*_LITE0, "network.rows=random")),
    Arm("Lite0, ImageNet's rows", (*_LITE0, "network.rows=imagenet")),
)


def report(options: Options) -> Iterator[str]:
    """Markdown, one table; its rows go to standard error as they come."""
    images = options.limit or IMAGES
    name = f"segmenter-arms-{options.limit}" if options.limit else "segmenter-arms"
    folder = (OUTPUTS / name).relative_to(REPOSITORY)
    (REPOSITORY / folder).mkdir(parents=True, exist_ok=True)
    done = {"world": "world/truth_labels.jsonl", "val": "val/truth_labels.jsonl", "labels.jsonl": "labels.jsonl"}
    for command in _mask_commands(folder, images):
        made = [there for output, there in done.items() if str(folder / output) in command[1:5]]
        if not (made and (REPOSITORY / folder / made[0]).is_file()):
            run(command)
    rows: list[tuple[str, ...]] = [
        ("its pseudo-masks, of images with captions", *_scores(folder / _PLAIN, folder / "world"), "", "", "")
    ]
    for number, arm in enumerate(ARMS):
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        rows.append((arm.name, *_trained(folder / f"run-{number}", arm, folder)))
    header = ("segmenter", "mIoU", "precision, recall", "with CRF", "precision, recall", "CPU s")
    yield table(header, rows)
    yield "The commands for the masks:"
    yield command_block(_mask_commands(folder, images))


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


def _trained(trained: Path, arm: Arm, folder: Path) -> tuple[str, ...]:
    """An arm's scores without and with the CRF, and the CPU seconds of its training, as cells."""
    from segmentation.experiments.catalog import parse_setting, resolve_config
    from segmentation.masks.refinement import Refinement
    from segmentation.prediction.files import PredictionInputs, predict_files
    from segmentation.prediction.options import PredictionOptions
    from segmentation.prediction.segmenter import Segmenter
    from segmentation.segmenter.config import SegmenterConfig
    from segmentation.segmenter.run import train_segmenter
    from segmentation.training.config import MachineOptions

    config = resolve_config(SegmenterConfig, "synthetic-segmenter-full", dict(map(parse_setting, arm.settings)))
    begun = time.process_time()
    machine = MachineOptions(device="cpu", workers=0)
    train_segmenter([_here(folder / "world/images")], _here(folder / arm.masks), _here(trained), config, machine)
    seconds = time.process_time() - begun
    cells: list[str] = []
    for refine in (Refinement.NONE, Refinement.DENSE_CRF):
        masks = trained.with_name(f"{trained.name}-{refine}")
        segmenter = Segmenter.from_pretrained(str(_here(trained)), options=PredictionOptions(refine=refine))
        predict_files(segmenter, PredictionInputs([_here(folder / "val/images")]), _here(masks))
        cells += _scores(masks, folder / "val")
    return (*cells, f"{seconds:.0f}")


def _scores(masks: Path, world: Path) -> tuple[str, str]:
    """mIoU, and precision and recall, as cells."""
    from segmentation.data.truth.opening import open_truth
    from segmentation.evaluation.evaluate import evaluate

    truth = open_truth(_here(world / "instances.json"), label_space=_here(world / "label_space.json"))
    scores = evaluate(_here(masks), truth)
    return f"{scores.miou:.3f}", f"{scores.precision:.3f}, {scores.recall:.3f}"


def _here(path: Path) -> Path:
    return REPOSITORY / path
