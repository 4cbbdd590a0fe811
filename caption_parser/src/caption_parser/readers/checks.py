"""What makes a caption and an image id usable: the one place where every reader's rows are checked."""

import re
from collections.abc import Iterator
from decimal import Decimal

from caption_parser.readers.rows import CaptionRow, Reason, Row, RowError
from caption_parser.readers.values import LeftOut, captions_in
from shared_runtime.errors import UsageError

MAX_CAPTION_CHARS = 20_000
MISSING = frozenset({"nan", "<na>", "null", "none"})
"""What tables write in the place of a caption that is not there, in any letter case."""
_LONGEST_MISSING = max(map(len, MISSING))
_WHOLE_FLOATS = 1 << 53

_LINE_BREAKS_AND_TABS = re.compile(r"[\t-\r\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNFIT_FOR_IDS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_HASH = re.compile(r"[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]{20,}", re.IGNORECASE)
_PATH = re.compile(r"\S*[/\\]\S[^.!?,]*\.\w+|[^.!?,]{1,60}\.\w+")
IMAGE_SUFFIXES = "jpe?g|png|webp|gif|bmp|tiff?|heic|heif|avif|jfif|jp2"
_IMAGE_FILE = re.compile(rf"\.(?:{IMAGE_SUFFIXES})$", re.IGNORECASE)


def caption_rows(
    captions: object, image_id: object, row: int, raw: str, file_name: object = None, *, everything: bool = False
) -> Iterator[Row]:
    """One row per caption that `captions` stands for (see `values.captions_in`), each either good or rejected.

    `everything`: also what the layout says is no caption.
    """
    if isinstance(captions, str) and captions[:1] not in "[( ":
        yield caption_row(captions, image_id, row, raw, file_name)
        return
    try:
        for caption in captions_in(captions):
            if isinstance(caption, LeftOut):
                if not everything:
                    yield RowError(caption.reason, caption.message).rejected(row, str(caption.text))
                    continue
                caption = caption.text
            yield caption_row(caption, image_id, row, raw, file_name)
    except RowError as error:
        yield error.rejected(row, raw)


def caption_row(caption: object, image_id: object, row: int, raw: str, file_name: object = None) -> Row:
    """The checked row; `raw` is kept where it is rejected.

    Without a `file_name`, an image id that looks like one serves as one.
    """
    try:
        text = checked_caption(caption)
        identity = checked_image_id(image_id)
    except RowError as error:
        return error.rejected(row, raw)
    if not isinstance(file_name, str) or not file_name.isprintable():
        file_name = identity if isinstance(identity, str) and is_image_file(identity) else None
    return CaptionRow(identity, text, row, file_name)


def checked_caption(caption: object) -> str:
    """`caption`, a text or its UTF-8 bytes, as it is recorded: tabs and line breaks become one space each.

    The length stays, so that character offsets hold in the input's own text too.

    Raises:
        RowError: it is not text, is empty, too long or damaged.
    """
    if isinstance(caption, bytes):
        caption = _decoded(caption)
    if not isinstance(caption, str):
        raise RowError(Reason.WRONG_TYPE, f"the caption is {type_name(caption)}, expected text")
    if type(caption) is not str:
        caption = str(caption)  # NumPy's, which spaCy does not take
    if len(caption) > MAX_CAPTION_CHARS:
        message = f"the caption has {len(caption):,} characters, at most {MAX_CAPTION_CHARS:,} are read"
        raise RowError(Reason.CAPTION_TOO_LONG, message)
    if not caption.isprintable():
        _refuse_damage(caption)
        caption = _LINE_BREAKS_AND_TABS.sub(" ", caption)
    if not caption or caption.isspace():
        raise RowError(Reason.EMPTY_CAPTION, "the caption is empty")
    if len(caption) <= _LONGEST_MISSING and caption.lower() in MISSING:
        raise RowError(Reason.EMPTY_CAPTION, f"the caption is {caption!r}, as tables write one that is missing")
    return caption


def one_caption(caption: object, function: str) -> str:
    """A caption that a function was given alone, under the rules of files. Raises `UsageError`."""
    try:
        return checked_caption(caption)
    except RowError as error:
        raise UsageError(f"{function}: {error.message}") from None


def checked_image_id(image_id: object) -> int | str:
    """`image_id`, a whole number or text.

    Raises:
        RowError: it is neither a whole number nor a text that an output can hold.
    """
    if isinstance(image_id, int) and not isinstance(image_id, bool):
        return image_id
    if isinstance(image_id, float) and image_id.is_integer() and abs(image_id) < _WHOLE_FLOATS:
        return int(image_id)  # pandas makes floats of a column in which one id is missing
    if isinstance(image_id, Decimal) and image_id.is_finite() and image_id == int(image_id):
        return int(image_id)
    if not isinstance(image_id, str):
        got = f"{type_name(image_id)}, {image_id}" if isinstance(image_id, float) else type_name(image_id)
        message = f"the image id is {got}, expected a whole number or text"
        raise RowError(Reason.WRONG_TYPE, message)
    if not image_id or image_id.isspace():
        raise RowError(Reason.BAD_IMAGE_ID, "the image id is empty")
    if not image_id.isprintable() and _UNFIT_FOR_IDS.search(image_id):
        raise RowError(Reason.BAD_IMAGE_ID, f"the image id {image_id[:80]!a} holds control characters")
    return str(image_id)


def is_image_file(name: str) -> bool:
    """Whether `name` is the name of an image file (a web address is not)."""
    return "://" not in name and _IMAGE_FILE.search(name) is not None


def looks_like_a_name(text: str) -> bool:
    """Whether `text` names a file, a place or a thing by number, as captions do not."""
    if not text or len(text.split()) > 1:
        return is_image_file(text) and _PATH.fullmatch(text) is not None
    return (
        is_image_file(text)
        or "://" in text
        or _HASH.fullmatch(text) is not None
        or (text[0].isdigit() and not any(character.isalpha() for character in text))
    )


def type_name(value: object) -> str:
    """The JSON name of the value's type, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
    return f"of type {type(value).__name__}"


def _decoded(caption: bytes) -> str:
    try:
        return caption.decode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{caption[error.start]:02x} at byte {error.start} of the caption is not UTF-8"
        raise RowError(Reason.WRONG_ENCODING, message) from None


def _refuse_damage(caption: str) -> None:
    if surrogate := _SURROGATE.search(caption):
        message = f"the caption has a lone surrogate, {surrogate.group()!a}, at character {surrogate.start()}"
        raise RowError(Reason.LONE_SURROGATE, message)
    if control := _CONTROL.search(caption):
        message = f"the caption has the control character {control.group()!a} at character {control.start()}"
        raise RowError(Reason.CONTROL_CHARACTERS, message)
