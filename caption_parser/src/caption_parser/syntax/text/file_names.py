"""Captions that are the name of a file: "dog_on_couch_2.jpg" says what the image shows."""

import re

from caption_parser.syntax.text.caption_text import PlainText, plain

_SUFFIX = r"\.(?:jpe?g|png|gif|webp|tiff?|bmp|heic)"
_CAMERA = r"(?:IMG|DSC|DSCN|DSCF|PXL|MVI|GOPR|DJI|PICT|SAM|CIMG|HPIM|IMGP|P|WP|MG|VID|PHOTO|IMAGE|SCREENSHOT)"
_NAME = re.compile(
    rf"\s*(?:[^\s/\\]+[/\\])*(?P<name>(?:{_CAMERA}\d{{3,}}\s+)?[A-Za-z0-9]+(?:[_.+-]+[A-Za-z0-9]+)*?)(?P<suffix>{_SUFFIX})?\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+|\d+")
_NO_WORD = re.compile(
    rf"{_CAMERA}|\d+|[b-hj-z]|px|x|final|edit(?:ed)?|copy|large|small|thumb(?:nail)?|full|crop(?:ped)?|hd",
    re.IGNORECASE,
)


def is_file_name(caption: str) -> bool:
    """Whether a caption is nothing but a name of words with underscores, or with an image's suffix."""
    if " " in caption.strip() and "_" not in caption and not caption.lstrip()[:1].isupper():
        return False
    found = _NAME.fullmatch(caption)
    if found is None:
        return False
    telling = found["suffix"] is not None or "_" in found["name"] or " " in found["name"]
    return telling and len(_words(found)) > (0 if found["suffix"] else 1)


def words_of_file_name(caption: str) -> PlainText:
    """The words of the name with one blank between them; numbers and what a camera or a program adds left out."""
    found = _NAME.fullmatch(caption)
    if found is None:
        return plain(caption)
    characters: list[str] = []
    places: list[int] = []
    for start, end in _words(found):
        if characters:
            characters.append(" ")
            places.append(places[-1])
        characters.extend(caption[start:end])
        places.extend(range(start, end))
    return PlainText("".join(characters), places)


def _words(name: re.Match[str]) -> list[tuple[int, int]]:
    start, end = name.span("name")
    return [
        word.span() for word in _WORD.finditer(name.string, start, end) if _NO_WORD.fullmatch(word.group()) is None
    ]
