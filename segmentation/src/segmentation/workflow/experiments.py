"""A named experiment, from captions to its row beside the paper's: the commands that it prints, on given data."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segmentation.experiments.experiment import OTHER_CLASSES, TEXT_ENCODER, WORLD_CLASSES, Experiment
from segmentation.synthetic.world import Difficulty
from segmentation.synthetic.writing import write_world
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import CapparseError, InputError, MissingResourceError, UsageError
from shared_runtime.files import file_digest
from shared_schemas.files import replace_file

ROW = "row.json"
_PROGRAMS = {"capseg": "segmentation", "capparse": "caption_parser"}
_MADE_FROM = "made-from.json"
"""Behind the name of a file of labels: the command that made it, and digests of the files that it read."""
_DONE = (0, 3)
"""Exit codes of a command that is done, the second with some images left out."""
_WORLD_IMAGES, _VAL_IMAGES = 360, 120
_SEEDS = (2, 102)
"""Of the synthetic worlds that are learned from and scored on."""
_OTHER_WORLD = ("boat", "car", "dog")
"""The classes of the world of another kind."""


@dataclass(frozen=True, slots=True)
class ExperimentData:
    """Where the words in capitals of an experiment's commands are; None: there is none."""

    images: Path
    captions: Path | None = None
    truth: Path | None = None
    """Of `images`."""
    val_images: Path | None = None
    val_truth: Path | None = None
    """What a segmenter is scored on."""
    checkpoint: Path | None = None
    """Weights of the backbone, for experiments that leave them open."""
    segmenter_checkpoint: Path | None = None
    """Likewise of VGG-16, for the segmentation network behind another backbone."""
    image_list: Path | None = None
    """The images that masks are scored on, where an experiment names a list."""
    label_space: Path | None = None
    """Of the synthetic world."""
    target: Path | None = None
    """The label space of another synthetic world, of `val_images`."""
    text_encoder: Path | None = None
    """A language model, for experiments that leave it open."""
    data_sets: Path | None = None
    """A folder that has data sets under the names by which commands call them: `REFER/refcoco/refs(unc).p`."""


class ExperimentRow(FrozenModel):
    """What an experiment gave, beside what the paper reports."""

    experiment: str
    miou: float
    precision: float | None = None
    recall: float | None = None
    seconds: float
    """Of the commands that this row needed, this time: what was done before costs nothing."""
    paper: str | None = None
    """Source and figures; None: the paper has no such experiment."""
    data: str | None = None
    """What it learned from and was scored on, for a person."""

    def line(self) -> str:
        """The row of a Markdown table, in the columns of `header`."""
        own = " / ".join(
            "-" if value is None else f"{value:.3f}" for value in (self.miou, self.precision, self.recall)
        )
        return f"| `{self.experiment}` | {own} | {self.paper or ''} | {self.seconds:.0f} |"

    @staticmethod
    def header() -> str:
        """The head of the table."""
        return "| experiment | mIoU / P / R | in the paper | s |\n| --- | --- | --- | --- |"


Runner = Callable[[Sequence[str]], str]
"""Runs a command and returns what it wrote to standard output."""


def run_process(command: Sequence[str]) -> str:
    """Run `capseg …` or `capparse …` in a process of its own; what it writes to standard error is seen.

    Raises MissingResourceError where the program is not installed, CapparseError where it fails.
    """
    program, *arguments = command
    module = _PROGRAMS[program]
    if find_spec(module) is None:
        raise MissingResourceError(f"{program} is not installed, and makes the labels. Try: pip install {program}")
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode not in _DONE:
        raise CapparseError(f"{shlex.join(command)}: ended with exit code {done.returncode}")
    return done.stdout


