"""Where a caption falls into parts that are no one sentence: "Dog | Cat", two sentences, lists of keywords."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from caption_parser.syntax.text.caption_text import CUT

Span = tuple[int, int]

_FUNCTION_WORDS = frozenset(
    """
    about above across after along among and are around as at be behind below beneath beside besides between but by
    can could did do does during except for from had has have he how if in inside into is it like near neither next
    nor not of off on onto or out outside over she than that them then there they through to toward towards under
    until up upon was were what when where which while who whom whose will with within without would you
    """.split()
)
"""Words with which a sentence goes on behind a dash."""
_DETERMINERS = frozenset(
    "a an each either every her his its my our some such the their these this those your".split()
)
_IN_NO_KEYWORD = _FUNCTION_WORDS | _DETERMINERS
_SOFT = r"(?P<hyphen>\s-\s)|\s[–―~/\\+=*]\s|\s>\s|\s(?:\|\||//)\s|\s?(?:—|--+)\s?|\s?(?:…|\.{3,})\s?"
_SEPARATOR = re.compile(rf"\s*(?:[{CUT}|•▪‣»«›‹]|::)[\s{CUT}|•▪‣»«›‹:]*|\s+·\s+|{_SOFT}|;\s")
_HARD = re.compile(rf"[{CUT}|•▪‣»«›‹·;]|::")
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_ONE_WORD_WITH_IT = re.compile(r"(?:\d+|\w|half|semi|multi|self|pre|non|mid|one|two|three|four|five|six)$", re.I)
_END_OF_COMPOUND = re.compile(
    r"(?:\w+(?:ed|[^oi]wn|ing)|eaten|broken|frozen|driven|woven|fallen|written|hidden|spoken|beaten"
    r"|ridden|style|type|foot|feet|year|years|old|up|down|in|out|on|off|like|free|sized|size|way)$"
)
_SECOND_OF_COMPOUND = frozenset(
    """
    able absorbent accessible adjacent angle armed based bearing bodied body bottomed class colour color
    compatible conscious deck deep dependent dimensional dish door dried dry eared edge efficient end
    ended eyed face
    facing faced fed fit flat focal free fresh friendly front full grade grown haired hand handed heavy heel height
    high impact intensive inspired knit lapse layer led legged length less level light line lined lit
    long loving made
    master minded minute mouthed native neck necked neutral night old only owned page paced part people
    person piece
    point poor powered prone proof quality quarter ready resistant rich ride rise road roofed round safe
    scale scented
    seat sensitive sex sided skinned sleeve sleeved specific speed spec stage story storey strength strong tail
    tailed tech term tier tight time tone toned toothed top topped toxic trained tropical wheel wheeled wheeler
    white wide winged wise wooded worthy youngest oldest largest smallest biggest tallest highest longest best
    """.split()
)
"""What makes a compound adjective of the word before, where another follows: "a gender - neutral child"."""
_UNFINISHED = frozenset(
    "a an and as at but by for from his her in into its my of or our the their to with your".split()
)
"""Words that no part ends with: "black - and - white"."""
_GOES_ON = re.compile(r"\s(?!-\s)([a-z][\w'’-]*)")
_SENTENCE_END = re.compile(r"(?<=[\w)\"'”’%])(?:\s[.!?]|[.!?]+[\"'”’)\]]*)\s+(?=[\"'“‘(\[]?\w)")
_LAST_WORD = re.compile(r"[^\s\"'“‘(\[]+$")
_ABBREVIATIONS = frozenset(
    """
    approx apr asst assn aug ave bldg blvd bros capt cmdr co col corp dec dept dr ed est etc feb fig fr ft gen gov
    hon hwy inc intl jan jr jul jun lt ltd maj mar messrs min mr mrs ms mt mts nov no oct op pp prof pvt rd rep
    rev sen sep sept sgt sq sr st ste supt univ vol vs
    """.split()
)
_TOKENIZED = re.compile(r"\w\s(?:[.,!?]|'s)(?:\s|$)")
_LONGEST_WORD = 32
_COMMA = re.compile(r"\s*,\s*(?:and\s+|&\s+)?|\s+(?:and|&)\s+")
_LONGEST_KEYWORD = 3
"""Words of an item of a list."""


def is_hard(separator: str) -> bool:
    """Whether a separator stands in no sentence."""
    return _HARD.search(separator) is not None


class Part(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int
    after: str
    """The separator before it; empty: it is the first."""


def parts(text: str, parts_text: Callable[[str, re.Match[str]], bool]) -> Iterator[Part]:
    """The parts of a plain text between separators; `parts_text` decides about dashes and the like."""
    start, after = 0, ""
    for found in _SEPARATOR.finditer(text):
        if is_hard(found.group()) or parts_text(text, found):
            for span in _trimmed(text, start, found.start()):
                yield Part(*span, after)
            start, after = found.end(), found.group().strip(" ")
    for span in _trimmed(text, start, len(text)):
        yield Part(*span, after)


def sentences(text: str, part: Span) -> Iterator[Span]:
    """The sentences of a part."""
    start, end = part
    for found in _SENTENCE_END.finditer(text, start, end):
        if not _is_abbreviated(text, found) and not _is_stray(text, start, found):
            yield from _trimmed(text, start, found.end())
            start = found.end()
    yield from _trimmed(text, start, end)


def keywords(text: str, part: Span, describes: Callable[[str], bool]) -> Iterator[Span]:
    """The items of a list of keywords ("dog, sofa, cozy living room"); a part that is none, whole.

    `describes`: whether a word alone says how something is, as the first of "black, white and red flag" does.
    """
    start, end = part
    commas = list(_COMMA.finditer(text, start, end)) if text.find(",", start, end) >= 0 else []
    items = list(zip([start, *(c.end() for c in commas)], [*(c.start() for c in commas), end], strict=True))
    if not commas or not all(_is_keyword(text[first:last]) for first, last in items):
        yield part
        return
    opened = start
    for (first, last), (following, _) in pairwise(items):
        if not describes(text[first:last]):
            yield opened, last
            opened = following
    yield opened, end


def may_part(text: str, found: re.Match[str], is_compound: Callable[[str], bool]) -> bool:
    """Whether a dash, a slash or dots part what stands around them; `is_compound` knows words with a hyphen."""
    before, after = _last_word(text, found.start()), _WORD.match(text, found.end())
    if after is None or not before:
        return True
    word = after.group()
    if before[-1].isdigit() and word[0].isdigit():
        return False
    if word[0].islower() and word in _FUNCTION_WORDS:
        return False
    if found["hyphen"] and before.lower() in _UNFINISHED:
        return False
    if not found["hyphen"] or not word[0].islower() or not before[-1].isalnum() or word in _DETERMINERS:
        return True
    # "t - shirt", "half - eaten": tokenizers put blanks around every hyphen.
    joined = before.lower(), word
    return not (
        _is_tokenized(text)
        or _ONE_WORD_WITH_IT.match(before)
        or _END_OF_COMPOUND.match(word)
        or _describes_next(text, after)
        or any(is_compound(between.join(joined)) for between in ("-", "_"))
    )


@lru_cache(1)
def _is_tokenized(text: str) -> bool:
    """Whether blanks stand before its full stops; asked at every hyphen of a text, and looked for once."""
    return _TOKENIZED.search(text) is not None


def _describes_next(text: str, word: re.Match[str]) -> bool:
    """Whether a word that ends compound adjectives has another behind it that it may describe."""
    following = _GOES_ON.match(text, word.end())
    return (
        word.group() in _SECOND_OF_COMPOUND
        and following is not None
        and following[1] not in _FUNCTION_WORDS
        and following[1] not in _DETERMINERS
    )


def _is_abbreviated(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends no sentence: "St. Louis", "p.m. today"."""
    if "." not in end.group():
        return False
    word = _last_word(text, end.start()).lower()
    if end.group()[0].isspace():
        return False
    short = len(word) < 3 and not text[end.end() : end.end() + 1].isupper()
    return len(word) == 1 or "." in word or short or word in _ABBREVIATIONS


def _is_stray(text: str, start: int, end: re.Match[str]) -> bool:
    """Whether a full stop stands for a comma: "a red. white and blue flag"."""
    words = text[start : end.start()].lower().split()
    following = _WORD.match(text, end.end())
    return (
        len(words) == 2
        and words[0] in _DETERMINERS
        and following is not None
        and following.group()[0].islower()
        and following.group() not in _DETERMINERS
    )


def _last_word(text: str, end: int) -> str:
    found = _LAST_WORD.search(text[max(0, end - _LONGEST_WORD) : end])
    return found.group() if found else ""


def _is_keyword(item: str) -> bool:
    words = item.lower().strip(" .!?").split()
    return 0 < len(words) <= _LONGEST_KEYWORD and not any(
        word in _IN_NO_KEYWORD or (word.endswith("ing") and place) for place, word in enumerate(words)
    )


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without white space around it, if a word is in it."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end and any(map(str.isalnum, text[start:end])):
        yield start, end
