"""COCO instance files as streams: entries of their lists, and their categories as classes of a label space."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal, TypeVar

import ijson
from pydantic import BaseModel, ConfigDict, ValidationError

from shared_runtime.errors import InputError
from shared_runtime.file_kinds import FileKind, file_kind
from shared_runtime.files import reading
from shared_runtime.nesting import NestingError, ShallowStream
from shared_schemas import LabelSpace, load_label_space
from shared_schemas.errors import did_you_mean, expectation, shown
from shared_schemas.label_space_file import SHIPPED

ImageId = int | str

_SHOWN_CATEGORIES = 5
_EXPECTED = "expected a COCO instances file with 'images', 'categories' and 'annotations'"
_NO_TRUTH = {
    FileKind.EMPTY: "its writing or its download broke off",
    FileKind.LABELS: "which says what captions say, and is no ground truth",
    FileKind.CAPTIONS: "which says nothing of where things are; 'capparse label' makes labels of it",
}


class NotInstancesError(InputError):
    """A file is not one of COCO instances; the message ends in what was expected."""


class OtherClassesError(InputError):
    """Not one category of a file is a class of the label space."""

    def __init__(self, message: str, fits: str | None = None) -> None:
        """`fits`: a label space that ships and has the first of the categories."""
        super().__init__(message)
        self.fits = fits


class CocoEntry(BaseModel):
    """The base of what is read of an entry; its other fields are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)


class CocoImage(CocoEntry):
    """The base of what is read of an entry of the list `images`."""

    id: ImageId


class CocoCategory(CocoEntry):
    """An entry of the list `categories`."""

    id: int
    name: str


class CocoLabel(CocoEntry):
    """An entry of the list `annotations`: what there is, but not where."""

    image_id: ImageId
    category_id: int
    iscrowd: Literal[0, 1] = 0


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
            if instead := _instead(path):
                raise NotInstancesError(f"{path}: got {instead}, {_EXPECTED}") from None
            raise InputError(f"{place}: {_problem(error)}") from None
    if number < 0 and not may_be_empty:
        keys = ", ".join(key for _, event, key in _parsed(path, None) if event == "map_key") or "none"
        instead = _instead(path)
        lacking = f"no entry in a list {name!r} (top-level keys: {keys})"
        raise NotInstancesError(f"{path}: got {f'{instead}: ' if instead else ''}{lacking}, {_EXPECTED}")


def stream_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """The entries of a file that is one JSON list, each with its place for messages, in bounded memory.

    Raises `InputError` for a file that is missing or no JSON.
    """
    for number, row in enumerate(_parsed(path, "item", "expected a JSON list")):
        yield f"{path}: [{number}]", row


ImageT = TypeVar("ImageT", bound=CocoImage)


def images_by_id(path: Path, entry_type: type[ImageT]) -> dict[ImageId, ImageT]:
    """The entries of the list `images`, in their order. Raises `InputError` where an id has two images."""
    images: dict[ImageId, ImageT] = {}
    for place, image in stream_list(path, "images", entry_type):
        if images.setdefault(image.id, image) != image:
            raise InputError(
                f"{place}: id: got {image.id!r}, expected one image per id, and another has it already. "
                "Were two files put together without new ids?"
            )
    return images


@dataclass(frozen=True, slots=True)
class CategoryClasses:
    """What the categories of a file are in a label space, by their names."""

    label_space: LabelSpace
    ids: Mapping[int, int]
    """Category ids → contiguous class ids."""
    unknown: Mapping[int, str]
    """The categories that are no foreground class: no fault, as long as no annotation uses them."""

    def of(self, annotation: CocoLabel, images: Collection[ImageId], place: str) -> int:
        """The class id of an annotation at `place`.

        Raises `InputError` for an image or a category that the file does not list, and for a category that is no
        class.
        """
        category = annotation.category_id
        if annotation.image_id not in images:
            raise InputError(_unlisted(place, "image_id", annotation.image_id))
        if category in self.unknown:
            name = self.unknown[category]
            advice = _advice(self.label_space, name)
            raise InputError(
                f"{place}: category_id: got {category}, {name!r}, which is no foreground class {advice}"
            )
        if category not in self.ids:
            raise InputError(_unlisted(place, "category_id", category))
        return self.ids[category]


