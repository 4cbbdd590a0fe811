"""The folder of a run: its resolved configuration, log, checkpoint and weights; whether it may be continued."""

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from segmentation.data.legend import LABEL_MAP
from segmentation.runs.differences import differences
from segmentation.training.config import TrainingFiles
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import check_output, lock, write_all
from shared_schemas import LabelSpace
from shared_schemas.files import UNFINISHED, replace_file

TRAIN_LOCALIZER = "train-localizer"
TRAIN_SEGMENTER = "train-segmenter"
TRAIN_REFERRING = "refer train"
TRAIN_GROUNDING = "train-grounding"
MAKE_MASKS = "make-masks"
PREDICT = "predict"
IMPORT = "import"
REFER_PREDICT = "refer predict"
RUN_RECORD = "run.json"
ConfigT = TypeVar("ConfigT", bound=FrozenModel)
_USES = {
    TRAIN_LOCALIZER: "capseg predict IMAGES --labels LABELS.jsonl --model {} -o MASKS",
    TRAIN_SEGMENTER: "capseg predict IMAGES --model {} -o MASKS",
    TRAIN_REFERRING: "capseg refer predict IMAGES --text TEXT --model {} -o MASKS",
    TRAIN_GROUNDING: "capseg make-masks {} --images IMAGES --labels LABELS.jsonl -o MASKS",
}
"""By the command that trains it, what masks are made with of a model."""
_UNFINISHED = re.compile(rf"\.(?:.+\.(?:png|jpg|jsonl?|pt|safetensors)|{re.escape(LABEL_MAP)}){UNFINISHED}")
"""Of every kind of file that is written into a run's folder."""
_OF_FILE_MANAGERS = (".ds_store", "thumbs.db", "desktop.ini", ".directory")


def use_of(command: str, folder: Path) -> str:
    """What to say where a model is asked for what it cannot do, to stand behind that; empty: it is none."""
    use = _USES.get(command)
    return "" if use is None else f". This one is for: {use.format(shlex.quote(str(folder)))}"


class RunRecord(FrozenModel):
    """`run.json`: what makes the result, and what made it."""

    command: str
    config: dict[str, Any]
    """Resolved: every option with its value."""
    samples: dict[str, Any]
    """What the run works on: sizes and a fingerprint, not paths."""
    notes: dict[str, Any] = Field(default_factory=dict)
    """Where the run was started, with which versions. They may change when it is resumed."""


class RunFolder(TrainingFiles):
    """The files of a run: its record, what its columns mean, and what a training writes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.record = path / RUN_RECORD
        self.label_space = path / "label_space.json"
        """What the columns of the network mean, whatever becomes of the file it was read from."""

    @property
    def all(self) -> tuple[Path, ...]:
        """Each of them, whether it is there or not; last the record, which says what the rest is."""
        return (*super().all, self.label_space, self.record)

    @property
    def finished(self) -> bool:
        """Whether the weights are there: they are written last."""
        return self.weights.is_file()

    @property
    def has_record(self) -> bool:
        """Whether a run was begun here: an empty record was opened, and never written."""
        return self.record.is_file() and self.record.stat().st_size > 0

    def check_inputs(self, inputs: Mapping[str, Path]) -> None:
        """Raises UsageError if a file that the run writes is one of `inputs`, given as to `check_output`."""
        for file in filter(Path.is_file, self.all):
            check_output(file, inputs)

    def read_record(self) -> RunRecord:
        """What `run.json` says. InputError if it cannot be read."""
        try:
            return self.as_record(self.record.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(
                f"{self.path} is not the folder of a run: it holds no {self.record.name}{self.hint}"
            ) from None

    @property
    def hint(self) -> str:
        """What may have been meant where this is no folder of a run: models in it, as `capseg run` has them."""
        inside = sorted(place.parent for place in self.path.glob(f"*/{self.weights.name}"))
        return f". Did you mean {' or '.join(map(str, inside))}?" if inside else ""

    def as_record(self, content: bytes) -> RunRecord:
        """What is said by this content of `run.json`. InputError if it is no record."""
        try:
            return RunRecord.model_validate_json(content)
        except ValidationError as error:
            raise InputError(f"{self.record}: not a run's record ({error.errors()[0]['msg']})") from error

    def check_command(self, command: str, record: RunRecord | None = None) -> None:
        """Raises UsageError where the folder is that of another command's run, which would be lost or mixed up.

        `record`: that of the folder, where it was read already.
        """
        if record is None and self.has_record:
            record = self.read_record()
        if record is not None and record.command != command:
            raise UsageError(f"{self.path} is the folder of a run of {record.command}. Name another folder")

    def read_finished(self, *commands: str) -> RunRecord:
        """The record of a finished training by one of `commands`. InputError if this is none."""
        record = self.read_record()
        if record.command not in commands:
            wanted = " or ".join(commands)
            use = use_of(record.command, self.path)
            raise InputError(f"{self.path} is a run of {record.command}, not of {wanted}{use}")
        if not self.finished:
            again = f"run the same 'capseg {record.command}' command again to continue it"
            raise InputError(f"{self.path} is not finished: {again}")
        return record

    def read_config(self, model: type[ConfigT], command: str) -> ConfigT:
        """The configuration of a finished training by `command`. InputError if this is none."""
        try:
            return model.model_validate(self.read_finished(command).config)
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, ("config", *problem["loc"])))
            raise InputError(
                f"{self.record}: {where}: {problem['msg']}; was it written by another version?"
            ) from error

    def read_label_space(self) -> LabelSpace:
        """The label space that the run was trained with. InputError if it cannot be read."""
        try:
            return LabelSpace.model_validate_json(self.label_space.read_bytes())
        except OSError as error:
            reason = f"{error.strerror or error}; it says which classes the run has"
            raise InputError(f"{self.label_space}: {reason}. Copy the whole folder") from error
        except ValidationError as error:
            raise InputError(
                f"{self.label_space}: not the label space of a run ({error.errors()[0]['msg']})"
            ) from error

    def write_label_space(self, label_space: LabelSpace) -> None:
        """Keep the label space beside the weights."""
        text = label_space.model_dump_json(indent=1, exclude_defaults=True)
        replace_file(self.label_space, f"{text}\n".encode())

    def drop_cells(self) -> None:
        """Remove what a frozen backbone made of the images."""
        for file in (self.cells, self.cells_state):
            file.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what a run wrote but its record."""
        for path in self.all:
            if path != self.record:
                remove(path)


