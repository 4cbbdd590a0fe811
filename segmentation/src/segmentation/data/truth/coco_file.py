"""A COCO instances file as a stream: what semantic masks need of it."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar

import ijson
from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from shared_runtime.errors import InputError
from shared_schemas import LabelSpace
from shared_schemas.errors import expectation, shown


class CocoName(BaseModel):
    """An entry of the list `images`: which it is."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: int | str
    file_name: str


class CocoImage(CocoName):
    """An entry of the list `images`."""

    height: PositiveInt
    width: PositiveInt


class CocoCategory(BaseModel):
    """An entry of the list `categories`."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: int
    name: str


class CocoLabel(BaseModel):
    """An entry of the list `annotations`: what there is, but not where."""

    model_config = ConfigDict(frozen=True, strict=True)

    image_id: int | str
    category_id: int
    iscrowd: Literal[0, 1] = 0

    def check_ids(self, images: Collection[int | str], categories: Collection[int], place: str) -> None:
        """Raises `InputError` for an image or a category that the file does not list."""
        for field, got, listed in (
            ("image_id", self.image_id, images),
            ("category_id", self.category_id, categories),
        ):
            if got not in listed:
                raise InputError(f"{place}: {field}: got {got!r}, expected an id that the file lists")


class CocoObject(CocoLabel):
    """An entry of the list `annotations`."""

    segmentation: list[Any] | dict[str, Any]
    """Polygons `[[x, y, x, y, …], …]` in pixels, or a run-length encoding."""


EntryT = TypeVar("EntryT", bound=BaseModel)


def stream_list(path: Path, name: str, entry_type: type[EntryT]) -> Iterator[tuple[str, EntryT]]:
    """The entries of one of the file's lists, each with its place for messages, in bounded memory.

    Raises `InputError` for a file that is missing or no JSON, and for an entry that lacks what is needed of it.
    """
    try:
        with path.open("rb") as stream:
            for number, entry in enumerate(ijson.items(stream, f"{name}.item", use_float=True)):
                place = f"{path}: {name}[{number}]"
                try:
                    yield place, entry_type.model_validate(entry)
                except ValidationError as error:
                    raise InputError(f"{place}: {_problem(error)}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ijson.JSONError as error:
        raise InputError(f"{path}: got a file that is not JSON: {error}") from error


def _problem(error: ValidationError) -> str:
    """The first field that is wrong: what stands there, and all that may."""
    problems = error.errors(include_url=False)
    first = problems[0]
    if not first["loc"]:
        return f"got {shown(first['input'])}, expected an object"
    got = "nothing" if first["type"] == "missing" else shown(first["input"])
    expected = " or ".join(expectation(problem) for problem in problems if problem["loc"][0] == first["loc"][0])
    return f"{first['loc'][0]}: got {got}, expected {expected}"


def class_ids(path: Path, label_space: LabelSpace) -> Mapping[int, int]:
    """The file's category ids → contiguous class ids of the label space.

    A category is the class of its name, or else the one of its id. Raises `InputError` where it is neither, where
    two are the same class, and for a file without categories.
    """
    by_name = {label.name.casefold(): label.id for label in label_space.foreground}
    by_category_id = {label.category_id: label.id for label in label_space.foreground}
    linked: dict[int, int] = {}
    for place, category in stream_list(path, "categories", CocoCategory):
        class_id = by_name.get(category.name.casefold()) or by_category_id.get(category.id)
        if class_id is None:
            close = get_close_matches(category.name.casefold(), by_name, n=1)
            hint = f"; the nearest is {close[0]!r}" if close else ""
            raise InputError(
                f"{place}: got {category.name!r}, expected a foreground class of label space "
                f"{label_space.name!r}{hint}; give the label space that the masks were made with"
            )
        if class_id in linked.values():
            raise InputError(f"{place}: got a second category that is {label_space.by_id[class_id].name!r}")
        linked[category.id] = class_id
    if not linked:
        raise InputError(
            f"{path}: got no list 'categories', expected a COCO instances file; is it a captions file?"
        )
    return linked
