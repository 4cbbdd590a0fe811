"""The three lists of a COCO instances file, streamed and checked entry by entry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import ijson
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt, ValidationError

from shared_runtime.errors import InputError
from shared_schemas.errors import shown

ImageId = int | str


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Image(_Entry):
    """An entry of `images`; sizes in pixels."""

    id: ImageId
    height: PositiveInt | None = None
    width: PositiveInt | None = None


class Category(_Entry):
    """An entry of `categories`."""

    id: int
    name: str


class Annotation(_Entry):
    """An entry of `annotations`: one object, or a crowd of objects of one category."""

    image_id: ImageId
    category_id: int
    iscrowd: Literal[0, 1] = 0
    area: NonNegativeFloat | None = None
    segmentation: Any = None
    """Polygons `[[x, y, x, y, …], …]` in pixels, or a run-length encoding `{"size": [H, W], "counts": …}`."""


EntryT = TypeVar("EntryT", bound=_Entry)


def read_entries(path: Path, section: str, model: type[EntryT]) -> Iterator[EntryT]:
    """The entries of the list `section` of the JSON object in `path`, one at a time, in bounded memory.

    Raises `InputError` for a file that cannot be read or is no JSON, where the list is missing or empty, and
    for an entry that lacks what `model` needs.
    """
    number = -1
    for number, entry in enumerate(_parsed(path, f"{section}.item")):
        try:
            yield model.model_validate(entry)
        except ValidationError as error:
            raise InputError(f"{path}: {section}[{number}]{_problem(error)}") from error
    if number < 0:
        keys = ", ".join(key for _, event, key in _parsed(path, None) if event == "map_key") or "none"
        hint = " Is this a captions file?" if section == "categories" else ""
        raise InputError(
            f"{path}: got no entry in a list {section!r} (top-level keys: {keys}), expected a COCO instances "
            f"file with 'images', 'categories' and 'annotations'.{hint}"
        )


def _problem(error: ValidationError) -> str:
    """The first thing that is wrong: where in the entry, what stands there, what is expected."""
    problem = error.errors(include_url=False)[0]
    field = "".join(f".{part}" for part in problem["loc"][:1])
    if problem["type"] == "missing":
        return f"{field}: the field is missing (the entry has: {', '.join(problem['input'])})"
    return f"{field}: got {shown(problem['input'])}, expected {problem['msg'].removeprefix('Input should be ')}"


def _parsed(path: Path, prefix: str | None) -> Iterator[Any]:
    """The values at `prefix`, or without one the parse events at the top level."""
    try:
        with path.open("rb") as stream:
            if prefix is None:
                yield from (event for event in ijson.parse(stream) if event[0] == "")
            else:
                yield from ijson.items(stream, prefix, use_float=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ijson.JSONError as error:
        message = error.args[0] if error.args else ""
        text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
        raise InputError(f"{path}: is not valid JSON: {text.splitlines()[0]}") from error
