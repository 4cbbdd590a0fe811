"""The report's page: what it shows, in plain values, filled into a template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from caption_parser.report.evidence import Bar, Example, ImageView, Names, bars, examples, image_view
from caption_parser.report.rejected_rows import RejectedReason
from caption_parser.report.tally import ClassTally, Disagreements, Tally
from caption_parser.report.truth import TruthContent
from shared_runtime.html_page import render_page
from shared_schemas import Kind, RecordError


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    """Examples of one rule, flag or error."""

    name: str
    number: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class in the table of all classes."""

    name: str
    images: int
    percent: float
    agreement: float
    single_vote: int
    words: str
    attributes: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class PageContent:
    """The whole page: what was gathered, and views of it in the order and the words of the page."""

    title: str
    tally: Tally
    disagreements: Disagreements
    names: Names
    damaged: Sequence[RecordError]
    """What is wrong with each line that is not a record."""
    rejected: tuple[RejectedReason, ...] | None
    """None: there is no rejected-rows file."""
    truth: TruthContent | None

    @property
    def damaged_lines(self) -> int:
        """How many lines are not records."""
        return len(self.damaged)

    @property
    def damage(self) -> tuple[str, ...]:
        """What is wrong with the first of them."""
        return tuple(map(str, self.damaged[:_DAMAGE_SHOWN]))

    @cached_property
    def foreground(self) -> tuple[ClassRow, ...]:
        """The foreground classes, the most frequent first."""
        return tuple(_class_rows(self.tally, Kind.FOREGROUND, self.names))

    @cached_property
    def background(self) -> tuple[ClassRow, ...]:
        """The background classes, the most frequent first."""
        return tuple(_class_rows(self.tally, Kind.BACKGROUND, self.names))

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
        return tuple(image_view(record, self.names) for record in self.disagreements.least_agreed())

    @cached_property
    def conflicts(self) -> tuple[ImageView, ...]:
        """Images in which a word has several readings."""
        return tuple(
            image_view(conflict.record, self.names, word=conflict.word)
            for conflict in self.disagreements.sampled_conflicts()
        )


def _class_rows(tally: Tally, kind: Kind, names: Names) -> Iterable[ClassRow]:
    chosen = [(label, found) for label, found in tally.classes.items() if found.kind is kind]
    ordered = sorted(chosen, key=lambda item: (-item[1].images, item[1].name))
    largest = ordered[0][1].images if ordered else 1
    for label, found in ordered:
        yield _class_row(label, found, largest, tally, names)


def _class_row(label: int, found: ClassTally, largest: int, tally: Tally, names: Names) -> ClassRow:
    return ClassRow(
        name=found.name,
        images=found.images,
        percent=100 * found.images / largest,
        agreement=found.agreement,
        single_vote=found.single_vote,
        words=_most_common(tally.words[label].most_common(_WORDS_SHOWN)),
        attributes=_most_common(found.attributes.most_common(_WORDS_SHOWN)),
        examples=examples(tally.by_class.sample(label), names),
    )


def _most_common(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts)


def render(content: PageContent) -> str:
    """The page as HTML."""
    filters = {"ratio": lambda value: "–" if value is None else f"{value:.3f}"}
    return render_page("caption_parser.report", {"page": content}, filters)


_WORDS_SHOWN = 6
_PREDICATES_SHOWN = 30
_DAMAGE_SHOWN = 5
