"""Checks of what the user asked for, before anything is loaded or read."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from caption_parser.config import ParserConfig
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_runtime.workers import usable_cores
from shared_schemas.errors import did_you_mean, shown

Processes = int | Literal["auto"]
"""How many worker processes; `auto`: as many as pay."""


ModelT = TypeVar("ModelT", bound=BaseModel)


def checked(model: type[ModelT], **fields: Any) -> ModelT:
    """The model; a value that does not fit is a `UsageError` that names the option and the nearest choice."""
    try:
        return model(**fields)
    except ValidationError as error:
        problem = error.errors()[0]
        if not problem["loc"]:
            # Of several fields, which the message names.
            raise UsageError(problem["msg"]) from None
        option = f"--{str(problem['loc'][0]).replace('_', '-')}"
        expected = problem["msg"].removeprefix("Input should be ")
        choices = re.findall(r"'([^']*)'", expected)
        hint = did_you_mean(str(problem["input"]), choices)
        message = f"{option}: got {shown(problem['input'])}, expected {expected}"
        raise UsageError(f"{message}.{hint}" if hint else message) from None


def parser_config(**fields: Any) -> ParserConfig:
    """The configuration of a parser; raises `UsageError` as `checked` does."""
    return checked(ParserConfig, **fields)


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


class RunOptions(FrozenModel):
    """How a run goes about its work: nothing here changes the labels."""

    processes: Annotated[Processes, BeforeValidator(check_processes)] = "auto"
    """A number, or `auto` for all usable cores (one where the input is small)."""
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


def process_count(processes: Processes, *, small: bool) -> int:
    """How many processes to use; `auto`: all usable cores, but one for an input on which more would not pay."""
    if processes == "auto":
        return 1 if small else usable_cores()
    return processes


def is_stream(output: str) -> bool:
    """Whether `output` is written straight on: standard output (`-`), a pipe or a device."""
    path = Path(output)
    return output == "-" or (path.exists() and not path.is_file() and not path.is_dir())