def is_content(path: Path) -> bool:
    """Whether somebody put it there: file managers leave files of their own in every folder that they show, and
    processes that were killed what `remove_unfinished` removes."""
    name = path.name
    left = name.lower() in _OF_FILE_MANAGERS or name.startswith("._") or _UNFINISHED.fullmatch(name)
    return not left


class OtherOptionsError(UsageError):
    """A folder holds what other options made."""

    def __init__(
        self,
        problem: str,
        advice: str = "Give the same options to continue it, another folder, or --overwrite to start over",
    ) -> None:
        """`problem`: which folder, and which options differ."""
        super().__init__(f"{problem}\n{advice}")
        self.problem = problem


@contextmanager
def open_run(
    path: Path,
    record: RunRecord,
    *,
    overwrite: bool = False,
    forget: Callable[[bool], None] = lambda _: None,
    undecided: Collection[str] = (),
) -> Iterator[RunFolder]:
    """The folder of a new run, or of this same one; within the block no other process can open it.

    Raises UsageError, with the differences, if the folder holds another run, or files that belong to no run;
    OutputError if another process has it open. `overwrite` replaces a run of the same command alone; it calls
    `forget`, which removes results, with whether the options differ: `record` speaks of none that others made.
    `undecided`: as `differences` takes it.
    """
    folder = RunFolder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{path} cannot be a folder: a file is in the way. Choose another output") from None
    foreign = None if folder.record.exists() else next(filter(is_content, path.iterdir()), None)
    if foreign is not None:
        raise UsageError(f"{path} holds files that do not belong to a run ({foreign.name}). Choose a new folder")
    # Not truncated: a run that is killed here would be one without options, which any others could go on with.
    folder.record.touch()
    with folder.record.open("r+b", buffering=0) as file:
        lock(file, f"another process is at work in {path}; wait for it to end")
        # Through the file that is locked: closing another handle of it would free it.
        found = file.read()
        # Empty: it was opened just now, or its writing was cut off before anything else was written.
        before = folder.as_record(found) if found else None
        folder.check_command(record.command, before)
        changed = differences(before, record, undecided) if before else []
        if overwrite:
            folder.clear()
            # Before the new record is there: whatever is killed in between, masks never stand beside another one.
            forget(bool(changed))
        elif changed:
            listed = "\n".join(f"  {line}" for line in changed)
            raise OtherOptionsError(f"{path} holds a run with other options:\n{listed}")
        remove_unfinished(path)
        content = f"{record.model_dump_json(indent=2)}\n".encode()
        # White space in place of what was longer, until it is cut off.
        file.seek(0)
        write_all(file, content.ljust(len(found)))
        file.truncate(len(content))
        yield folder


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; nothing where there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_unfinished(path: Path) -> None:
    """Remove what a process that was killed was about to give its name (`shared_schemas.files.replacing`)."""
    for file in path.rglob(".*"):
        if _UNFINISHED.fullmatch(file.name):
            file.unlink(missing_ok=True)


def installed_versions() -> dict[str, str]:
    """Versions of what computes the result, for `RunRecord.notes`."""
    names = ("capparse-segmentation", "torch", "numpy", "pillow", "accelerate")
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}