def run_experiment(
    experiment: Experiment,
    data: ExperimentData,
    output: Path,
    *,
    run: Runner = run_process,
    show: Callable[[str], None] = lambda _: None,
) -> ExperimentRow:
    """Run the commands of an experiment in `output`, and write its row there; trainings and masks are gone on
    with.

    Raises UsageError for data that the experiment needs and is not given, and where `output` holds labels of other
    captions or of another experiment; and as the commands fail.
    """
    commands = [*commands_on(experiment, data, output)]
    output.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    printed = ""
    for words, command in zip(experiment.commands, commands, strict=True):
        # Labels are written whole or not at all; no other command minds to be called again.
        if command[1] in ("label", "truth-labels") and _are_there(words, command):
            continue
        show(shlex.join(command))
        printed = run(command)
    scores = json.loads(printed)
    # Of referring expressions, what counts is the mean over them; they have no precision and recall of pixels.
    scores = scores.get("masks", scores)
    row = ExperimentRow(
        experiment=experiment.name,
        miou=scores["miou"],
        precision=scores.get("precision"),
        recall=scores.get("recall"),
        seconds=round(time.monotonic() - started, 1),
        paper=_reported(experiment),
        data=_said(experiment, data),
    )
    replace_file(output / ROW, f"{row.model_dump_json(indent=1)}\n".encode())
    return row


def _are_there(printed: str, command: Sequence[str]) -> bool:
    """Whether the labels that a command makes are there; if not, what they will be made from is written down.

    `printed`: the command with words in capitals, so that files may be moved. Raises UsageError for labels that
    were made otherwise.
    """
    labels = Path(command[command.index("-o") + 1])
    files = {
        word: file_digest(Path(placed))
        for word, placed in zip(shlex.split(printed), command, strict=True)
        if word != placed and placed != str(labels) and Path(placed).is_file()
    }
    made_from = {"command": printed, "files": files}
    record = labels.with_name(f"{labels.name}.{_MADE_FROM}")
    if not labels.is_file():
        replace_file(record, f"{json.dumps(made_from, indent=1)}\n".encode())
        return False
    # Earlier versions wrote no record, and one may be damaged: nothing is known against such labels.
    before = _made_from(record)
    if before is not None and before != made_from:
        read = before["files"]
        changed = ", ".join(sorted(word for word in {*files, *read} if files.get(word) != read.get(word)))
        other = "by another command" if before["command"] != printed else f"from other files ({changed})"
        raise UsageError(
            f"{labels}: got labels that were made {other}, expected those of {shlex.join(command)}. Name another "
            "folder (-o), or give what was given before"
        )
    return True


def _made_from(record: Path) -> dict[str, Any] | None:
    """What `_are_there` wrote down; None where it cannot be read."""
    try:
        content = json.loads(record.read_bytes())
        return {"command": str(content["command"]), "files": dict(content["files"])}
    except (OSError, ValueError, LookupError, TypeError):
        return None


def commands_on(experiment: Experiment, data: ExperimentData, output: Path) -> Iterator[list[str]]:
    """The commands of an experiment with files in place of its words in capitals; the last one prints JSON.

    Raises UsageError for a word whose file `data` lacks.
    """
    places = _places(data, output)
    *others, last = experiment.commands
    for printed in (*others, f"{last} --json"):
        words = shlex.split(printed)
        sets = {
            word: data.data_sets and data.data_sets / word for word in words if word.split("/")[0] in DATA_SETS
        }
        yield [_placed(word, {**places, **sets}, experiment.name) for word in words]


def synthetic_data(output: Path, *, other: bool = False) -> ExperimentData:
    """A synthetic world to learn from and one to score on, drawn in `output` unless they are there.

    `other`: the second is of another kind, with fewer classes, whose objects stand anywhere but at home.
    """
    world, val = output / "world", output / ("other-world" if other else "val-world")
    # The label file is written last.
    if not (world / "truth_labels.jsonl").is_file():
        write_world(world, images=_WORLD_IMAGES, seed=_SEEDS[0])
    if not (val / "truth_labels.jsonl").is_file():
        difficulty, classes = (Difficulty(at_home=0), _OTHER_WORLD) if other else (None, None)
        write_world(val, images=_VAL_IMAGES, seed=_SEEDS[1], difficulty=difficulty, classes=classes)
    return ExperimentData(
        world / "images",
        world / "captions.jsonl",
        world / "instances.json",
        val / "images",
        val / "instances.json",
        label_space=world / "label_space.json",
        target=val / "label_space.json" if other else None,
    )


