"""Captions as web pages have them, made plain: no markup, entities, hashtags; each character knows its place."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

CUT = "\n"
"""What stands in a plain text where the parts on its two sides are no one sentence."""

_EMOJI = (
    "\u2190-\u21ff\u2300-\u23ff\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u20e3"
    "\U000e0000-\U000e007f"
)
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff™®"
_FULL_WIDTH = "\uff01-\uff5e"
_FULL_WIDTH_OFFSET = 0xFEE0
_NEEDS_CHANGE = re.compile(
    rf"[<&#\t\n\r\f\v\u00a0\u2028\u2029{_INVISIBLE}{_EMOJI}{_FULL_WIDTH}]|\s\s|[a-z]_[a-z]|\b[Ww]/|[A-Za-z]/\d"
)
_BREAKING_TAGS = frozenset(
    """
    article aside blockquote body br caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6
    head header hr html li main nav ol option p pre script section select style table tbody td tfoot th thead title
    tr ul
    """.split()
)
_OTHER_TAGS = frozenset(
    """
    a abbr acronym address b bdi bdo big button cite code del dfn em embed font i iframe img input ins kbd label
    link map mark meta noscript object picture q s samp small source span strike strong sub sup svg time tt u var
    video wbr
    """.split()
)
_TOKEN = re.compile(
    r"<!--[^<>]{0,1000}-->"
    r"|(?P<between></(?:a|b|em|font|i|mark|small|span|strong|u)>\s+<(?:a|b|em|font|i|mark|small|span|strong|u)(?:\s[^<>]*)?>)"
    r"|</?(?P<tag>[A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]*|/)?>"
    r"|&(?:amp;)*(?P<entity>\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|(?P<hashtags>(?<![\w&#/])#[A-Za-z]\w*(?:[\s,;]*#[A-Za-z]\w*)*)"
    rf"|(?P<wide>[{_FULL_WIDTH}]+)"
    r"|(?P<joined>(?<![\w@./#-])[A-Za-z]+(?:_[A-Za-z]+)+(?![\w./]))"
    r"|(?<![\w/.])[Ww]/(?:(?P<without>[Oo](?:ut)?(?![A-Za-z/]))|(?P<toilet>[Cc](?![\w/])(?!\s*\d|\.\s*[a-z]))|(?P<with>(?=\s|[A-Za-z]{2}|\d)))"
    r"|(?<!\S)(?P<counted>[A-Za-z]{3,})/(?=\d{1,3}\s[A-Za-z])"
    rf"|(?P<invisible>[{_INVISIBLE}]+)"
    rf"|(?P<emoji>[{_EMOJI}\u200d]+)"
    r"|(?P<blank>\s+)"
)
_WORD_OF_HASHTAG = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W_]+")
_COMMUNITY = re.compile(r"([A-Za-z]{3,20}s)[Oo]f([Ii]nsta(gram)?|[Ii][Gg]|[Tt]ik[Tt]ok|[Tt]witter)")
"""Where people show what is theirs: "dogsofinstagram"."""
_WRITTEN_TOGETHER = {
    name.replace(" ", ""): name.split()
    for name in (
        "australian shepherd", "bernese mountain dog", "border collie", "boston terrier", "cocker spaniel",
        "english bulldog", "french bulldog", "german shepherd", "golden retriever", "great dane", "jack russell",
        "labrador retriever", "maine coon", "polar bear", "rescue cat", "rescue dog", "shiba inu", "shih tzu",
        "tabby cat", "teddy bear", "yorkshire terrier",
    )
}  # fmt: skip
"""Hashtags of animals and toys in small letters, and their words."""
_LINE_BREAK = re.compile(r"[\n\r\f\v\u2028\u2029\t]")
_WRAPPED_LINE = 30
"""Characters. A line break behind a longer line, before a small letter, is where a page wrapped a sentence."""


class PlainText(NamedTuple):
    """A caption without what only a web page reads."""

    text: str
    places: Sequence[int]
    """The offset in the caption of each character."""


def plain(caption: str) -> PlainText:
    """The caption with one blank between words, entities read, and `CUT` where tags, lines and emoji part it."""
    if _NEEDS_CHANGE.search(caption) is None:
        return PlainText(caption, range(len(caption)))
    written = _Written()
    last = 0
    for found in _TOKEN.finditer(caption):
        written.copy(caption, last, found.start())
        _rewrite(caption, found, written)
        last = found.end()
    written.copy(caption, last, len(caption))
    return PlainText("".join(written.characters), written.places)


class _Written:
    """A text as it grows: never two blanks in a row, and none beside a cut."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.places: list[int] = []

    @property
    def ends_in_word(self) -> bool:
        return bool(self.characters) and self.characters[-1].isalnum()

    def copy(self, caption: str, start: int, end: int) -> None:
        self.characters.extend(caption[start:end])
        self.places.extend(range(start, end))

    def put(self, text: str, place: int) -> None:
        self.characters.extend(text)
        self.places.extend([place] * len(text))

    def blank(self, place: int) -> None:
        if self.characters and self.characters[-1] not in (" ", CUT):
            self.put(" ", place)

    def cut(self, place: int) -> None:
        if self.characters and self.characters[-1] == " ":
            self.characters[-1] = CUT
        elif self.characters and self.characters[-1] != CUT:
            self.put(CUT, place)


