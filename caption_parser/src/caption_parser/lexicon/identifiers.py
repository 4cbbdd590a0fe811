"""What people write for a synset: `dog.n.01`, `dog%1:05:00::` or `n02084071`; and what they may have meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple, Protocol

from caption_parser.lexicon.layout import POS_ORDER
from shared_runtime.errors import CapparseError

POS_NAMES = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective satellite", "r": "adverb"}
SYNSET_TYPES = {"n": 1, "v": 2, "a": 3, "r": 4, "s": 5}
"""The number of a part of speech in sense keys."""
MAX_SUGGESTIONS = 5

_NAME = re.compile(r"(?P<lemma>.+)\.(?P<pos>[nvasr])\.(?P<number>\d{1,3})", re.DOTALL)
_SENSE_KEY = re.compile(r"(?P<lemma>[^%]+)%(?P<type>[1-5]):\d\d:\d\d:[^:]*:(\d\d)?")
_OFFSET_ID = re.compile(r"(?P<pos>[nvasr])(?P<offset>\d{8})")
_POS_OF_TYPE = {str(number): pos for pos, number in SYNSET_TYPES.items()}


class UnknownSynsetError(CapparseError):
    """An identifier that names no synset of WordNet 3.0."""


class SynsetName(NamedTuple):
    """`dog.n.01`: the first of the noun's senses."""

    lemma: str
    pos: str
    number: int


class SenseKey(NamedTuple):
    """`dog%1:05:00::`, as a whole and in parts."""

    lemma: str
    pos: str
    key: str


class OffsetId(NamedTuple):
    """`n02084071`, as ImageNet writes it."""

    pos: str
    offset: int


def parse_identifier(text: str) -> SynsetName | SenseKey | OffsetId | None:
    """What a lower-case identifier with underscores says; none: it has the form of none of them."""
    if match := _SENSE_KEY.fullmatch(text):
        return SenseKey(match["lemma"], _POS_OF_TYPE[match["type"]], text)
    if match := _OFFSET_ID.fullmatch(text):
        return OffsetId(match["pos"], int(match["offset"]))
    if match := _NAME.fullmatch(text):
        return SynsetName(match["lemma"], match["pos"], int(match["number"]))
    return None


def format_sense_key(lemma: str, pos: str, lexname: int, lex_id: int, head: tuple[str, int] | None = None) -> str:
    """The sense key of a lemma, `lemma%ss_type:lex_filenum:lex_id:head_word:head_id` as senseidx(5WN) defines it.

    `lexname` is the number of its lexicographer file; `head` is the first lemma, and its lex_id, of an adjective
    satellite's head synset.
    """
    head_word, head_id = (head[0], f"{head[1]:02d}") if head else ("", "")
    return f"{lemma}%{SYNSET_TYPES[pos]}:{lexname:02d}:{lex_id:02d}:{head_word}:{head_id}".lower()


class Lemmas(Protocol):
    """What suggestions need of a lexicon."""

    def synsets(self, lemma: str, pos: str = "n") -> tuple[int, ...]:
        """The synsets of a lemma."""
        ...

    def base_forms(self, form: str, pos: str = "n") -> tuple[str, ...]:
        """The lemmas that `form` may be an inflected form of."""
        ...

    def lemma_names(self, pos: str = "n") -> Iterable[str]:
        """All lemmas of a part of speech."""
        ...


def near_synsets(lexicon: Lemmas, lemma: str, pos: str) -> str:
    """What ends the message of an error: names of near synsets, or nothing where none is near."""
    names = _near_names(lexicon, lemma, pos)[:MAX_SUGGESTIONS]
    return f". Did you mean {', '.join(names)}?" if names else ""


def _near_names(lexicon: Lemmas, lemma: str, pos: str) -> list[str]:
    """Senses of the lemma or of its base forms, else in other parts of speech, else of similar lemmas."""
    if inflected := [name for base in lexicon.base_forms(lemma, pos) for name in _names(lexicon, base, pos)]:
        return inflected
    if elsewhere := [name for other in POS_ORDER for name in _names(lexicon, lemma, other)]:
        return elsewhere
    similar = get_close_matches(lemma, _similar_in_size(lexicon, lemma, pos), MAX_SUGGESTIONS)
    return [f"{other}.{pos}.01" for other in similar]


def _names(lexicon: Lemmas, lemma: str, pos: str) -> list[str]:
    return [f"{lemma}.{pos}.{number:02d}" for number in range(1, len(lexicon.synsets(lemma, pos)) + 1)]


def _similar_in_size(lexicon: Lemmas, lemma: str, pos: str) -> list[str]:
    """Comparing with every noun would take seconds: take those of the same initial and nearly the same length."""
    return [
        other for other in lexicon.lemma_names(pos) if abs(len(other) - len(lemma)) <= 1 and other[:1] == lemma[:1]
    ]
