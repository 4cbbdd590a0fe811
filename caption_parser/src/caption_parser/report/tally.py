"""What a report says of a label file, gathered record by record in bounded memory."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from caption_parser.report.evidence import CaptionEvidence, ClassName, caption_evidence
from caption_parser.report.reservoir import Reservoirs
from shared_schemas import ClassLabel, ImageLabels, Kind, Mention

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
    attributes: Counter[str] = field(default_factory=Counter)
    """Attribute → images in which the class has it."""

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
        self.attributes: Counter[str] = Counter()
        """Attribute → (image, class) pairs."""
        self.classes_per_image: Counter[int] = Counter()
        """Number of foreground classes → images."""
        self.words: defaultdict[int, Counter[str]] = defaultdict(Counter)
        """Class → what captions call it."""
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
            for attribute in label.attributes:
                tally.attributes[attribute.name] += 1
                self.attributes[attribute.name] += 1

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
        if mention.flags:
            return
        self.by_rule.offer(rule, example)
        if mention.label is not None:
            self.words[mention.label][mention.extended_head] += 1
            self.by_class.offer(mention.label, example)
