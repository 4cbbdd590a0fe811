"""The rows of TSEG's tables on the synthetic world: poolings, size penalty, dimension, targets, data, supervision.

Every row but full supervision learns from the captions of a world of 360 images, and is scored on 120 images of
another one, beside the whole image and a box in the middle; each object, or all of a class, is asked for once,
by its class and an attribute; thresholds are fixed. `marked`: the share of an image that is, on average;
`nothing`: expressions of which nothing is marked. EfficientNet-Lite0 is frozen
(`benchmarks/refer_small_job.py`), so that a row takes seconds; it has about as many cells as the paper's network
has patches, and each sees most of the image, as those do. Cells that see their own surroundings alone do not let
the mean of GAP spread over the image, and where an object has three cells the highest of GMP is most of it: they
are no test of poolings. Images have up to four objects, which stand anywhere, so that no class is told by its
surroundings. Settings were chosen on worlds of seed 1. `--limit` sets the number of seeds. What an earlier run
has done is taken up.
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
_IMAGES, _VAL_IMAGES = 360, 120
_WORLD: dict[str, Any] = {
    "at_home": 0.2,
    "empty": 0.1,
    "second_object": 0.6,
    "most_objects": 4,
    "smallest": 0.3,
    "largest": 0.6,
}
"""What these worlds are drawn by (`Difficulty`)."""
_VAL_SEEDS = 100
"""What is added to the seed of a world for that of the one to score on."""
_FOLDER = (OUTPUTS / "refer-small").relative_to(REPOSITORY)
_ARMS = _FOLDER / "arms.json"
RECIPE = {
    "training.optimizer": "adamw",
    "training.learning_rate": 0.001,
    "training.epochs": 12,
    "expressions.synonyms": "ignored",
    "loss.reduction": "sum",
    "loss.balanced": False,
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
    Arm("synonyms are negatives, as in the paper", {"expressions.synonyms": "negative"}, ""),
    Arm("entailed phrases are ignored", {"expressions.entailed": "ignored"}, ""),
    Arm("entailed phrases are negatives, as in the paper", {"expressions.entailed": "negative"}, ""),
    Arm("maps of an image apart, weight 10", {"loss.apart": 10.0}, ""),
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
        _draw(folder / f"world-{seed}", _IMAGES, seed)
        _draw(folder / f"val-{seed}", _VAL_IMAGES, seed + _VAL_SEEDS)
        if not (folder / f"world-{seed}" / "labels.jsonl").is_file():
            run(_label_command(seed))
        done = run(_job(seed))
        seconds += done.cpu_seconds
        found.append(json.loads(done.output))
    header = ("", "mIoU", *(f"seed {seed}" for seed in seeds), "oIoU", "marked", "nothing", "paper, mIoU in %")
    rows = []
    for arm in ARMS:
        scores = [of[arm.name] for of in found]
        marked = (f"{mean(of['marked'][what] for of in scores):.0%}" for what in ("share", "nothing"))
        rows.append((arm.name, *_cells([of["masks"] for of in scores]), *marked, arm.paper))
    nothing = [
        (name.replace("_", " "), *_cells([of[ARMS[0].name][name] for of in found]), share, "0%", "")
        for name, share in (("whole_image", "100%"), ("central_box", "25%"))
    ]
    yield table(header, [*rows, *nothing])
    yield f"{seconds:.0f} s of processor time, of what was not done before."
    yield command_block([_label_command(seeds[0]), _job(seeds[0])])


def _draw(folder: Path, images: int, seed: int) -> None:
    """Write a world, unless it is there."""
    from segmentation.synthetic.world import Difficulty
    from segmentation.synthetic.writing import write_world

    # The label file is written last.
    if not (folder / "truth_labels.jsonl").is_file():
        write_world(folder, images=images, seed=seed, difficulty=Difficulty(**_WORLD))


def _cells(scores: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Of one row in all worlds."""
    mious = [of["miou"] for of in scores]
    yield from (f"{of:.3f}" for of in (mean(mious), *mious, mean(of["oiou"] for of in scores)))


def _label_command(seed: int) -> Sequence[str]:
    world = _FOLDER / f"world-{seed}"
    space = ("--label-space", str(world / "label_space.json"))
    return capparse_command(
        "label", str(world / "captions.jsonl"), "-o", str(world / "labels.jsonl"), *space, "--quiet"
    )


def _job(seed: int) -> Sequence[str]:
    return [this_python(), "-m", "benchmarks.refer_small_job", str(_FOLDER), str(seed), str(_ARMS)]
