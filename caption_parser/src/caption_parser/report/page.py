"""The report's page: what it shows, in plain values, filled into a template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from caption_parser.report.co_occurrence import CoOccurrence, MatrixRow, Pair
from caption_parser.report.confidence import ConfidenceTally
from caption_parser.report.gallery import Gallery
from caption_parser.report.pictures import Pictures
from caption_parser.report.rejected_rows import RejectedReason
from caption_parser.report.run_settings import Settings
from caption_parser.report.tally import ClassTally, Disagreements, Tally
from caption_parser.report.truth import TruthContent
from shared_runtime.html_page import Heading, Section, render_page
from shared_runtime.html_page.evidence import Bar, Example, ImageView, Names, bars, examples, image_view
from shared_schemas import ImageLabels, Kind, RecordError


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    """Examples of one rule, flag or error."""

    name: str
    number: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class in the table of all classes."""

    id: int
    name: str
    images: int
    percent: float
    agreement: float
    single_vote: int
    confidence: float | None
    words: str
    attributes: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class NounRow:
    """A noun in a sense that leads to no class."""

    noun: str
    synset: str
    mentions: int


@dataclass(frozen=True)
class PageContent:
    """The whole page: what was gathered, and views of it in the order and the words of the page."""

    title: str
    tally: Tally
    disagreements: Disagreements
    gallery: Gallery
    together: CoOccurrence
    confidence: ConfidenceTally
    pictures: Pictures
    names: Names
    damaged: Sequence[RecordError]
    """What is wrong with each line that is not a record."""
    rejected: tuple[RejectedReason, ...] | None
    """None: there is no rejected-rows file."""
    settings: Settings | None
    """None: there is no summary beside the labels."""
    truth: TruthContent | None

    @property
    def damaged_lines(self) -> int:
        """How many lines are not records."""
        return len(self.damaged)

    @property
    def damage(self) -> tuple[str, ...]:
        """What is wrong with the first of them."""
        return tuple(map(str, self.damaged[:_DAMAGE_SHOWN]))

    @property
    def sections(self) -> tuple[Section, ...]:
        """What the page shows, in its order."""
        return tuple(section for section in SECTIONS if section.id != "truth" or self.truth)

    @cached_property
    def images(self) -> tuple[ImageView, ...]:
        """The images that can be searched."""
        return tuple(self._view(record) for record in self.gallery.records())

    @cached_property
    def shown_classes(self) -> tuple[ClassRow, ...]:
        """The classes by which they can be chosen, by name."""
        return tuple(sorted((*self.foreground, *self.background), key=lambda row: row.name))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Classes that share images, the most frequent first."""
        return self.together.pairs(self.names)

    @cached_property
    def matrix(self) -> tuple[MatrixRow, ...]:
        """The most frequent classes against each other."""
        return self.together.matrix(self.names)

    @cached_property
    def foreground(self) -> tuple[ClassRow, ...]:
        """The foreground classes, the most frequent first."""
        return tuple(_class_rows(self.tally, Kind.FOREGROUND, self.names))

    @cached_property
    def background(self) -> tuple[ClassRow, ...]:
        """The background classes, the most frequent first."""
        return tuple(_class_rows(self.tally, Kind.BACKGROUND, self.names))

    @cached_property
    def nouns_without_class(self) -> tuple[NounRow, ...]:
        """The most frequent of them."""
        counts = sorted(self.tally.without_class.items(), key=lambda item: (-item[1], item[0]))
        return tuple(NounRow(noun, synset, number) for (noun, synset), number in counts[:_NOUNS_SHOWN])

    @cached_property
    def attributes(self) -> tuple[Bar, ...]:
        """In how many images classes have each attribute."""
        return bars(self.tally.attributes.most_common())

    @cached_property
    def routes(self) -> tuple[Bar, ...]:
        """How many senses were decided by each route."""
        return bars((name.replace("_", " "), number) for name, number in self.tally.routes.most_common())

    @cached_property
    def classes_per_image(self) -> tuple[Bar, ...]:
        """Images by their number of foreground classes."""
        return bars((str(number), images) for number, images in sorted(self.tally.classes_per_image.items()))

    @cached_property
    def rules(self) -> tuple[ExampleGroup, ...]:
        """Examples of what each rule labelled."""
        return tuple(
            ExampleGroup(rule, number, examples(self.tally.by_rule.sample(rule), self.names))
            for rule, number in self.tally.rules.most_common()
        )

    @cached_property
    def flags(self) -> tuple[ExampleGroup, ...]:
        """Examples of each flag: what does not count, and wholes that count by their parts."""
        return tuple(
            ExampleGroup(flag.replace("_", " "), number, examples(self.tally.by_flag.sample(flag), self.names))
            for flag, number in self.tally.flags.most_common()
        )

    @cached_property
    def predicates(self) -> tuple[Bar, ...]:
        """How many relations without doubts have each of the most frequent predicates."""
        return bars(self.tally.predicates.most_common(_PREDICATES_SHOWN))

    @cached_property
    def least_agreed(self) -> tuple[ImageView, ...]:
        """The images whose captions agree least."""
        return tuple(self._view(record) for record in self.disagreements.least_agreed())

    @cached_property
    def conflicts(self) -> tuple[ImageView, ...]:
        """Images in which a word has several readings."""
        return tuple(
            self._view(conflict.record, conflict.word) for conflict in self.disagreements.sampled_conflicts()
        )

    def _view(self, record: ImageLabels, word: str | None = None) -> ImageView:
        return image_view(record, self.names, word=word, picture=self.pictures.source(record))


def _class_rows(tally: Tally, kind: Kind, names: Names) -> Iterable[ClassRow]:
    chosen = [(label, found) for label, found in tally.classes.items() if found.kind is kind]
    ordered = sorted(chosen, key=lambda item: (-item[1].images, item[1].name))
    largest = ordered[0][1].images if ordered else 1
    for label, found in ordered:
        yield _class_row(label, found, largest, tally, names)


def _class_row(label: int, found: ClassTally, largest: int, tally: Tally, names: Names) -> ClassRow:
    return ClassRow(
        id=label,
        name=found.name,
        images=found.images,
        percent=100 * found.images / largest,
        agreement=found.agreement,
        single_vote=found.single_vote,
        confidence=found.confidence,
        words=_most_common(tally.words[label].most_common(_WORDS_SHOWN)),
        attributes=_most_common(found.attributes.most_common(_WORDS_SHOWN)),
        examples=examples(tally.by_class.sample(label), names),
    )


def _most_common(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts)


def render(content: PageContent) -> str:
    """The page as HTML."""
    tally = content.tally
    spaces = ", ".join(tally.label_spaces)
    lead = f"{tally.images:,} images, {tally.captions:,} captions, label space {spaces}"
    filters = {"ratio": lambda value: "–" if value is None else f"{value:.3f}"}
    return render_page(
        "caption_parser.report",
        Heading(content.title, "label report", lead),
        content.sections,
        {"page": content},
        filters,
        hosts=content.pictures.hosts,
    )


SECTIONS = (
    Section("truth", "Against ground truth", "Ground truth"),
    Section("images", "Images", "Images"),
    Section("classes", "Foreground classes", "Classes"),
    Section("background", "Background classes", "Background"),
    Section("nouns", "Nouns that gave no class", "No class"),
    Section("attributes", "Attributes", "Attributes"),
    Section("confidence", "Confidence", "Confidence"),
    Section("together", "Classes in the same images", "Co-occurrence"),
    Section("rules", "How mentions came to their labels", "Rules"),
    Section("flags", "Flagged mentions", "Flags"),
    Section("relations", "Relations between mentions", "Relations"),
    Section("disagreements", "Disagreements between the captions of an image", "Disagreements"),
    Section("rejected", "Rejected rows", "Rejected rows"),
    Section("run", "The run that made the labels", "Run"),
)
"""The parts of the page: a template `ID.html` each."""

_WORDS_SHOWN = 6
_PREDICATES_SHOWN = 30
_NOUNS_SHOWN = 100
_DAMAGE_SHOWN = 5
