"""What a field may hold in place of one caption: lists, lists written as text, objects, pairs, conversations."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from caption_parser.readers import conversations
from caption_parser.readers.paths import is_list
from caption_parser.readers.rows import Reason, RowError

INNER_CAPTION_FIELDS = (
    "caption", "caption_str", "raw", "phrase", "text", "sentence", "description", "value", "content", "sent",
    "captions", "sentences", "texts", "alt", "#text",
)  # fmt: skip
"""Where the caption stands in an object that a field holds, in this order."""

INNER_IMAGE_FIELDS = (
    "image_id", "path", "file_name", "filename", "name", "file", "url", "uri", "src", "key", "id",
)  # fmt: skip
"""Likewise what names an image."""


_DEPTH = 6


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A text that is no caption, by what its layout says of it."""

    reason: Reason
    message: str
    text: object


def captions_in(value: Any, depth: int = 0) -> Iterator[object]:
    """Every caption that `value` stands for, unchecked, and `LeftOut`s.

    Raises `RowError` for an empty list, or one that is written as text and damaged.
    """
    if depth > _DEPTH:
        raise RowError(Reason.WRONG_TYPE, f"captions are nested more than {_DEPTH} times")
    if isinstance(value, str):
        texts = written_list(value)
        if texts is None:
            yield value
        else:
            yield from captions_in(texts, depth + 1)
    elif isinstance(value, Mapping):
        yield from captions_in(_inner_caption(value), depth + 1)
    elif not is_list(value):
        yield value
    elif not len(value):
        raise RowError(Reason.EMPTY_CAPTION, "the list of captions is empty")
    elif conversations.is_conversation(value):
        yield from _of_conversation(value)
    elif _is_keyed(value):
        # What is no pair among them costs itself alone: a list is no caption.
        yield from (element[1] if _is_pair(element) else element for element in value)
    else:
        for element in value:
            if isinstance(element, str):
                yield element
            elif is_list(element) and not len(element):
                continue
            else:
                yield from captions_in(element, depth + 1)


def image_in(value: Any, depth: int = 0) -> Any:
    """What names the image in a field of it: an object's path or name, the only element of a list.

    None: an image is stored there, without a name.
    """
    if isinstance(value, Mapping):
        inner = next((value[name] for name in INNER_IMAGE_FIELDS if _names(value.get(name))), None)
        if inner is None and not _holds_pixels(value):
            raise RowError(Reason.MISSING_FIELD, f"nothing names the image in an object with {_listed(value)}")
        return inner
    if depth < _DEPTH and is_list(value) and len(value) == 1 and isinstance(value[0], (str, Mapping)):
        return image_in(value[0], depth + 1)
    return value


def _of_conversation(turns: Sequence[Any]) -> Iterator[object]:
    found = False
    for answer in conversations.answers(turns):
        found = True
        if answer.is_description:
            yield answer.text
        else:
            message = "the answer to a question that asks for no description of the image"
            yield LeftOut(Reason.NOT_A_DESCRIPTION, message, answer.text)
    if not found:
        raise RowError(Reason.EMPTY_CAPTION, "the conversation has no answer")


_KINDS = frozenset({"alt", "title", "caption", "description", "text"})


def _is_keyed(values: Sequence[Any]) -> bool:
    """Whether these are pairs of a kind of text and the text, `["alt", "a dog on a sofa"]`, not all damaged."""
    pairs = [element for element in values if _is_pair(element)]
    if not pairs or any(character.isspace() for kind, _ in pairs for character in kind):
        return False
    return len(pairs) == len(values) or all(kind in _KINDS for kind, _ in pairs)


def _is_pair(element: Any) -> bool:
    if not is_list(element) or len(element) != 2 or not isinstance(element[0], str):
        return False
    return isinstance(element[1], str) or element[0] in _KINDS


def _inner_caption(value: Mapping[str, Any]) -> Any:
    for name in INNER_CAPTION_FIELDS:
        if value.get(name) is not None:
            return value[name]
    if not value:
        raise RowError(Reason.WRONG_TYPE, "the caption is an empty object, expected text")
    message = f"no known field of captions in an object with {_listed(value)}"
    hint = "Name it, as in --caption-field caption.NAME, or captions[].NAME in a list"
    raise RowError(Reason.MISSING_FIELD, f"{message}. {hint}")


def _listed(value: Mapping[str, Any]) -> str:
    return ", ".join(str(name) for name in list(value)[:12]) or "no fields"


def _names(value: Any) -> bool:
    return (isinstance(value, str) and bool(value.strip())) or (
        isinstance(value, int) and not isinstance(value, bool)
    )


def _holds_pixels(value: Mapping[str, Any]) -> bool:
    return "bytes" in value or "path" in value or not value


_NO_LITERAL = (ValueError, SyntaxError, MemoryError, RecursionError, TypeError)
_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_NOTHING = r"None\b|null\b|nan\b"
_OTHERS = rf"{_NOTHING}|True\b|False\b|-?\d+(?:\.\d+)?\b"
_LITERAL = re.compile(rf"(?:{_TEXT})|{_OTHERS}", re.DOTALL)
_LIST = re.compile(rf"[\[(]\s*(?:(?:{_TEXT}|{_OTHERS})[\s,]*)+[\])]", re.DOTALL)
_LIST_BEGINS = re.compile(rf"[\[(]\s*['\"{{\[]|\[\s*(?:{_NOTHING})|\[\s*\]\s*\Z")


def written_list(text: str) -> list[Any] | None:
    """The texts of a list that is written as text, as JSON, Python or NumPy write it; none: it is no list.

    Raises `RowError` for one that begins as a list of texts and does not end as one.
    """
    if text[:1] not in ("[", "(") and text[:1].isspace():
        text = text.strip()
    if text[:1] not in ("[", "(") or not _LIST_BEGINS.match(text):
        return None
    text = text.rstrip()
    if text.startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return values if _may_be_captions(values) else None
    if _LIST.fullmatch(text):
        try:
            # NumPy puts no commas between texts, and Python would join those.
            return [
                None if literal in ("null", "nan") else ast.literal_eval(literal)
                for literal in _LITERAL.findall(text)
            ]
        except _NO_LITERAL:
            return None
    if not text[1:].lstrip().startswith(("'", '"')):
        try:
            values = ast.literal_eval(text)
        except _NO_LITERAL:
            return None
        return list(values) if _may_be_captions(values) else None
    if text.startswith("(") or (text[-1] not in "'\"" and "," not in text):
        return None  # a caption may begin with a bracket
    raise RowError(Reason.MALFORMED_LINE, "the list of captions that is written here does not end as one")


def _may_be_captions(values: Any) -> bool:
    """Whether these are texts, objects, or lists of texts, with what may stand in the place of some that are not
    there; numbers alone are none."""
    if not isinstance(values, (list, tuple)):
        return False
    return not values or (
        not all(isinstance(value, (int, float)) for value in values)
        and all(
            isinstance(value, (str, dict, int, float, NoneType))
            or (isinstance(value, (list, tuple)) and all(isinstance(text, (str, NoneType)) for text in value))
            for value in values
        )
    )
