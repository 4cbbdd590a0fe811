"""What one caption of an image says of a word that another caption leaves open.

The captions of an image describe the same scene: who writes "a bear" where others write "a teddy bear" means
the toy, and "a bike" is a motorcycle where others call it one. A word keeps its own label if some caption has
both it and the other name, for then it stands for something else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances
from shared_schemas import Rule

_CACHED_SYNSETS = 1 << 15


class WordReading(NamedTuple):
    """How a caption's word was read. Equal readings are equally settled."""

    lemma: str
    """With underscores."""
    synset: int | None
    decision: Decision | None


class Agreement:
    """Settles the labels of words over the captions of one image; a `LabelStep`."""

    phrases: frozenset[str] = frozenset()

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._above = lru_cache(_CACHED_SYNSETS)(partial(hypernym_distances, lexicon))
        self._names = lru_cache(_CACHED_SYNSETS)(decisions.named_by)

    def __call__(self, captions: Sequence[CaptionReading]) -> Sequence[CaptionReading]:
        """The captions with the labels that they settle for each other's words."""
        words = [[WordReading(o.lemma, o.synset, o.decision) for o in caption.objects] for caption in captions]
        settled = self.settle(words)
        if not settled:
            return captions
        return [
            caption._replace(
                objects=tuple(
                    found._replace(decision=settled.get(word, found.decision))
                    for found, word in zip(caption.objects, of_caption, strict=True)
                )
            )
            for caption, of_caption in zip(captions, words, strict=True)
        ]

    def settle(self, captions: Sequence[Sequence[WordReading]]) -> dict[WordReading, Decision | None]:
        """The readings whose label changes, with the label that they get; one image's readings by caption."""
        # In the order of the captions: that of a set would change from run to run, and the first answer counts.
        used = Counter(reading for caption in captions for reading in dict.fromkeys(caption))
        if len(captions) < 2 or len(used) < 2:
            return {}
        together = {
            (reading.lemma, other.lemma) for caption in captions for reading in caption for other in caption
        }
        changed: dict[WordReading, Decision | None] = {}
        for reading in used:
            elsewhere = [other for other in used if (reading.lemma, other.lemma) not in together]
            for answer in (self._fuller_name, self._excluded_kind, self._other_class):
                settled = list(answer(reading, elsewhere, used))
                if settled:
                    if len({decision and decision.label for decision in settled}) == 1:
                        changed[reading] = settled[0]
                    break
        return changed

    def _fuller_name(
        self, reading: WordReading, elsewhere: Sequence[WordReading], used: Mapping[WordReading, int]
    ) -> Iterator[Decision | None]:
        """The label of a longer name that ends in the word and is as frequent: the "teddy bear" of "bear"."""
        for other in elsewhere:
            is_fuller = other.lemma.endswith("_" + reading.lemma) and used[other] >= used[reading]
            if is_fuller and other.decision and _label(other) != _label(reading):
                yield other.decision._replace(rule=Rule.AGREEMENT)

    def _excluded_kind(
        self, reading: WordReading, elsewhere: Sequence[WordReading], _: Mapping[WordReading, int]
    ) -> Iterator[Decision | None]:
        """No label, if another caption names a kind of it that the class excludes: the "desk" of "table"."""
        if reading.decision is None or reading.synset is None:
            return
        for other in elsewhere:
            if other.decision is None and other.synset is not None and reading.synset in self._above(other.synset):
                yield None

    def _other_class(
        self, reading: WordReading, elsewhere: Sequence[WordReading], used: Mapping[WordReading, int]
    ) -> Iterator[Decision | None]:
        """The class that other words name, if the word may name it too: the "motorcycle" of "bike"."""
        possible = self._names(reading.lemma) - {_label(reading)}
        if not possible or any(
            _label(other) == _label(reading) is not None and other.lemma != reading.lemma for other in used
        ):
            return
        for other in elsewhere:
            if other.decision and other.decision.label in possible:
                yield other.decision._replace(rule=Rule.AGREEMENT)


def _label(reading: WordReading) -> int | None:
    return reading.decision.label if reading.decision else None
