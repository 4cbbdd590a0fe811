"""Which field of a record holds the caption, which the image: known names, or those that the user gives."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from caption_parser.readers.paths import path_of, paths_in
from caption_parser.readers.rows import Reason, RowError
from caption_parser.readers.several_fields import numbered_fields
from shared_runtime.errors import UsageError
from shared_schemas.errors import nearest

CAPTION_FIELDS = (
    "caption", "captions", "caption_str", "text", "texts", "sentence", "sentences", "alt", "alt_text",
    "description", "descriptions", "raw", "comment", "reference_strs", "phrase", "regions", "conversations",
    "conversation", "messages",
)  # fmt: skip
"""Tried in this order, in any letter case. What stands there may be a list, or objects: see `values`."""

IMAGE_FIELDS = (
    "image_id", "imageid", "cocoid", "coco_id", "image", "images", "key", "file_name", "filename", "image_name",
    "image_path", "image_file", "image_filename", "img", "img_id", "imgid", "img_path", "img_name", "image_key",
    "image/key", "photo_id", "photo", "filepath", "file_path", "file", "__key__", "path", "id", "sample_id", "uid",
    "url", "image_url", "image_urls", "img_url", "photo_url",
)  # fmt: skip
"""Tried in this order, in any letter case: `id` comes late, since it is often the caption's own."""

FILE_NAME_FIELDS = (
    "file_name", "filename", "image_name", "image_path", "image_file", "image_filename", "img_path", "img_name",
    "filepath", "file_path",
)  # fmt: skip

PATH_FORM = (
    "NAME, several as NAME,NAME or NAME_*, or a path to what is in it, such as regions[].phrase, image.path or "
    "turns[from=gpt].value"
)

_SHOWN_CHARS = 30
_SHOWN_PATH_CHARS = 60
_SHOWN_FIELDS = 12


class RepeatedFieldError(RowError):
    """Several fields may be the one that is asked for."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """The fields that the user gives, by name or by path; None: the known names."""

    caption: str | None = None
    image: str | None = None
    everything: bool = False
    """Also read what the layout of the file says is no caption (`rows.LEFT_OUT`)."""

    def check(self) -> None:
        """Raises `UsageError` for an empty name."""
        for role, path in (("caption", self.caption), ("image", self.image)):
            if path is not None and not path.strip():
                raise UsageError(f"--{role}-field: got an empty name, expected {PATH_FORM}")


@dataclass(frozen=True, slots=True)
class Fields:
    """The names or paths of the fields to read."""

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


def locate_in(record: Mapping[str, Any], choice: FieldChoice) -> Fields:
    """As `locate`; where there is no such field, the message lists those within fields, too."""
    try:
        return locate(tuple(record), choice)
    except RowError:
        return locate(tuple(paths_in(record)), choice)


@lru_cache(maxsize=256)
def locate(names: tuple[str, ...], choice: FieldChoice) -> Fields:
    """The fields to read of a record that has the fields `names`.

    `image` is None where no field is known to name the image and the user gives none.

    Raises:
        RowError: there is no caption field, or not the image field that the user gives.
        RepeatedFieldError: there are several of them.
    """
    lowered = {name.strip().lower(): name for name in reversed(names)}
    caption = _given(choice.caption, names, "--caption-field") or _first_known(CAPTION_FIELDS, lowered)
    if caption is None:
        raise _missing("caption", names, f"Try --caption-field {quoted(_suggestion(names))}")
    image = _given(choice.image, names, "--image-field") or _first_known(IMAGE_FIELDS, lowered, but=caption)
    for field in {caption, image} & {name for name in names if names.count(name) > 1}:
        raise RepeatedFieldError(Reason.MISSING_FIELD, f"several columns are called '{field}'. Rename all but one")
    if choice.caption is None and (others := _spelt_otherwise(caption, names)):
        message = f"both '{caption}' and '{others[0]}' may hold the captions. Say which"
        raise RepeatedFieldError(Reason.MISSING_FIELD, f"{message}: --caption-field {quoted(others[0])}")
    return Fields(caption, image, _first_known(FILE_NAME_FIELDS, lowered))


def _spelt_otherwise(field: str, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name != field and name.strip().lower() == field.strip().lower()]


def quoted(name: str) -> str:
    """A name as a shell takes it; brackets of paths stay as they are read."""
    return shlex.quote(name) if re.search(r"[^\w.\[\]=/,:@%+-]", name) else name


def shortened(name: str) -> str:
    """A field name or cell, short enough for a message and fit to be printed."""
    limit = _SHOWN_PATH_CHARS if "[" in name else _SHOWN_CHARS
    shown = name[:limit]
    if not shown.isprintable():
        shown = ascii(shown)[1:-1]
    return shown if len(name) <= limit else f"{shown}…"


def listed(names: Sequence[str]) -> str:
    """Field names for a message."""
    shown = [shortened(name) for name in names[:_SHOWN_FIELDS]]
    return ", ".join([*shown, "…"] if len(names) > _SHOWN_FIELDS else shown) or "none"


def _suggestion(names: tuple[str, ...]) -> str:
    """The path whose last name is a known one, or the only field that is not known to name an image."""
    nested = [name for name in names if _last_name(name) in CAPTION_FIELDS]
    rest = [name for name in names if name.strip().lower() not in IMAGE_FIELDS]
    if nested:
        return nested[0]
    if numbered := numbered_fields(rest):
        return numbered
    return rest[0] if len(rest) == 1 and len(rest[0]) <= _SHOWN_PATH_CHARS else "NAME"


def _last_name(path: str) -> str:
    return path.removesuffix("[]").rpartition(".")[2].lower()


def _given(field: str | None, names: tuple[str, ...], option: str) -> str | None:
    if field is None or field in names or path_of(field, names) is not None:
        return field
    by_last_name = next((name for name in names if _last_name(name) == field.lower()), None)
    close = by_last_name or nearest(field, names) or "NAME"
    numbered = numbered_fields(names)
    if numbered is not None and fnmatchcase(close, numbered):
        close = numbered
    raise _missing(field, names, f"Try {option} {quoted(close)}")


def _first_known(known: tuple[str, ...], lowered: dict[str, str], but: str | None = None) -> str | None:
    return next((lowered[name] for name in known if name in lowered and lowered[name] != but), None)


def _missing(field: str, names: tuple[str, ...], hint: str) -> RowError:
    return RowError(Reason.MISSING_FIELD, f"field '{field}' is missing (has: {listed(names)}). {hint}")
