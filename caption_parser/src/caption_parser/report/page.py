"""The report's page: what it shows, in plain values, filled into a template with its style and script inside.

All text is escaped by the template engine. The page's content security policy beside that allows no request and
no script but its own, by hash: a caption cannot become one.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from caption_parser.report.evidence import Bar, Example, ImageView, Names, bars, examples, image_view
from caption_parser.report.rejected_rows import RejectedReason
from caption_parser.report.tally import ClassTally, Disagreements, Tally
from caption_parser.report.truth import TruthContent
from shared_schemas import Kind


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


@dataclass(frozen=True, slots=True)
class PageContent:
    """The whole page."""

    title: str
    tally: Tally
    foreground: tuple[ClassRow, ...]
    background: tuple[ClassRow, ...]
    attributes: tuple[Bar, ...]
    routes: tuple[Bar, ...]
    classes_per_image: tuple[Bar, ...]
    rules: tuple[ExampleGroup, ...]
    flags: tuple[ExampleGroup, ...]
    disagreements: Disagreements
    least_agreed: tuple[ImageView, ...]
    conflicts: tuple[ImageView, ...]
    damage: tuple[str, ...]
    """What is wrong with the first lines that are no records."""
    damaged_lines: int
    rejected: tuple[RejectedReason, ...] | None
    """None: there is no rejected-rows file."""
    truth: TruthContent | None


def page_content(
    title: str,
    tally: Tally,
    disagreements: Disagreements,
    names: Names,
    *,
    damage: tuple[str, ...],
    damaged_lines: int,
    rejected: tuple[RejectedReason, ...] | None,
    truth: TruthContent | None,
) -> PageContent:
    """Everything that was gathered, in the order and the words of the page."""
    per_image = [(str(number), images) for number, images in sorted(tally.classes_per_image.items())]
    return PageContent(
        title=title,
        tally=tally,
        foreground=tuple(_class_rows(tally, Kind.FOREGROUND, names)),
        background=tuple(_class_rows(tally, Kind.BACKGROUND, names)),
        attributes=bars(tally.attributes.most_common()),
        routes=bars((name.replace("_", " "), number) for name, number in tally.routes.most_common()),
        classes_per_image=bars(per_image),
        rules=tuple(
            ExampleGroup(rule, number, examples(tally.by_rule.sample(rule), names))
            for rule, number in tally.rules.most_common()
        ),
        flags=tuple(
            ExampleGroup(flag.replace("_", " "), number, examples(tally.by_flag.sample(flag), names))
            for flag, number in tally.flags.most_common()
        ),
        disagreements=disagreements,
        least_agreed=tuple(image_view(record, names) for record in disagreements.least_agreed()),
        conflicts=tuple(
            image_view(conflict.record, names, word=conflict.word)
            for conflict in disagreements.sampled_conflicts()
        ),
        damage=damage,
        damaged_lines=damaged_lines,
        rejected=rejected,
        truth=truth,
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
    script = _resource("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["ratio"] = lambda value: "–" if value is None else f"{value:.3f}"
    # Style and script are this package's own files, the one thing that goes in as it is.
    return environment.get_template("report.html").render(
        page=content, style=Markup(_resource("report.css")), script=Markup(script), script_hash=f"sha256-{digest}"
    )


def _resource(name: str) -> str:
    return (files("caption_parser") / "report" / "templates" / name).read_text("utf-8")


_WORDS_SHOWN = 6
