"""The page of experiments: tables and figures of both papers that need images, with the rows that were run."""

from collections.abc import Iterable, Iterator, Sequence

from segmentation.experiments.experiment import WORLD_CLASSES, Expected, Experiment, Scores
from segmentation.experiments.tables import SECTIONS, TSEG_SECTIONS, Section, of_section
from segmentation.workflow.experiments import DATA_SETS, OPTIONS, ExperimentRow

_INTRODUCTION = """# Experiments of the papers

Every table and figure of Vilar & Perez 2021 that needs images, and every table of TSEG (Strudel et al. 2022), as
named experiments: what the paper reports, and what came out where one was run. `capseg experiments page
docs/experiments.jsonl -o docs/experiments.md` makes this page from the rows that `capseg experiments run NAME -o
OUT` leaves in `OUT/row.json`; what differs from the paper, and why, stands in [papers.md](papers.md). Scores are
mIoU / precision / recall over all pixels together; m: masks of the images that are learned from, s: a segmentation
network on other images; or, for e, the mean IoU of masks of expressions. Without a figure under "ours", an
experiment was not run: the command above its table, with its name as NAME, runs it where the data is.
"""
_FILES = {
    "IMAGES": "--images train2014",
    "CAPTIONS": "captions_train2014.json",
    "INSTANCES.json": "instances_train2014.json",
    "VAL_IMAGES": "val2014",
    "VAL_TRUTH": "instances_val2014.json",
    "CHECKPOINT": "BACKBONE.pth",
    "VGG16_CHECKPOINT": "vgg16.pth",
    "TRAINVAL4K.txt": "TRAINVAL4K.txt",
    "BERT_SMALL": "bert-small",
}
_FIGURES = """## Fig. 5, 6 and 8

Pictures: maps of compounds and of background classes beside the masks that they make, and masks of other images.

```
capseg experiments run table6-full -o runs/full --images train2014 …
capseg report runs/full/masks --images train2014 --truth instances_train2014.json -o fig5-6.html
capseg experiments run table3-resnet38-segmenter -o runs/resnet38 --images train2014 …
capseg report runs/resnet38/predicted --images val2014 --truth instances_val2014.json -o fig8.html
```
"""


def experiment_page(rows: Iterable[ExperimentRow]) -> str:
    """The page as Markdown, with one row for each experiment of a section; of two rows of one, the last."""
    found = {row.experiment: row for row in rows}
    first, second = (
        ["\n".join(_section(section, found)) for section in sections] for sections in (SECTIONS, TSEG_SECTIONS)
    )
    return "\n".join([_INTRODUCTION, *first, _FIGURES, *second])


def _section(section: Section, rows: dict[str, ExperimentRow]) -> Iterator[str]:
    members = of_section(section)
    yield f"## {section.title}\n"
    if section.note:
        yield f"{section.note}\n"
    yield "```"
    yield from dict.fromkeys(map(_command, members))
    yield "```\n"
    yield "| experiment | paper | ours | data of ours |\n| --- | --- | --- | --- |"
    for experiment in members:
        row = rows.get(experiment.name)
        ours = _own(row, experiment) if row else ""
        data = (row.data or "") if row else ""
        yield f"| `{experiment.name}` | {_reported(experiment.expected, experiment)} | {ours} | {data} |"
    yield ""


def _command(experiment: Experiment) -> str:
    """What runs it, with NAME in the place of its name."""
    words = {word for command in experiment.commands for word in command.split()}
    run = "capseg experiments run NAME -o runs/NAME"
    if WORLD_CLASSES in words:
        return run
    needed = () if _kind(experiment) == "e" else ("IMAGES", "CAPTIONS", "INSTANCES.json")
    named = [word for word in _FILES if word in words or word in needed]
    options = [
        f"{OPTIONS[input_name]} {_FILES[input_name]}" if input_name in OPTIONS else _FILES[input_name]
        for input_name in named
    ]
    if any(word.strip("'").partition("/")[0] in DATA_SETS for word in words):
        options.append("--data-sets DATA")
    return " ".join([run, *options])


def _kind(experiment: Experiment) -> str:
    if experiment.commands[-1].startswith("capseg refer"):
        return "e"
    return "m" if experiment.masks_of is None else "s"


def _own(row: ExperimentRow, experiment: Experiment) -> str:
    return f"{_kind(experiment)} {_figures((row.miou, row.precision, row.recall))}"


def _reported(expected: Expected | None, experiment: Experiment) -> str:
    if expected is None:
        return ""
    kinds: Sequence[tuple[str, Scores | None]] = (
        ("m", expected.masks),
        ("s", expected.segmenter),
        ("e", expected.expressions),
    )
    # The row of a localizer has its masks; what a segmenter made of them stands with the segmenter.
    own = [(kind, scores) for kind, scores in kinds if scores is not None and kind == _kind(experiment)]
    return ", ".join(f"{kind} {_figures((scores.miou, scores.precision, scores.recall))}" for kind, scores in own)


def _figures(scores: Iterable[float | None]) -> str:
    return " / ".join(f"{score:.3f}".removeprefix("0") for score in scores if score is not None)
