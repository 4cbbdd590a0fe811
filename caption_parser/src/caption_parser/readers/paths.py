"""Paths to fields within fields: `regions[].phrase`, `image.path`, `conversations[from=gpt].value`.

A path is names joined by dots; behind a name, `[]` stands for every element of a list, `[0]` for one of them, and
`[name=value]` for those objects of it whose field has that value. A name that a record has is never taken apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from caption_parser.readers.rows import Reason, RowError


@dataclass(frozen=True, slots=True)
class Each:
    """Every element of a list, or those whose field `key` is `value`."""

    key: str | None = None
    value: str | None = None

    def elements(self, found: Sequence[Any]) -> Iterator[Any]:
        """The elements of `found` that are meant."""
        for element in found:
            if self.key is None or (isinstance(element, Mapping) and _matches(element.get(self.key), self.value)):
                yield element

    def __str__(self) -> str:
        return "[]" if self.key is None else f"[{self.key}={self.value}]"


Step = str | int | Each
"""The field of an object, an element of a list, several of them."""

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d*)\]|\[([^.\[\]=]+)=([^\[\]]*)\]")


@lru_cache(maxsize=256)
def path_of(text: str, names: tuple[str, ...]) -> tuple[Step, ...] | None:
    """The steps of a path in an object that has the fields `names`; none: it does not begin with any of them."""
    if text in names:
        return (text,)
    heads = [name for name in names if text.startswith(name) and text[len(name)] in ".["]
    if not heads:
        return None
    head = max(heads, key=len)
    rest = steps_of(text[len(head) :])
    return None if rest is None else (head, *rest)


def steps_of(text: str) -> tuple[Step, ...] | None:
    """The steps that a text spells; none: it is no path."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        name, index, key, value = match.groups()
        if name is not None:
            steps.append(name)
        elif index is not None:
            steps.append(int(index) if index else Each())
        else:
            steps.append(Each(key, value))
        position = match.end()
    return tuple(steps)


def path_text(steps: Sequence[Step]) -> str:
    """The path as it is written."""
    text = "".join(f".{step}" if isinstance(step, str) else f"[{step}]" if isinstance(step, int) else str(step)
                   for step in steps)  # fmt: skip
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at the end of a path."""

    value: Any
    trail: tuple[Any, ...]
    """What the path goes through: the record itself, then what each step but the last gives."""

    @property
    def holder(self) -> Any:
        """The innermost object that the value stands in."""
        return next((value for value in reversed(self.trail) if isinstance(value, Mapping)), None)


def follow(record: Any, steps: Sequence[Step]) -> Iterator[Found | RowError]:
    """Every value at the path, and an error for each place at which it breaks off."""
    yield from _follow(record, steps, 0, ())


def found_or_raised(results: Iterator[Found | RowError]) -> Iterator[Found]:
    """What was found; the first error is raised."""
    for result in results:
        if isinstance(result, RowError):
            raise result
        yield result


def beside(found: Found, steps: Sequence[Step], other: Sequence[Step]) -> Any:
    """The value at the path `other`, in the list elements that the path `steps` went through to `found`.

    Raises `RowError` where there is none, or where `other` goes through a list of its own.
    """
    shared = 0
    while shared < min(len(steps), len(other), len(found.trail)) and steps[shared] == other[shared]:
        shared += 1
    start = found.trail[shared] if shared < len(found.trail) else found.value
    if shared == len(other):
        return start
    if any(isinstance(step, Each) for step in other[shared:]):
        message = f"'{path_text(other)}' names several values for each caption"
        raise RowError(Reason.WRONG_TYPE, message)
    for result in _follow(start, other, shared, found.trail[:shared]):
        if isinstance(result, RowError):
            raise result
        return result.value
    raise RowError(Reason.MISSING_FIELD, f"'{path_text(other)}' is missing")


def _follow(value: Any, steps: Sequence[Step], at: int, trail: tuple[Any, ...]) -> Iterator[Found | RowError]:
    if at == len(steps):
        yield Found(value, trail)
        return
    step = steps[at]
    here = (*trail, value)
    match step:
        case str() if isinstance(value, Mapping) and step in value:
            yield from _follow(value[step], steps, at + 1, here)
        case int() if is_list(value) and step < len(value):
            yield from _follow(value[step], steps, at + 1, here)
        case Each() if is_list(value):
            for element in step.elements(value):
                yield from _follow(element, steps, at + 1, here)
        case _:
            yield RowError(Reason.MISSING_FIELD, _broken_off(value, steps, at))


def _broken_off(value: Any, steps: Sequence[Step], at: int) -> str:
    before, whole = path_text(steps[:at]), path_text(steps)
    if isinstance(steps[at], str) and isinstance(value, Mapping):
        return f"field '{whole}' is missing (has: {', '.join(within(before, paths_in(value))[:12]) or 'none'})"
    if isinstance(steps[at], str) and is_list(value):
        path = path_text((*steps[:at], Each(), *steps[at:]))
        return f"field '{whole}' is missing: '{before}' is a list. Try {path}"
    what = (
        "has too few elements"
        if is_list(value)
        else "is no object"
        if isinstance(steps[at], str)
        else "is no list"
    )
    return f"field '{whole}' is missing: '{before}' {what}"


def within(before: str, paths: Sequence[str]) -> list[str]:
    """Paths within what stands at `before`, from the record on."""
    return [f"{before}.{path}" if before else path for path in paths]


_DEPTH = 5
_PATHS = 60


def paths_in(record: Mapping[str, Any]) -> list[str]:
    """The paths of a record, objects before what is in them; of a list, those of its first element."""
    found: list[str] = []
    for name, value in record.items():
        found.append(str(name))
        found.extend(_paths_below(str(name), value, 1))
        if len(found) >= _PATHS:
            break
    return found


def _paths_below(before: str, value: Any, depth: int) -> Iterator[str]:
    while is_list(value) and len(value):
        before, value = f"{before}[]", value[0]
    if isinstance(value, Mapping) and depth < _DEPTH:
        for name, inner in value.items():
            path = f"{before}.{name}"
            yield path
            yield from _paths_below(path, inner, depth + 1)


def is_list(value: Any) -> bool:
    """Whether it is a list of values, as JSON, Parquet and frames have them."""
    return isinstance(value, (list, tuple)) or (hasattr(value, "tolist") and bool(getattr(value, "shape", None)))


def _matches(value: Any, text: str | None) -> bool:
    return str(value).lower() == str(text).lower() if isinstance(value, (str, int, bool)) else False
