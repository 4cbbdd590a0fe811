"""Errors that name the file, the place in it, what stands there and what was expected."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Self

_GOT_LIMIT = 60


class LabelSpaceError(ValueError):
    """A label space is not valid, or there is none of that name.

    `where` is a class, an attribute or a key ("class 'mug'"); `file` is filled in by the loader.
    """

    def __init__(self, where: str, got: str, expected: str, file: str | None = None) -> None:
        super().__init__(where, got, expected, file)
        self.where, self.got, self.expected, self.file = where, got, expected, file

    def __str__(self) -> str:
        prefix = f"{self.file}: " if self.file else ""
        return f"{prefix}{self.where}: got {self.got}, expected {self.expected}"

    def in_file(self, file: str) -> Self:
        """The same error, said of `file`."""
        return type(self)(self.where, self.got, self.expected, file)


class RecordError(ValueError):
    """A line of a label file is not a valid record.

    `code` is stable, to count and filter by (see `shared_schemas.jsonl.CODES`); `field` is a path such as
    `mentions[3].start`, or None where the line as a whole is at fault; `line` is 1-based.
    """

    def __init__(self, file: str, line: int, code: str, got: str, expected: str, field: str | None = None) -> None:
        super().__init__(file, line, code, got, expected, field)
        self.file, self.line, self.code = file, line, code
        self.got, self.expected, self.field = got, expected, field

    @property
    def message(self) -> str:
        """What is wrong, without the place."""
        field = f"{self.field}: " if self.field else ""
        return f"{field}got {self.got}, expected {self.expected}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class MissingExtraError(ImportError):
    """A file needs an optional dependency that is not installed; the message holds the pip line."""


def is_wrapped_interrupt(error: Exception) -> bool:
    """Whether `error` is what pydantic makes of Ctrl-C while it writes JSON."""
    return type(error).__name__ == "PydanticSerializationError" and "KeyboardInterrupt" in str(error)


def expectation(problem: Mapping[str, Any]) -> str:
    """What one of `ValidationError.errors()` says was expected."""
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    message = message.partition(", unable to parse ")[0]
    return re.sub(r"^\w+ should (be )?", lambda found: "" if found[1] else "it to ", message)


def shown(value: object) -> str:
    """`value` as it stands in an error message: its repr, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= _GOT_LIMIT else f"{text[:_GOT_LIMIT]}… ({len(text)} characters)"


def nearest(got: str, names: Iterable[str]) -> str | None:
    """The name that `got` was probably meant to be; None: none is near."""
    return next(iter(get_close_matches(got, list(names), n=1)), None)


def did_you_mean(got: str, names: Iterable[str]) -> str:
    """The words " Did you mean 'couch'?", to stand behind a sentence; empty where no name is near."""
    close = nearest(got, names)
    return "" if close is None else f" Did you mean {close!r}?"
