"""What a report says of a label file, gathered record by record in bounded memory."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Generic, NamedTuple, TypeVar

from shared_runtime.html_page.evidence import CaptionEvidence, ClassName, caption_evidence
from shared_schemas import DOUBTS, ClassLabel, ImageLabels, Kind, Mention

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


class Reservoirs(Generic[Key, Item]):
    """One sample of at most `size` items per key, each drawn uniformly from what was offered under it.

    Algorithm R (Waterman; Vitter 1985). The sample of a key depends on the seed, the key and the number of offers,
    not on other keys.
    """

    def __init__(self, size: int, seed: int, name: str) -> None:
        self._size = size
        self._seed = f"{seed}:{name}"
        self._samples: dict[Key, list[Item]] = {}
        self._random: dict[Key, Random] = {}
        self.offered: dict[Key, int] = {}
        """How many items there were, by key."""

    def offer(self, key: Key, make: Callable[[], Item]) -> None:
        """Take the item that `make` returns into the sample of `key`, or not: then `make` is not called."""
        seen = self.offered.get(key, 0)
        self.offered[key] = seen + 1
        if seen == 0:
            self._samples[key] = []
            self._random[key] = Random(f"{self._seed}:{key}")
        if seen < self._size:
            self._samples[key].append(make())
        elif (place := self._random[key].randrange(seen + 1)) < self._size:
            self._samples[key][place] = make()

    def sample(self, key: Key) -> tuple[Item, ...]:
        """What was kept of `key`; () if nothing was offered under it."""
        return tuple(self._samples.get(key, ()))


UNLABELLED = "unlabelled"
EXAMPLES_PER_RULE = 8
EXAMPLES_PER_CLASS = 3


@dataclass(slots=True)
class ClassTally:
    """One class over all images."""

    name: str
    kind: Kind
    images: int = 0
    votes: int = 0
    """Captions that assert it, summed over its images."""
    captions: int = 0
    """Captions of its images."""
    single_vote: int = 0
    """Images of several captions of which just one asserts it."""
    sureness: float = 0.0
    """Confidence, summed over the images that have one."""
    sure_images: int = 0
    attributes: Counter[str] = field(default_factory=Counter)
    """Attribute → images in which the class has it."""

    @property
    def confidence(self) -> float | None:
        """The mean over its images; None: no image has one."""
        return self.sureness / self.sure_images if self.sure_images else None

    @property
    def agreement(self) -> float:
        """Share of the captions of its images that assert it, in (0, 1]."""
        return self.votes / self.captions if self.captions else 0.0


class Tally:
    """Counts and samples of the records that were added."""

    def __init__(self, seed: int) -> None:
        self.images = self.captions = self.labelled_images = self.mentions = 0
        self.label_spaces: Counter[str] = Counter()
        self.classes: dict[int, ClassTally] = {}
        self.rules: Counter[str] = Counter()
        self.routes: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.relations = self.doubted_relations = 0
        self.predicates: Counter[str] = Counter()
        """Predicates of the relations without doubts."""
        self.attributes: Counter[str] = Counter()
        """Attribute → (image, class) pairs."""
        self.classes_per_image: Counter[int] = Counter()
        """Number of foreground classes → images."""
        self.words: defaultdict[int, Counter[str]] = defaultdict(Counter)
        """Class → what captions call it."""
        self.without_class: Counter[tuple[str, str]] = Counter()
        """Nouns that led to no class, each with its synset (empty: WordNet lacks it); records hold them where they
        were made with --keep-unlabelled."""
        self.by_rule: Reservoirs[str, CaptionEvidence] = Reservoirs(EXAMPLES_PER_RULE, seed, "rule")
        self.by_flag: Reservoirs[str, CaptionEvidence] = Reservoirs(EXAMPLES_PER_RULE, seed, "flag")
        self.by_class: Reservoirs[int, CaptionEvidence] = Reservoirs(EXAMPLES_PER_CLASS, seed, "class")

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        self.images += 1
        self.captions += len(record.captions)
        self.labelled_images += bool(record.foreground or record.background)
        self.label_spaces[record.label_space] += 1
        self.classes_per_image[len(record.foreground)] += 1
        captions = len(record.captions)
        self._add_classes(record.foreground, Kind.FOREGROUND, captions)
        self._add_classes(record.background, Kind.BACKGROUND, captions)
        for mention in record.mentions:
            self._add_mention(record, mention)
        self._add_relations(record)

    def names(self) -> dict[int, ClassName]:
        """The classes that records assert, by id."""
        return {label: ClassName(tally.name, tally.kind) for label, tally in self.classes.items()}

    def _add_classes(self, labels: Iterable[ClassLabel], kind: Kind, captions: int) -> None:
        for label in labels:
            tally = self.classes.get(label.id)
            if tally is None:
                tally = self.classes[label.id] = ClassTally(label.name, kind)
            tally.images += 1
            tally.votes += label.votes
            tally.captions += captions
            tally.single_vote += label.votes == 1 < captions
            if label.confidence is not None:
                tally.sureness += label.confidence
                tally.sure_images += 1
            for attribute in label.attributes:
                tally.attributes[attribute.name] += 1
                self.attributes[attribute.name] += 1

    def _add_relations(self, record: ImageLabels) -> None:
        for relation in record.relations:
            self.relations += 1
            if DOUBTS.isdisjoint(relation.flags):
                self.predicates[relation.predicate] += 1
            else:
                self.doubted_relations += 1

    def _add_mention(self, record: ImageLabels, mention: Mention) -> None:
        def example() -> CaptionEvidence:
            return caption_evidence(record, mention.caption, mention)

        rule = str(mention.rule or UNLABELLED)
        self.mentions += 1
        self.rules[rule] += 1
        if mention.route is not None:
            self.routes[str(mention.route)] += 1
        for flag in mention.flags:
            self.flags[str(flag)] += 1
            self.by_flag.offer(str(flag), example)
        if not DOUBTS.isdisjoint(mention.flags):
            return
        self.by_rule.offer(rule, example)
        if mention.label is not None:
            self.words[mention.label][mention.extended_head] += 1
            self.by_class.offer(mention.label, example)
        else:
            self.without_class[mention.extended_head.lower(), mention.synset or ""] += 1


IMAGES_SHOWN = 12
CONFLICTS_SHOWN = 12


class Conflict(NamedTuple):
    """A word that means different classes, or a class and none, in the captions of one image."""

    record: ImageLabels
    word: str
    labels: tuple[int | None, ...]
    """In the order of the captions; None: no class."""


@dataclass(order=True, slots=True)
class _Ranked:
    disagreement: float
    number: int
    """Earlier records win over equal later ones: the heap drops the smallest."""
    record: ImageLabels

    def __post_init__(self) -> None:
        self.number = -self.number


class Disagreements:
    """The images whose captions agree least on their classes, and a sample of words with several readings."""

    def __init__(self, seed: int) -> None:
        self.images = 0
        """Images of several captions, not all of which assert all foreground classes."""
        self.compared = 0
        """Images of several captions with a foreground class."""
        self._heap: list[_Ranked] = []
        self._conflicts: Reservoirs[str, Conflict] = Reservoirs(CONFLICTS_SHOWN, seed, "conflict")

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        if len(record.captions) < 2:
            return
        for word, labels in _readings(record).items():
            if len(set(labels)) > 1:
                self._conflicts.offer("", partial(Conflict, record, word, labels))
        if record.foreground:
            disagreement = missing_votes(record)
            self.compared += 1
            self.images += disagreement > 0
            if disagreement > 0:
                push = heapq.heappush if len(self._heap) < IMAGES_SHOWN else heapq.heappushpop
                push(self._heap, _Ranked(disagreement, self.compared, record))

    @property
    def conflicts(self) -> int:
        """How many there are; `sampled_conflicts` holds some of them."""
        return self._conflicts.offered.get("", 0)

    def sampled_conflicts(self) -> tuple[Conflict, ...]:
        """Drawn at random."""
        return self._conflicts.sample("")

    def least_agreed(self) -> tuple[ImageLabels, ...]:
        """The images with the most votes missing, the worst first."""
        return tuple(ranked.record for ranked in sorted(self._heap, reverse=True))


def missing_votes(record: ImageLabels) -> float:
    """How many captions do not assert a class that another one does, summed over the foreground, per caption."""
    captions = len(record.captions)
    return sum(captions - label.votes for label in record.foreground) / captions


def _readings(record: ImageLabels) -> Mapping[str, tuple[int | None, ...]]:
    """The labels of each word that several mentions without doubts share, in the order of the text."""
    readings: defaultdict[str, list[int | None]] = defaultdict(list)
    for mention in record.mentions:
        if DOUBTS.isdisjoint(mention.flags):
            readings[mention.extended_head.lower()].append(mention.label)
    return {word: tuple(labels) for word, labels in readings.items()}