def _rewrite(caption: str, found: re.Match[str], written: _Written) -> None:
    text, place = found.group(), found.start()
    if found["hashtags"]:
        _hashtags(caption, found, written)
    elif found["wide"]:
        for offset, character in enumerate(text):
            written.put(chr(ord(character) - _FULL_WIDTH_OFFSET), place + offset)
    elif found["joined"]:
        for offset, character in enumerate(text):
            written.put(" " if character == "_" else character, place + offset)
    elif found["with"] is not None or found["without"]:
        written.put("with" if found["with"] is not None else "without", place)
        if caption[found.end() : found.end() + 1].isalnum():
            written.blank(place)
    elif found["toilet"]:
        written.put("w", place)
        written.put("c", found.end() - 1)
    elif found["counted"]:
        written.copy(caption, place, found.end() - 1)
        written.put(" / ", found.end() - 1)
    elif found["emoji"] or found["between"]:
        written.cut(place)
    elif found["blank"]:
        if _LINE_BREAK.search(text) and not _is_wrapped(caption, place, found.end()):
            written.cut(place)
        else:
            written.blank(place)
    elif found["entity"]:
        character = unescape(f"&{found['entity']};")
        if character.isspace():
            written.blank(place)
        elif len(character) > 2:  # no entity of HTML
            written.copy(caption, place, found.end())
        else:
            written.put(character, place)
    elif found["tag"] and found["tag"].lower() in _BREAKING_TAGS:
        written.cut(place)
    elif found["tag"] and found["tag"].lower() not in _OTHER_TAGS:
        written.copy(caption, place, found.end())  # "<person>", in whose place a name stood
    elif not found["invisible"] and written.ends_in_word and caption[found.end() : found.end() + 1].isalnum():
        written.blank(place)


def _hashtags(caption: str, found: re.Match[str], written: _Written) -> None:
    """Several in a row are keywords, and so is the last word of a caption; another is a word of its sentence."""
    keywords = found.group().count("#") > 1 or not caption[found.end() :].strip(" .!?")
    for hashtag in re.finditer(r"#(\w+)", found.group()):
        start = found.start() + hashtag.start(1)
        if keywords:
            written.cut(start - 1)
        for first, end in _words_of(hashtag[1]):
            if first:
                written.blank(start + first)
            written.copy(caption, start + first, start + end)
    if keywords:
        written.cut(found.end() - 1)


def _words_of(hashtag: str) -> Iterator[tuple[int, int]]:
    """Where the words of a hashtag are: by their capitals, or by what many write together."""
    community = _COMMUNITY.fullmatch(hashtag)
    if community:
        yield community.span(1)
    elif hashtag in _WRITTEN_TOGETHER:
        first = 0
        for word in _WRITTEN_TOGETHER[hashtag]:
            yield first, first + len(word)
            first += len(word)
    else:
        yield from (word.span() for word in _WORD_OF_HASHTAG.finditer(hashtag))


def _is_wrapped(caption: str, start: int, end: int) -> bool:
    """Whether a line break stands within a sentence."""
    line = caption[max(0, start - _WRAPPED_LINE) : start]
    return len(line) == _WRAPPED_LINE and _LINE_BREAK.search(line) is None and caption[end : end + 1].islower()
