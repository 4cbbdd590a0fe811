"""The rows of TSEG's tables on the synthetic world: poolings, size penalty, dimension, targets, data, supervision.

Every row but full supervision learns from the captions of a world of 360 images, and is scored on the classes and
attributes of 120 images of another one, beside the whole image and a box in the middle; thresholds are fixed. A
tiny backbone, which learned the class names of other images from labels of images alone, is frozen
(`benchmarks/refer_small_job.py`), so that a row takes seconds. Objects stand anywhere in these worlds, so that no
class is told by its surroundings. Settings were chosen on the world of seed 1. `--limit` sets the number of seeds.
What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, this_python

SEEDS = (2, 3, 4)
IMAGES, VAL_IMAGES = 360, 120
_VAL_SEEDS = 100
"""What is added to the seed of a world for that of the one to score on."""
_FOLDER = (OUTPUTS / "refer-small").relative_to(REPOSITORY)
_ARMS = _FOLDER / "arms.json"
RECIPE = {
    "training.optimizer": "adamw",
    "training.learning_rate": 0.003,
    "training.epochs": 6,
    "expressions.synonyms": "ignored",
}
"""What the rows share, beyond `synthetic-referring-mpa`."""


class Arm(NamedTuple):
    """A row: what it changes, and what the paper reports of the same change on PhraseCut, in per cent."""

    name: str
    settings: dict[str, Any]
    paper: str


ARMS = (
    Arm("MPA, identity targets, 64 dimensions, λ = .01, p = 5, all images", {}, "28.8"),
    Arm("SPA", {"network.pooling.kind": "spa"}, "21.1"),
    Arm("GAP", {"network.pooling.kind": "gap"}, "9.4"),
    Arm("GMP", {"network.pooling.kind": "gmp"}, "5.8"),
    Arm("full supervision by Dice", {"supervision": "masks"}, "49.6"),
    Arm("p = 0", {"network.pooling.penalty_power": 0.0}, "26.8"),
    Arm("λ = .1", {"network.pooling.penalty_floor": 0.1}, "28.0"),
    Arm("16 dimensions", {"network.dimension": 16}, "28.3 (384 of 1,024)"),
    Arm("tf-idf targets", {"expressions.targets": "tf-idf"}, "28.4"),
    Arm("10 % of the images", {"expressions.share": 0.1}, "16.2"),
    Arm("50 % of the images", {"expressions.share": 0.5}, "25.3"),
)


def report(options: Options) -> Iterator[str]:
    """Markdown."""
    seeds = SEEDS[: options.limit]
    folder = REPOSITORY / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    arms = {arm.name: RECIPE | arm.settings for arm in ARMS}
    (REPOSITORY / _ARMS).write_text(json.dumps(arms), encoding="utf-8")
    found, seconds = [], 0.0
    for seed in seeds:
        draw(folder / f"world-{seed}", IMAGES, seed)
        draw(folder / f"val-{seed}", VAL_IMAGES, seed + _VAL_SEEDS)
        if not (folder / f"world-{seed}" / "labels.jsonl").is_file():
            run(_label_command(seed))
        done = run(_job(seed))
        seconds += done.cpu_seconds
        found.append(json.loads(done.output))
    header = ("", "mIoU", "from", "to", *(f"seed {seed}" for seed in seeds), "oIoU", "P@.5", "paper, mIoU in %")
    rows = [(arm.name, *_cells([of[arm.name]["masks"] for of in found]), arm.paper) for arm in ARMS]
    nothing = [
        (name.replace("_", " "), *_cells([of[ARMS[0].name][name] for of in found]), "")
        for name in ("whole_image", "central_box")
    ]
    yield table(header, [*rows, *nothing])
    yield f"{seconds:.0f} s of processor time, of what was not done before."
    yield command_block([_label_command(seeds[0]), _job(seeds[0])])


def draw(folder: Path, images: int, seed: int, at_home: float = 0.2) -> None:
    """Write a world, unless it is there. `at_home`: as in `Difficulty`, whose default is .9."""
    from segmentation.synthetic.world import Difficulty
    from segmentation.synthetic.writing import write_world

    # The label file is written last.
    if not (folder / "truth_labels.jsonl").is_file():
        write_world(folder, images=images, seed=seed, difficulty=Difficulty(at_home=at_home))


def _cells(scores: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Of one row in all worlds."""
    mious = [of["miou"] for of in scores]
    yield from (f"{of:.3f}" for of in (mean(mious), min(mious), max(mious), *mious))
    yield f"{mean(of['oiou'] for of in scores):.3f}"
    yield f"{mean(of['precision_at']['0.5'] for of in scores):.3f}"


def _label_command(seed: int) -> Sequence[str]:
    world = _FOLDER / f"world-{seed}"
    space = ("--label-space", str(world / "label_space.json"))
    return capparse_command(
        "label", str(world / "captions.jsonl"), "-o", str(world / "labels.jsonl"), *space, "--quiet"
    )


def _job(seed: int) -> Sequence[str]:
    return [this_python(), "-m", "benchmarks.refer_small_job", str(_FOLDER), str(seed), str(_ARMS)]
