"""What one caption of an image says of a word that another caption leaves open.

The captions of an image describe the same scene: who writes "a bear" where others write "a teddy bear" means
the toy, and "a bike" is a motorcycle where others call it one. A word keeps its own label if some caption has
both it and the other name, for then it stands for something else.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading
from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances
from shared_schemas import Rule


class WordReading(NamedTuple):
    """How a caption's word was read. Equal readings are equally settled."""

    lemma: str
    """With underscores."""
    synset: int | None
    decision: Decision | None


class Agreement:
    """Settles the labels of words over the captions of one image; a `LabelStep`."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._above = partial(hypernym_distances, lexicon)
        self._names = lru_cache(CACHED_LOOKUPS)(decisions.named_by)

    def __call__(self, captions: Sequence[CaptionReading]) -> Sequence[CaptionReading]:
        """The captions with the labels that they settle for each other's words."""
        if len(captions) < 2:
            return captions
        words = [
            [
                WordReading(candidate.lemmas[0], choice.synset if choice else None, decision)
                for candidate, choice, decision, _ in caption.objects
            ]
            for caption in captions
        ]
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
        scene = _Scene(captions, used, self._above)
        changed: dict[WordReading, Decision | None] = {}
        for reading in used:
            settled = (
                (reading.lemma in scene.ending_in and list(self._fuller_name(reading, scene)))
                or (reading.synset in scene.unlabelled_below and list(self._excluded_kind(reading, scene)))
                or list(self._other_class(reading, scene))
            )
            if settled and len({decision and decision.label for decision in settled}) == 1:
                changed[reading] = settled[0]
        return changed

    def _fuller_name(self, reading: WordReading, scene: "_Scene") -> Iterator[Decision | None]:
        """The label of a longer name that ends in the word and is as frequent: the "teddy bear" of "bear"."""
        for other in scene.elsewhere(reading, scene.ending_in[reading.lemma]):
            if other.decision and _label(other) != _label(reading) and scene.used[other] >= scene.used[reading]:
                yield other.decision._replace(rule=Rule.AGREEMENT)

    def _excluded_kind(self, reading: WordReading, scene: "_Scene") -> Iterator[Decision | None]:
        """No label, if another caption names a kind of it that the class excludes: the "desk" of "table"."""
        if reading.decision is not None and reading.synset is not None:
            for _ in scene.elsewhere(reading, scene.unlabelled_below[reading.synset]):
                yield None

    def _other_class(self, reading: WordReading, scene: "_Scene") -> Iterator[Decision | None]:
        """The class that other words name, if the word may name it too: the "motorcycle" of "bike"."""
        own = _label(reading)
        possible = self._names(reading.lemma) - {own}
        if possible.isdisjoint(scene.of_label) or (
            own is not None and any(o.lemma != reading.lemma for o in scene.of_label[own])
        ):
            return
        others = [other for label in possible for other in scene.of_label.get(label, ())]
        for other in scene.elsewhere(reading, sorted(others, key=scene.place.__getitem__)):
            if other.decision:
                yield other.decision._replace(rule=Rule.AGREEMENT)


class _Scene:
    """The readings of one image, found by what others ask of them, so that not all are compared with all."""

    def __init__(
        self,
        captions: Sequence[Sequence[WordReading]],
        used: Mapping[WordReading, int],
        above: Callable[[int], Collection[int]],
    ) -> None:
        self.used = used
        """In how many captions each reading is, in the order of their first one."""
        self.place = {reading: place for place, reading in enumerate(used)}
        self.ending_in: dict[str, list[WordReading]] = defaultdict(list)
        """By the words that a longer lemma ends in."""
        self.unlabelled_below: dict[int, list[WordReading]] = defaultdict(list)
        """Those without a label, by the synsets above theirs that others were read as with one."""
        self.of_label: dict[int, list[WordReading]] = defaultdict(list)
        self._captions_of: dict[str, set[int]] = defaultdict(set)
        for number, caption in enumerate(captions):
            for reading in caption:
                self._captions_of[reading.lemma].add(number)
        labelled = {one.synset for one in used if one.decision is not None and one.synset is not None}
        for reading in used:
            rest = reading.lemma
            while rest := rest.partition("_")[2]:
                self.ending_in[rest].append(reading)
            if reading.decision is not None:
                self.of_label[reading.decision.label].append(reading)
            elif reading.synset is not None:
                for synset in labelled.intersection(above(reading.synset)):
                    self.unlabelled_below[synset].append(reading)

    def elsewhere(self, reading: WordReading, others: Iterable[WordReading]) -> Iterator[WordReading]:
        """Those of `others` whose word is in no caption that has the word of `reading`."""
        captions = self._captions_of[reading.lemma]
        return (other for other in others if captions.isdisjoint(self._captions_of[other.lemma]))


def _label(reading: WordReading) -> int | None:
    return reading.decision.label if reading.decision else None
