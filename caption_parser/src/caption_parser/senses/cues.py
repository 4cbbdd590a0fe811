"""Cues: words of a caption that tell the senses of another word apart (Yarowsky 1993).

A model that was trained on texts hardly tells the mouse on a desk from the one in a cage, and a prior says the
same of both; the words around it do not. The cues stand in `cues.toml`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery, choose, product_of_experts
from shared_runtime.configuration import FrozenModel
from shared_runtime.packaged import packaged_toml

Cues = Mapping[str, Mapping[int, frozenset[str]]]
"""Lemma → synset → the words that speak for it; behind a space those that do right before the lemma alone."""

_WEIGHT = 50.0
"""How much a cue makes its sense more likely, beside those without; like the next two, set by hand."""
_MOST = 2
"""So many cues count: more of them often come from one phrase."""
_LEAST = 0.02
"""The share of a sense at least, before cues count: they are heard even where it hardly ever occurs."""
_OTHERWISE = ""
"""Stands among the cues of a sense that is meant without any."""
_WORD = re.compile(r"[a-z]+")
_NEAR = re.compile(r"(?:[a-z-]+ +){1,5}$")
"""The words right before another, in one stretch."""
_FURTHEST = 40
"""Characters among which they stand."""


class Homonym(FrozenModel):
    """A word and what speaks for its senses."""

    word: str
    senses: Mapping[str, str]
    """Synset → words, between spaces."""
    before: Mapping[str, str] = {}
    """Synset → what speaks for it right before the word and its adjectives, between commas: "in, out of"."""
    otherwise: str = ""
    """The synset that captions mean without any of them, where no model can tell."""


class WithCues:
    """Weighs the senses of listed homonyms by the words of the caption."""

    def __init__(self, inner: Disambiguator, cues: Cues) -> None:
        self.name = inner.name
        self._inner = inner
        self._cues = cues
        self._before = {
            lemma: frozenset(cue for of_sense in senses.values() for cue in of_sense if cue.startswith(" "))
            for lemma, senses in cues.items()
        }

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices, adjusted where the caption has cues."""
        return [
            self._adjusted(query, choice) if query.lemma in self._cues else choice
            for query, choice in zip(queries, self._inner.disambiguate(queries), strict=True)
        ]

    def _adjusted(self, query: SenseQuery, choice: SenseChoice) -> SenseChoice:
        words = _words_of(query.caption)
        own = _WORD.findall(query.caption[query.start : query.end].lower())
        senses = self._cues[query.lemma]
        found = [
            sum(words[word] > own.count(word) for word in words.keys() & senses.get(synset, frozenset()))
            for synset in query.candidates
        ]
        for cue in filter(self._before[query.lemma].__contains__, _right_before(query.caption[: query.start])):
            heard = [cue in senses.get(synset, ()) for synset in query.candidates]
            if any(heard):
                found = [count + more for count, more in zip(found, heard, strict=True)]
                break
        if not any(found):
            found = [int(_OTHERWISE in senses.get(synset, ())) for synset in query.candidates]
            if not any(found):
                return choice
        weights = [_WEIGHT ** min(count, _MOST) for count in found]
        known = [max(share, _LEAST) for share in choice.distribution] or [1.0] * len(weights)
        return choose(query.candidates, product_of_experts([known, weights]), choice)


def _right_before(text: str) -> Iterator[str]:
    """The last words of a text, the last one first, as cues: with the word before it and alone."""
    near = _NEAR.search(text[-_FURTHEST:].lower())
    words = near[0].split() if near else []
    for end in range(len(words), 0, -1):
        yield from (" " + " ".join(words[max(0, end - 2) : end]), f" {words[end - 1]}")


@lru_cache(1)
def _words_of(caption: str) -> Counter[str]:
    """How often each word stands in a caption, of which many homonyms may ask."""
    return Counter(_WORD.findall(caption.lower()))


@cache
def shipped_cues() -> Cues:
    """The cues that come with the package."""
    listed = (Homonym.model_validate(entry) for entry in packaged_toml(__package__, "cues.toml")["homonym"])
    return {homonym.word: _by_synset(homonym, default_lexicon()) for homonym in listed}


def _by_synset(homonym: Homonym, lexicon: Lexicon) -> dict[int, frozenset[str]]:
    return {
        lexicon.synset(name): frozenset(words.split()).union(
            [_OTHERWISE] if name == homonym.otherwise else (),
            (f" {cue.strip()}" for cue in homonym.before.get(name, "").split(",") if cue),
        )
        for name, words in homonym.senses.items()
    }
