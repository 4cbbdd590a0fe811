"""Sense keys as corpora write them, matched to those of WordNet 3.0, and what of a corpus could be used."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.identifiers import SYNSET_TYPES

_KEY = re.compile(r"(?P<lemma>[^%\s]+)%(?P<type>[1-5]):\d\d:\d\d:[^:\s]*:(\d\d)?")
_SYNTACTIC_MARKER = re.compile(r"\((a|p|ip)\)")
_POS_OF_TYPE = {str(number): pos for pos, number in SYNSET_TYPES.items()}
_CACHED_KEYS = 1 << 16


class KeyRepair(StrEnum):
    """What was wrong with a key that could be repaired."""

    SYNTACTIC_MARKER = "syntactic-marker"
    """The head word of a satellite with the lexicographers' marker of its position: `next%5:00:00:near(a):00`."""
    HEAD_NUMBER = "head-number"
    """The one sense whose key differs only in the number behind the head word."""
    ONLY_SENSE = "only-sense"
    """A sense that WordNet 3.0 no longer has, of a lemma that has a single one left in this part of speech."""


class KeyFault(StrEnum):
    """Why a key was dropped."""

    MALFORMED = "malformed-key"
    """Not of the form `lemma%type:file:id:head:number`."""
    UNKNOWN_LEMMA = "unknown-lemma"
    """WordNet 3.0 lacks the lemma in this part of speech ("n't", "not only")."""
    UNKNOWN_SENSE = "unknown-sense"
    """WordNet 3.0 has several senses of the lemma, but none of this key."""


class ResolvedKey(NamedTuple):
    """A key of WordNet 3.0, and what had to be repaired."""

    key: str
    repair: KeyRepair | None = None


class SenseInventory:
    """The sense keys of a lexicon, by lemma."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        # Corpora repeat their keys.
        self._cached = lru_cache(_CACHED_KEYS)(self._resolve)

    def resolve(self, key: str) -> ResolvedKey | KeyFault:
        """The key that WordNet 3.0 has for `key`, or why there is none."""
        return self._cached(key)

    def _resolve(self, key: str) -> ResolvedKey | KeyFault:
        unmarked = _SYNTACTIC_MARKER.sub("", key.lower())
        match = _KEY.fullmatch(unmarked)
        if match is None:
            return KeyFault.MALFORMED
        lemma, pos = match["lemma"], _POS_OF_TYPE[match["type"]]
        senses = [self._lexicon.sense_key(synset, lemma) for synset in self._lexicon.synsets(lemma, pos)]
        if unmarked in senses:
            return ResolvedKey(unmarked, None if unmarked == key.lower() else KeyRepair.SYNTACTIC_MARKER)
        if not senses:
            return KeyFault.UNKNOWN_LEMMA
        if pos == "s":
            same_head = [
                sense for sense in senses if _without_head_number(sense) == _without_head_number(unmarked)
            ]
            if len(same_head) == 1:
                return ResolvedKey(same_head[0], KeyRepair.HEAD_NUMBER)
        if len(senses) == 1:
            return ResolvedKey(senses[0], KeyRepair.ONLY_SENSE)
        return KeyFault.UNKNOWN_SENSE


def _without_head_number(key: str) -> str:
    return key.rpartition(":")[0]


@dataclass(slots=True)
class CorpusTally:
    """Counts of one pass over a corpus, complete when the last sentence has been read."""

    sentences: int = 0
    tokens: int = 0
    tagged: int = 0
    """Tokens to which the corpus gives a sense key."""
    usable: int = 0
    """Those with at least one key that WordNet 3.0 has, after repair."""
    repaired: Counter[KeyRepair] = field(default_factory=Counter)
    """Keys by what was repaired."""
    dropped: Counter[KeyFault] = field(default_factory=Counter)
    """Keys by what was wrong with them."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Lines without a sentence that can be read, by `readers.rows.Reason`."""
    wordless: int = 0
    """Tokens skipped because they have no text."""

    def usable_keys(self, keys: Collection[str], inventory: SenseInventory) -> tuple[str, ...]:
        """Those of one token's keys that WordNet 3.0 has, repaired where they can be, each once; counted."""
        if not keys:
            return ()
        resolved: dict[str, None] = {}
        for key in keys:
            found = inventory.resolve(key)
            if isinstance(found, KeyFault):
                self.dropped[found] += 1
                continue
            if found.repair is not None:
                self.repaired[found.repair] += 1
            resolved[found.key] = None
        self.tagged += 1
        self.usable += bool(resolved)
        return tuple(resolved)
