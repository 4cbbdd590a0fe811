"""COCO instance files as streams: entries of their lists, and their categories as classes of a label space."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import ijson
from pydantic import BaseModel, ConfigDict, ValidationError

from shared_runtime.errors import InputError
from shared_schemas import LabelSpace
from shared_schemas.errors import did_you_mean, expectation, shown

ImageId = int | str

_SHOWN_CATEGORIES = 5


class CocoEntry(BaseModel):
    """The base of what is read of an entry; its other fields are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)


class CocoCategory(CocoEntry):
    """An entry of the list `categories`."""

    id: int
    name: str


class CocoLabel(CocoEntry):
    """An entry of the list `annotations`: what there is, but not where."""

    image_id: ImageId
    category_id: int
    iscrowd: Literal[0, 1] = 0

    def check_ids(self, images: Collection[ImageId], categories: Collection[int], place: str) -> None:
        """Raises `InputError` for an image or a category that the file does not list."""
        for field, got, listed in (
            ("image_id", self.image_id, images),
            ("category_id", self.category_id, categories),
        ):
            if got not in listed:
                raise InputError(f"{place}: {field}: got {got!r}, expected an id that the file lists")


EntryT = TypeVar("EntryT", bound=CocoEntry)


def stream_list(
    path: Path, name: str, entry_type: type[EntryT], *, may_be_empty: bool = False
) -> Iterator[tuple[str, EntryT]]:
    """The entries of one of the file's lists, each with its place for messages, in bounded memory.

    Raises `InputError` for a file that is missing or no JSON, for a list that is missing or empty, and for an
    entry that lacks what is needed of it.
    """
    number = -1
    for number, entry in enumerate(_parsed(path, f"{name}.item")):
        place = f"{path}: {name}[{number}]"
        try:
            yield place, entry_type.model_validate(entry)
        except ValidationError as error:
            raise InputError(f"{place}: {_problem(error)}") from None
    if number < 0 and not may_be_empty:
        keys = ", ".join(key for _, event, key in _parsed(path, None) if event == "map_key") or "none"
        hint = " Is this a captions file?" if name == "categories" else ""
        raise InputError(
            f"{path}: got no entry in a list {name!r} (top-level keys: {keys}), expected a COCO instances "
            f"file with 'images', 'categories' and 'annotations'.{hint}"
        )


def class_ids(path: Path, label_space: LabelSpace) -> Mapping[int, int]:
    """The file's category ids → contiguous class ids of the label space.

    A category is the class of its name, or else of its id: names are the surer sign, since files with ids 1-80 and
    with COCO's own 1-90 both go round. Raises `InputError` where it is neither, and where two are the same class.
    """
    by_name = {label.name.casefold(): label for label in label_space.foreground}
    by_category_id = {label.category_id: label for label in label_space.foreground}
    linked: dict[int, int] = {}
    names: dict[int, str] = {}
    unknown: list[str] = []
    for place, category in stream_list(path, "categories", CocoCategory):
        label = by_name.get(category.name.casefold()) or by_category_id.get(category.id)
        if label is None:
            unknown.append(category.name)
            continue
        if label.id in names:
            raise InputError(
                f"{place}: got categories {names[label.id]!r} and {category.name!r} for the one class "
                f"{label.name!r} of label space {label_space.name!r}, expected one category per class"
            )
        names[label.id] = category.name
        linked[category.id] = label.id
    if unknown:
        listed = ", ".join(map(repr, unknown[:_SHOWN_CATEGORIES]))
        more = f" and {len(unknown) - _SHOWN_CATEGORIES} more" if len(unknown) > _SHOWN_CATEGORIES else ""
        raise InputError(
            f"{path}: got categories that are no foreground classes of label space {label_space.name!r}: "
            f"{listed}{more}.{did_you_mean(unknown[0].casefold(), by_name)} Try --label-space with the one that "
            "the labels or masks were made with"
        )
    return linked


def _problem(error: ValidationError) -> str:
    """The first field that is wrong: what stands there, and all that may."""
    problems = error.errors(include_url=False)
    first = problems[0]
    if not first["loc"]:
        return f"got {shown(first['input'])}, expected an object"
    field = first["loc"][0]
    if first["type"] == "missing":
        return f"{field}: the field is missing (the entry has: {', '.join(first['input'])})"
    expected = " or ".join(expectation(problem) for problem in problems if problem["loc"][0] == field)
    return f"{field}: got {shown(first['input'])}, expected {expected}"


def _parsed(path: Path, prefix: str | None) -> Iterator[Any]:
    """The values at `prefix`, or without one the parse events at the top level."""
    try:
        with path.open("rb") as stream:
            if prefix is None:
                yield from (event for event in ijson.parse(stream) if event[0] == "")
            else:
                yield from ijson.items(stream, prefix, use_float=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ijson.JSONError as error:
        message = error.args[0] if error.args else ""
        text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
        raise InputError(f"{path}: is not valid JSON: {next(iter(text.splitlines()), 'it is empty')}") from error
