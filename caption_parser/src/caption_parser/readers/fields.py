"""Which field of a record holds the caption, which the image: known names, or those that the user gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from caption_parser.readers.rows import Reason, RowError
from shared_schemas.errors import nearest

CAPTION_FIELDS = (
    "caption", "captions", "text", "sentence", "sentences", "alt", "alt_text", "description", "raw",
)  # fmt: skip
"""Tried in this order, in any letter case."""

IMAGE_FIELDS = (
    "image_id", "imageid", "image", "key", "file_name", "filename", "image_name", "image_path", "img", "img_id",
    "imgid", "photo_id", "photo", "filepath", "file_path", "file", "__key__", "id", "sample_id", "uid", "url",
    "image_url",
)  # fmt: skip
"""Tried in this order, in any letter case: `id` comes late, since it is often the caption's own."""

FILE_NAME_FIELDS = ("file_name", "filename", "image_name", "image_path", "filepath", "file_path")

_SHOWN_CHARS = 30
_SHOWN_FIELDS = 12


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """The field names that the user gives; None: the known names."""

    caption: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of the fields to read."""

    caption: str
    image: str | None
    file_name: str | None

    def described(self, names: Sequence[str]) -> str:
        """What was taken from a record with these fields, for a person."""
        if self.image is not None:
            return f"caption = '{shortened(self.caption)}', image = '{shortened(self.image)}'"
        others = [name for name in names if name != self.caption]
        return f"caption = '{shortened(self.caption)}', {alone('row', others)}"


def alone(what: str, others: Sequence[str] = ()) -> str:
    """That nothing tells which captions belong together; `others`: the fields that might."""
    hint = f". If captions share one, name its field (has: {listed(others)}): --image-field NAME" if others else ""
    return f"each {what} is an image of its own{hint}"


@lru_cache(maxsize=256)
def locate(names: tuple[str, ...], choice: FieldChoice) -> Fields:
    """The fields to read of a record that has the fields `names`.

    `image` is None where no field is known to name the image and the user gives none.

    Raises:
        RowError: there is no caption field, or not the image field that the user gives.
    """
    lowered = {name.strip().lower(): name for name in reversed(names)}
    caption = _given(choice.caption, names, "--caption-field") or _first_known(CAPTION_FIELDS, lowered)
    if caption is None:
        rest = [name for name in names if name.strip().lower() not in IMAGE_FIELDS]
        suggestion = shortened(rest[0]) if len(rest) == 1 else "NAME"
        raise _missing("caption", names, f"Try --caption-field {suggestion}")
    image = _given(choice.image, names, "--image-field") or _first_known(IMAGE_FIELDS, lowered)
    return Fields(caption, image, _first_known(FILE_NAME_FIELDS, lowered))


def shortened(name: str) -> str:
    """A field name or cell, short enough for a message and fit to be printed."""
    shown = name[:_SHOWN_CHARS]
    if not shown.isprintable():
        shown = ascii(shown)[1:-1]
    return shown if len(name) <= _SHOWN_CHARS else f"{shown}…"


def listed(names: Sequence[str]) -> str:
    """Field names for a message."""
    shown = [shortened(name) for name in names[:_SHOWN_FIELDS]]
    return ", ".join([*shown, "…"] if len(names) > _SHOWN_FIELDS else shown) or "none"


def _given(field: str | None, names: tuple[str, ...], option: str) -> str | None:
    if field is None or field in names:
        return field
    raise _missing(field, names, f"Try {option} {nearest(field, names) or 'NAME'}")


def _first_known(known: tuple[str, ...], lowered: dict[str, str]) -> str | None:
    return next((lowered[name] for name in known if name in lowered), None)


def _missing(field: str, names: tuple[str, ...], hint: str) -> RowError:
    return RowError(Reason.MISSING_FIELD, f"field '{field}' is missing (has: {listed(names)}). {hint}")