def folded(name: str) -> str:
    """A name as it is compared: in lower case, `-`, `_` and spaces being the same."""
    return " ".join(re.split(r"[-_\s]+", unicodedata.normalize("NFKC", name).casefold().strip("-_ ")))


def category_classes(path: Path, label_space: LabelSpace) -> CategoryClasses:
    """What the file's categories are in `label_space`.

    A category is the class of its name (`folded`) or official name, whatever its id: a data set of one's own has
    an id 1, too, and files number COCO's classes in two ways. Raises `InputError` where not one is a class, and
    where an id has two names.
    """
    by_name = {folded(label.official_name): label.id for label in label_space.foreground}
    by_name |= {folded(label.name): label.id for label in label_space.foreground}
    names: dict[int, str] = {}
    for place, category in stream_list(path, "categories", CocoCategory):
        if names.setdefault(category.id, category.name) != category.name:
            raise InputError(
                f"{place}: got id {category.id} for {category.name!r}, expected one name per id: "
                f"it is {names[category.id]!r} already"
            )
    known = {number: by_name[folded(name)] for number, name in names.items() if folded(name) in by_name}
    unknown = {number: name for number, name in names.items() if number not in known}
    if not known:
        listed = ", ".join(map(repr, [*names.values()][:_SHOWN_CATEGORIES]))
        more = f" and {len(names) - _SHOWN_CATEGORIES} more" if len(names) > _SHOWN_CATEGORIES else ""
        name = next(iter(names.values()))
        advice = _advice(label_space, name, f": {listed}{more}")
        message = f"{path}: got categories that are no foreground classes {advice}"
        raise OtherClassesError(message, _space_with(name))
    return CategoryClasses(label_space, known, unknown)


def category_ids(label_space: LabelSpace) -> dict[int, int]:
    """Class ids → the data set's own ids (COCO: 1-90); classes without one get those that follow the largest."""
    own = {label.id: label.category_id for label in label_space.classes if label.category_id is not None}
    following = count(max(own.values(), default=0) + 1)
    return {label.id: own[label.id] if label.id in own else next(following) for label in label_space.classes}


def _advice(label_space: LabelSpace, name: str, listed: str = "") -> str:
    """The label space that lacks a category `name`, what it lacks (`listed`), and which one to try."""
    hint = did_you_mean(name.casefold(), (label.name for label in label_space.foreground))
    other = _space_with(name) or "with the one that the labels or masks were made with"
    return f"of label space {label_space.name!r}{listed}.{hint} Try --label-space {other}"


def _space_with(name: str) -> str | None:
    """The first label space that ships and has a class of this name."""
    return next((space for space in SHIPPED if _has_class(load_label_space(space), name)), None)


def _unlisted(place: str, field: str, got: ImageId) -> str:
    return f"{place}: {field}: got {got!r}, expected an id that the file lists"


def _has_class(label_space: LabelSpace, name: str) -> bool:
    return any(
        folded(name) in (folded(label.name), folded(label.official_name)) for label in label_space.foreground
    )


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


def _parsed(path: Path, prefix: str | None, expected: str = _EXPECTED) -> Iterator[Any]:
    """The values at `prefix`, or without one the parse events at the top level."""
    try:
        with reading(path), path.open("rb") as stream:
            shallow = ShallowStream(stream)
            if prefix is None:
                yield from (event for event in ijson.parse(shallow) if event[0] == "")
            else:
                yield from ijson.items(shallow, prefix, use_float=True)
    except NestingError as error:
        raise NotInstancesError(f"{path}: got JSON that cannot be read: {error}, {expected}") from None
    except ijson.JSONError as error:
        message = error.args[0] if error.args else ""
        text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
        reason = next(iter(text.splitlines()), "it is empty")
        # Of ijson's parsers, each has words of its own for the end of a file.
        if re.search("premature|incomplete|eof", reason, re.IGNORECASE):
            reason = "it ends too early; get or make the file again"
        raise NotInstancesError(
            f"{path}: got {_instead(path) or f'a file that is not valid JSON: {reason}'}, {expected}"
        ) from error


def _instead(path: Path) -> str | None:
    """What a file is that holds no instances, with what that means; None: nothing that is known."""
    kind = file_kind(path)
    return f"{kind}, {_NO_TRUTH[kind]}" if kind in _NO_TRUTH else None
