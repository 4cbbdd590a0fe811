"""Table 6 on real images: pseudo-masks of EfficientNet-Lite0, with and without knowledge, with and without CRF.

Like with like: labels of paper mode, and masks made as the paper makes them (of the image at its own size, without
propagation and consensus). Every arm trains its new layers for 15 epochs of 225 × 225 crops on all images of COCO
that lie there with captions, never on a mask. Its masks of part B, two fifths of the images that have true ones,
are scored against these, in one confusion matrix of 81 classes. What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.coco_images import fastest_precision, image_options, part_of, write_inputs
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command
from benchmarks.synthetic_arms import TABLE_6, Arm
from segmentation.experiments.paper import PAPER_MASKS

EPOCHS = 15
_TRAINING = ("--epochs", str(EPOCHS), "--image-size", "225", "--set", "frozen_views=2")
_FOLDER = (OUTPUTS / "real-arms").relative_to(REPOSITORY)
_PAPER = tuple(PAPER_MASKS.split())
_MAKINGS = {"no CRF": (*_PAPER, "--refine", "none"), "CRF": _PAPER}
_LABELLERS = {"exact": ("--labeller", "exact"), "parser": ("--mode", "paper")}


class Row(NamedTuple):
    """An arm, the configurations that it comes from, and how its masks are made."""

    prefix: str
    arm: Arm

    @property
    def name(self) -> str:
        """Of the row in the table, and of the experiment that it is."""
        return f"{self.prefix}-{self.arm.name}"

    @property
    def run(self) -> str:
        """The folder of the trained arm."""
        return str(_FOLDER / f"run-{self.name}")

    def masks(self, making: str) -> str:
        """The folder of its masks, made in one of its makings."""
        return str(_FOLDER / f"masks-{self.name}-{making.replace(' ', '-')}")


ROWS = [Row(prefix, arm) for prefix in ("lite0-224-knowledge", "lite0-224") for arm in TABLE_6]


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    for command in _label_commands():
        run(command)
    _write_scored()
    rows = [(row.name, *_cells(row), row.arm.paper) for row in ROWS]
    scores = [f"{making}: {score}" for making in _MAKINGS for score in ("mIoU", "precision", "recall")]
    yield table(("arm", *scores, "in Table 6"), rows)
    yield "Table 6: masks of 83 thousand training images, mIoU / precision / recall, with dense CRF. One arm:"
    yield command_block([*_label_commands(), _train_command(ROWS[0]), _masks_command(ROWS[0], "CRF")])


def _write_scored() -> None:
    """True masks of part B, and the lines of the label files that belong to its images."""
    folder = REPOSITORY / _FOLDER
    instances = json.loads((folder / "instances.json").read_text(encoding="utf-8"))
    instances["images"] = [image for image in instances["images"] if part_of(image["id"]) == "B"]
    scored = {image["id"]: image["file_name"] for image in instances["images"]}
    instances["annotations"] = [found for found in instances["annotations"] if found["image_id"] in scored]
    (folder / "scored.json").write_text(json.dumps(instances), encoding="utf-8")
    for name in (*_LABELLERS, "truth_labels"):
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["file_name"] in scored.values()]
        (folder / f"scored-{name}.jsonl").write_text("".join(kept), encoding="utf-8")


def _label_commands() -> list[Sequence[str]]:
    captions, classes, truth_labels = (
        str(_FOLDER / name) for name in ("captions.json", "classes.json", "truth_labels.jsonl")
    )
    return [
        *(
            capparse_command(
                "label", captions, "-o", str(_FOLDER / f"{name}.jsonl"), *labeller, "--overwrite", "--quiet"
            )
            for name, labeller in _LABELLERS.items()
        ),
        capseg_command("truth-labels", classes, "-o", truth_labels, "--overwrite"),
    ]


def _train_command(row: Row) -> Sequence[str]:
    config = ("--config", row.name, *_TRAINING, *fastest_precision(), "--quiet")
    labels = str(_FOLDER / f"{row.arm.labels}.jsonl")
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", row.run, *config)


def _masks_command(row: Row, making: str) -> Sequence[str]:
    labels = str(_FOLDER / f"scored-{row.arm.labels}.jsonl")
    how = ("-o", row.masks(making), *_MAKINGS[making], "--quiet")
    return capseg_command("make-masks", row.run, *image_options(), "--labels", labels, *how)


def _cells(row: Row) -> Iterator[str]:
    """Scores of all makings."""
    run(_train_command(row))
    for making in _MAKINGS:
        run(_masks_command(row, making))
        truth = str(_FOLDER / "scored.json")
        scores = json.loads(run(capseg_command("evaluate", row.masks(making), "--truth", truth, "--json")).output)
        yield from (f"{scores[name]:.3f}" for name in ("miou", "precision", "recall"))
