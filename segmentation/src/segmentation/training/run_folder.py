"""The folder of a run: its resolved configuration, log, checkpoint and weights; whether it may be gone on with."""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from pydantic import Field, ValidationError

from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, OutputError, UsageError

if sys.platform != "win32":
    import fcntl


class RunRecord(FrozenModel):
    """`run.json`: what makes the result, and what made it."""

    command: str
    config: dict[str, Any]
    """Resolved: every option with its value."""
    samples: dict[str, Any]
    """What the run learns from: sizes and a fingerprint, not paths."""
    notes: dict[str, Any] = Field(default_factory=dict)
    """Where the run was started, with which versions. They may change when it is resumed."""


class RunFolder:
    """The paths of a run's files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "run.json"
        self.metrics = path / "metrics.jsonl"
        self.checkpoint = path / "checkpoint.pt"
        self.weights = path / "model.safetensors"
        self.tensorboard = path / "tensorboard"
        self.label_space = path / "label_space.json"
        """What the columns of the network mean, whatever becomes of the file it was read from."""

    @property
    def finished(self) -> bool:
        """Whether the weights are there: they are written last."""
        return self.weights.is_file()

    def read_record(self) -> RunRecord:
        """What `run.json` says. InputError if it cannot be read."""
        try:
            return RunRecord.model_validate_json(self.record.read_bytes())
        except FileNotFoundError:
            raise InputError(f"{self.path} is not the folder of a run: it holds no {self.record.name}") from None
        except ValidationError as error:
            raise InputError(f"{self.record}: not a run's record ({error.errors()[0]['msg']})") from error

    def clear(self) -> None:
        """Remove what a run wrote but its record."""
        for file in (self.weights, self.checkpoint, self.metrics, self.label_space):
            file.unlink(missing_ok=True)
        shutil.rmtree(self.tensorboard, ignore_errors=True)


@contextmanager
def open_run(path: Path, record: RunRecord, *, overwrite: bool = False) -> Iterator[RunFolder]:
    """The folder of a new run, or of this same one; within the block no other process can open it.

    Raises UsageError, with the differences, if the folder holds another run, or files that are none of a run;
    OutputError if another process has it open.
    """
    folder = RunFolder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{path} cannot be a folder: a file is in the way. Name another output") from None
    foreign = not folder.record.exists() and any(path.iterdir())
    if foreign:
        raise UsageError(f"{path} holds files that are not of a run. Name a new folder")
    with folder.record.open("a", encoding="utf-8") as file:
        _lock(file, folder)
        if overwrite:
            folder.clear()
        # Empty: it was opened just now, or its writing was cut off before anything else was written.
        elif folder.record.stat().st_size and (changed := differences(folder.read_record(), record)):
            listed = "\n".join(f"  {line}" for line in changed)
            raise UsageError(
                f"{path} holds a run with other options:\n{listed}\n"
                "Give the same options to go on with it, another folder, or --overwrite to begin anew"
            )
        file.truncate(0)
        file.write(record.model_dump_json(indent=2) + "\n")
        file.flush()
        yield folder


def _lock(file: IO[str], folder: RunFolder) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"another process trains in {folder.path}; wait for it to end") from None


def differences(before: RunRecord, now: RunRecord) -> list[str]:
    """What decides the result and differs, a line each: `config.seed: 0 in the folder, 1 asked for`."""
    missing = object()
    lines = []

    def compare(name: str, old: object, new: object) -> None:
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            for key in sorted(old.keys() | new.keys()):
                compare(f"{name}.{key}" if name else key, old.get(key, missing), new.get(key, missing))
        elif old != new:
            here, asked = ("nothing" if value is missing else json.dumps(value) for value in (old, new))
            lines.append(f"{name}: {here} in the folder, {asked} asked for")

    compare("", *(json.loads(record.model_dump_json(exclude={"notes"})) for record in (before, now)))
    return lines


def installed_versions() -> dict[str, str]:
    """Versions of what computes the result, for `RunRecord.notes`."""
    names = ("capparse-segmentation", "torch", "numpy", "pillow", "accelerate")
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}
