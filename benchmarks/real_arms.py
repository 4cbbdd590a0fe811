"""Table 6 on real images: pseudo-masks of EfficientNet-Lite0, with and without knowledge, with and without CRF.

Like with like: labels of paper mode, and masks made as the paper makes them (of the image at its own size, without
propagation and consensus). Every arm trains for 6 epochs of 224 × 224 crops on all images of COCO that lie there
with captions, never on a mask. Its masks of the images that have true ones are scored against these, in one
confusion matrix of 81 classes. The last row, in a table of its own, is what the package does when told nothing. An
arm takes about 4 minutes of processor time to train, where the processor has bfloat16, and as many to make its
masks twice. What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.coco_images import fastest_precision, image_options, write_inputs
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command
from benchmarks.synthetic_arms import TABLE_6, Arm
from segmentation.experiments.paper import PAPER_MASKS

EPOCHS = 6
_FOLDER = (OUTPUTS / "real-arms").relative_to(REPOSITORY)
_PAPER = tuple(PAPER_MASKS.split())
_MAKINGS = {"no CRF": (*_PAPER, "--refine", "none"), "CRF": _PAPER}
_OWN_MAKINGS = {"no CRF": ("--refine", "none"), "CRF": ()}
_LABELLERS = {"exact": ("--labeller", "exact"), "parser": ("--mode", "paper"), "visual": ()}


class Row(NamedTuple):
    """An arm, the configurations that it comes from, and how its masks are made."""

    prefix: str
    arm: Arm
    options: tuple[str, ...] = ()
    makings: Mapping[str, Sequence[str]] = MappingProxyType(_MAKINGS)

    @property
    def name(self) -> str:
        """Of the row in the table."""
        return " ".join(filter(None, (self.prefix, self.arm.name, *self.options)))

    @property
    def config(self) -> str:
        """The experiment that it is."""
        return "-".join(filter(None, (self.prefix, self.arm.name)))

    @property
    def run(self) -> str:
        """The folder of the trained arm."""
        return str(_FOLDER / f"run-{self.config}")

    def masks(self, making: str) -> str:
        """The folder of its masks, made in one of its makings."""
        return str(_FOLDER / "-".join(("masks", *self.name.replace("--", "").split(), *making.split())))


ROWS = [
    Row(prefix, arm, options)
    for prefix in ("lite0-224-knowledge", "lite0-224")
    for arm in TABLE_6
    for options in ([(), ("--no-compounds",)] if arm.name in ("attributes", "full") else [()])
]
OWN = Row("lite0-224", Arm("", "", "visual"), makings=MappingProxyType(_OWN_MAKINGS))
"""The best configuration without a GPU; it is no arm of Table 6."""


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    for command in _label_commands():
        run(command)
    _write_scored_labels()
    rows = [(row.name, *_cells(row), row.arm.paper) for row in ROWS]
    scores = [f"{making}: {score}" for making in _MAKINGS for score in ("mIoU", "precision", "recall")]
    yield table(("arm", *scores, "in Table 6"), rows)
    yield table(("what is used if told nothing", *scores), [(OWN.name, *_cells(OWN))])
    yield "Table 6: masks of 83 thousand training images, mIoU / precision / recall, with dense CRF. One arm:"
    yield command_block([*_label_commands(), _train_command(ROWS[0]), _masks_command(ROWS[0], "CRF")])


def _write_scored_labels() -> None:
    """The lines of the label files that belong to images with masks."""
    instances = json.loads((REPOSITORY / _FOLDER / "instances.json").read_text(encoding="utf-8"))
    scored = {image["file_name"] for image in instances["images"]}
    for name in (*_LABELLERS, "truth_labels"):
        lines = (REPOSITORY / _FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["file_name"] in scored]
        (REPOSITORY / _FOLDER / f"scored-{name}.jsonl").write_text("".join(kept), encoding="utf-8")


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
    epochs = () if row is OWN else ("--epochs", str(EPOCHS))
    config = ("--config", row.config, *epochs, *fastest_precision(), "--quiet")
    labels = str(_FOLDER / f"{row.arm.labels}.jsonl")
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", row.run, *config)


def _masks_command(row: Row, making: str) -> Sequence[str]:
    labels = str(_FOLDER / f"scored-{row.arm.labels}.jsonl")
    made = (*row.makings[making], *row.options, "--quiet")
    output = row.masks(making)
    return capseg_command("make-masks", row.run, *image_options(), "--labels", labels, "-o", output, *made)


def _cells(row: Row) -> Iterator[str]:
    """Scores of all makings."""
    run(_train_command(row))
    for making in row.makings:
        run(_masks_command(row, making))
        truth = str(_FOLDER / "instances.json")
        scores = json.loads(run(capseg_command("evaluate", row.masks(making), "--truth", truth, "--json")).output)
        yield from (f"{scores[name]:.3f}" for name in ("miou", "precision", "recall"))