def read_rows(source: Path) -> list[ExperimentRow]:
    """The rows of all experiments below a folder, or in a file with one a line, by name.

    InputError for what is no row, and for a folder without any.
    """
    files = [source] if source.is_file() else sorted(source.rglob(ROW))
    rows = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
            lines = [line for line in text.splitlines() if line.strip()] if path is source else [text]
            rows += [ExperimentRow.model_validate_json(line) for line in lines]
        except (ValidationError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not the row of an experiment ({_first(error)})") from error
        except OSError as error:
            raise InputError(f"{path}: {error.strerror or error}") from error
    if not rows and not source.is_file():
        raise InputError(f"{source}: got no {ROW}, expected folders of 'capseg experiments run'")
    return sorted(rows, key=lambda row: row.experiment)


def _first(error: ValueError) -> str:
    return str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)


def _said(experiment: Experiment, data: ExperimentData) -> str:
    if experiment.label_space is None:
        return data.images.name if experiment.masks_of is None else f"{data.images.name}, {data.val_truth}"
    others = f"{_VAL_IMAGES} of another world" if data.target else f"{_VAL_IMAGES} others"
    scored = "the same" if experiment.masks_of is None else others
    return f"{_WORLD_IMAGES} drawn images, scored on {scored}"


def _places(data: ExperimentData, output: Path) -> Mapping[str, Path | None]:
    return {
        "CAPTIONS": data.captions,
        "IMAGES": data.images,
        "INSTANCES.json": data.truth,
        "VAL_IMAGES": data.val_images,
        "VAL_TRUTH": data.val_truth,
        "CHECKPOINT": data.checkpoint,
        "VGG16_CHECKPOINT": data.segmenter_checkpoint,
        "TRAINVAL4K.txt": data.image_list,
        WORLD_CLASSES: data.label_space,
        OTHER_CLASSES: data.target,
        TEXT_ENCODER: data.text_encoder,
        "LABELS.jsonl": output / "labels.jsonl",
        "LOCALIZER": output / "localizer",
        "RUN": output / "run",
        "FIRST_RUN": output / "first-run",
        "start=FIRST_RUN": Path(f"start={output / 'first-run'}"),
        "MASKS": output / "masks",
        "PREDICTED": output / "predicted",
    }


OPTIONS = {
    "CAPTIONS": "--captions",
    "INSTANCES.json": "--truth",
    "VAL_IMAGES": "--val-images",
    "VAL_TRUTH": "--val-truth",
    "CHECKPOINT": "--weights",
    "VGG16_CHECKPOINT": "--segmenter-weights",
    "TRAINVAL4K.txt": "--image-list",
    WORLD_CLASSES: "--label-space",
    "BERT_SMALL": "--text-encoder",
}
DATA_SETS = ("PHRASECUT", "REFER", "VOC2012")
"""Folders of `ExperimentData.data_sets`."""


def _placed(word: str, places: Mapping[str, Path | None], name: str) -> str:
    if word not in places:
        return word
    place = places[word]
    if place is None:
        option = OPTIONS.get(word) or f"--data-sets, a folder with {word}"
        raise UsageError(f"{name} needs {word}. Give {option}")
    return str(place)


def _reported(experiment: Experiment) -> str | None:
    expected = experiment.expected
    if expected is None:
        return None
    scores = expected.expressions or (expected.masks if experiment.masks_of is None else expected.segmenter)
    return f"{expected.source}: {scores}" if scores else None
