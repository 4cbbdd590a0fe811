"""Checks of what the user asked for, before anything is loaded or read."""

from multiprocessing import current_process
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import BeforeValidator, Field

from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_runtime.workers import usable_cores

Processes = int | Literal["auto"]
"""How many worker processes; `auto`: as many as pay."""


def check_processes(processes: int | str) -> Processes:
    """`processes` as `auto` or a number of at least 1."""
    if processes == "auto":
        return "auto"
    try:
        number = int(processes)
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"--processes: got {processes!r}, expected auto or a number of at least 1")
    return number


class RunFields(TypedDict, total=False):
    """The fields of `RunOptions`, which says what they mean, as named arguments of functions."""

    processes: Processes
    rejected: str | Path | None
    strict: bool
    max_errors: int | None
    overwrite: bool
    dry_run: bool


class RunOptions(FrozenModel):
    """How a run goes about its work: nothing here changes the labels."""

    processes: Annotated[Processes, BeforeValidator(check_processes)] = "auto"
    """A number, of which no more are started than there are batches of 512 captions; or `auto` for all usable
    cores (one where the input is small)."""
    rejected: Path | None = None
    """Where rows without a usable caption go; none: `OUTPUT.rejected.jsonl`."""
    strict: bool = False
    """Stop at the first rejected row."""
    max_errors: int | None = Field(default=None, ge=0)
    """Stop when there are more rejected rows than this."""
    overwrite: bool = False
    """Start over, replacing an earlier run."""
    dry_run: bool = False
    """Check everything, label one batch to estimate the work, write nothing."""

    @property
    def allowed_errors(self) -> int | None:
        """How many rejected rows do not stop the run; none: any number."""
        return 0 if self.strict else self.max_errors


OF_ONE_FILE = ("rejected", "dry_run")
"""Options of a run that mean nothing for shards, which have files of their own."""


def process_count(processes: Processes, *, small: bool, batches: int | None = None) -> int:
    """How many processes to use; `auto`: all usable cores, but one for an input on which more would not pay.

    `batches`: how many there are to share out, where it is known; never more processes than that. `auto` is one in
    a worker of a process pool, which may start none.
    """
    if processes == "auto":
        return 1 if small or current_process().daemon else usable_cores()
    return processes if batches is None else min(processes, max(batches, 1))


def is_stream(output: str) -> bool:
    """Whether `output` is written straight on: standard output (`-`), a pipe or a device."""
    path = Path(output)
    return output == "-" or (path.exists() and not path.is_file() and not path.is_dir())
