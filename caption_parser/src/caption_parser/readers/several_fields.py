"""Captions of one image that stand in several fields: "caption_1,caption_2", or "caption_*"."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from caption_parser.readers.checks import MISSING
from caption_parser.readers.paths import is_list

_NUMBERED = re.compile(r"(.*[^\d\s])\d+")


def several_fields(choice: str | None, names: Collection[str]) -> list[str]:
    """Those of `names` that a choice of several stands for, in its order; none: it names one field, or a path."""
    if choice is None or choice in names or "[" in choice or not ("," in choice or "*" in choice):
        return []
    parts = [part.strip() for part in choice.split(",")]
    return list(dict.fromkeys(name for part in parts for name in names if fnmatchcase(name, part)))


def absent_field(choice: str, names: Sequence[str]) -> str | None:
    """The first of the fields of a choice of several that is none of `names`; None: all are there."""
    parts = [part.strip() for part in choice.split(",")]
    return next((part for part in parts if part and not any(fnmatchcase(name, part) for name in names)), None)


def together(values: Iterable[Any]) -> list[Any]:
    """The captions of several fields as one list, without the fields that are empty."""
    return list(_present(values))


def _present(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if is_list(value) and all(isinstance(element, str) for element in value):
            yield from _present(value)
        elif value is not None and not (isinstance(value, str) and value.strip().lower() in {"", *MISSING}):
            yield value


def with_captions_together(record: Mapping[str, Any], choice: str | None) -> dict[str, Any] | None:
    """A record with the captions of several fields under the name of the choice; None: it is one of one field."""
    names = several_fields(choice, record.keys()) if choice is not None else []
    return {**record, str(choice): together(record[name] for name in names)} if names else None


def numbered_fields(names: Sequence[str]) -> str | None:
    """The choice of fields that differ in a number alone, "caption_*"; None: there are none, or several such."""
    stems = [found[1] for name in names if (found := _NUMBERED.fullmatch(name)) and "[" not in name]
    groups = {stem for stem in stems if stems.count(stem) > 1}
    return f"{groups.pop()}*" if len(groups) == 1 else None
