"""Resolve what people write for a synset: `dog.n.01`, `dog%1:05:00::` or `n02084071`."""

import re
from bisect import bisect_left
from difflib import get_close_matches
from typing import TYPE_CHECKING

from caption_parser.lexicon.layout import POS_ORDER
from shared_runtime.errors import CapparseError

if TYPE_CHECKING:
    from caption_parser.lexicon.lexicon import Lexicon, Synset

POS_NAMES = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective satellite", "r": "adverb"}
MAX_SUGGESTIONS = 5

_NAME = re.compile(r"(?P<lemma>.+)\.(?P<pos>[nvasr])\.(?P<number>\d{1,3})", re.DOTALL)
_SENSE_KEY = re.compile(r"(?P<lemma>[^%]+)%(?P<type>[1-5]):\d\d:\d\d:[^:]*:(\d\d)?")
_OFFSET_ID = re.compile(r"(?P<pos>[nvasr])(?P<offset>\d{8})")
_POS_OF_TYPE = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "s"}


class UnknownSynsetError(CapparseError):
    """An identifier that names no synset of WordNet 3.0."""


def resolve(lexicon: "Lexicon", identifier: str) -> "Synset":
    """The synset of a name, a sense key or an ImageNet id; UnknownSynsetError with near names otherwise."""
    normalized = identifier.strip().lower().replace(" ", "_")
    if match := _SENSE_KEY.fullmatch(normalized):
        return _by_sense_key(lexicon, match, identifier)
    if match := _OFFSET_ID.fullmatch(normalized):
        return _by_offset(lexicon, match, identifier)
    if match := _NAME.fullmatch(normalized):
        return _by_name(lexicon, match, identifier)
    raise UnknownSynsetError(
        f"{identifier!r} is not a synset identifier: expected a name such as 'dog.n.01', a sense key such as "
        f"'dog%1:05:00::' or an ImageNet id such as 'n02084071'" + _did_you_mean(lexicon, normalized, "n")
    )


def _by_name(lexicon: "Lexicon", match: re.Match[str], identifier: str) -> "Synset":
    lemma, pos, number = match["lemma"], match["pos"], int(match["number"])
    senses = lexicon.synsets(lemma, pos)
    if 0 < number <= len(senses) and (pos != "s" or lexicon.pos(senses[number - 1]) == "s"):
        return senses[number - 1]
    reason = f"lists {len(senses)} for this lemma" if senses else f"has no {POS_NAMES[pos]} {lemma!r}"
    raise _unknown(lexicon, identifier, reason, lemma, pos)


def _by_sense_key(lexicon: "Lexicon", match: re.Match[str], identifier: str) -> "Synset":
    lemma, pos = match["lemma"], _POS_OF_TYPE[match["type"]]
    for synset in lexicon.synsets(lemma, pos):
        if lexicon.sense_key(synset, lemma) == match[0]:
            return synset
    raise _unknown(lexicon, identifier, "has no such sense key", lemma, pos)


def _by_offset(lexicon: "Lexicon", match: re.Match[str], identifier: str) -> "Synset":
    wanted = int(match["offset"])
    candidates = lexicon.synset_range(match["pos"])
    position = bisect_left(candidates, wanted, key=lexicon.offset)
    if position < len(candidates) and lexicon.offset(candidates[position]) == wanted:
        return candidates[position]
    raise UnknownSynsetError(
        f"unknown synset {identifier!r}: no {POS_NAMES[match['pos']]} of WordNet 3.0 has this offset "
        "(other versions of WordNet have other offsets)"
    )


def _unknown(lexicon: "Lexicon", identifier: str, reason: str, lemma: str, pos: str) -> UnknownSynsetError:
    suggestion = _did_you_mean(lexicon, lemma, pos)
    return UnknownSynsetError(f"unknown synset {identifier!r}: WordNet 3.0 {reason}{suggestion}")


def _did_you_mean(lexicon: "Lexicon", lemma: str, pos: str) -> str:
    names = _near_names(lexicon, lemma, pos)[:MAX_SUGGESTIONS]
    return f". Did you mean {', '.join(names)}?" if names else ""


def _near_names(lexicon: "Lexicon", lemma: str, pos: str) -> list[str]:
    """Senses of the lemma or of its base forms, else in other parts of speech, else of similar lemmas."""
    if inflected := [name for base in lexicon.base_forms(lemma, pos) for name in _names(lexicon, base, pos)]:
        return inflected
    if elsewhere := [name for other in POS_ORDER for name in _names(lexicon, lemma, other)]:
        return elsewhere
    similar = get_close_matches(lemma, _similar_in_size(lexicon, lemma, pos), MAX_SUGGESTIONS)
    return [f"{other}.{pos}.01" for other in similar]


def _names(lexicon: "Lexicon", lemma: str, pos: str) -> list[str]:
    return [f"{lemma}.{pos}.{number:02d}" for number in range(1, len(lexicon.synsets(lemma, pos)) + 1)]


def _similar_in_size(lexicon: "Lexicon", lemma: str, pos: str) -> list[str]:
    """Comparing with every noun would take seconds: take those of the same initial and nearly the same length."""
    return [
        other for other in lexicon.lemma_names(pos) if abs(len(other) - len(lemma)) <= 1 and other[:1] == lemma[:1]
    ]
