"""A `SpaceCheck` for people: a table of words, and what it means."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table

from caption_parser.evaluation.space_check import ClassCheck, SpaceCheck
from caption_parser.labels.unknown_names import warning_of
from shared_runtime.wording import numbered


def as_table(check: SpaceCheck, *, show_all: bool = False) -> Table:
    """The words that are missed, or all of them, with what to add to their classes."""
    table = Table(box=SIMPLE_HEAD)
    for heading in ("class", "words", "found", "read as", "to add to the class"):
        table.add_column(heading, justify="right" if heading == "found" else "left", overflow="fold")
    for label in check.classes:
        _add_class(table, label, show_all=show_all)
    return table


def _add_class(table: Table, label: ClassCheck, *, show_all: bool) -> None:
    for place, word in enumerate(label.words if show_all else label.missed):
        table.add_row(
            "" if place else label.name,
            word.written,
            f"{word.found}/{word.frames}",
            ", ".join(word.read_as),
            "" if place else label.advice or "",
        )


def meanings(check: SpaceCheck) -> Iterator[str]:
    """A line for each synset of each class, with its gloss; of one without synsets, what its name may mean."""
    for label in check.classes:
        for sense in label.synsets:
            yield f"{label.name}: {sense.synset}  {sense.gloss}"
        for sense in label.usual:
            yield f"{label.name}: {sense.synset} and what lies below it  {sense.gloss}"
        if label.usual:
            yield f'{label.name}: for the word alone, add to the class: words = ["{label.words[0].word}"]'
        if label.possible and label.usual:
            yield f"{label.name}: its name means less often what follows. To have one instead, add its line:"
        elif label.possible:
            yield f"{label.name}: the word alone. To find what lies below a sense, too, add its line to the class:"
        yield from (f'  synsets = ["{sense.synset}"]  # {sense.gloss}' for sense in label.possible)


def notes(check: SpaceCheck) -> Iterator[str]:
    """Names that may be misspelt, the sum, and what may be done."""
    for label in check.classes:
        if label.meant:
            yield f"warning: {warning_of(label.name, label.meant)}"
    missed = sum(1 for label in check.classes if label.missed)
    yield (
        f"{check.label_space}: {check.found:,} of {check.captions:,} plain captions ({check.share:.1%}) gave the "
        "class whose word stood in them"
    )
    if missed:
        yield (
            f"{numbered(missed, 'class has', 'classes have')} words that are missed, of {len(check.classes):,}: "
            "the table lists them, what they were read as, and what to add"
        )
    else:
        yield (
            "nothing is missed. Which nouns of your captions give no class: capparse label CAPTIONS -o "
            "labels.jsonl --label-space FILE --keep-unlabelled; then capparse report labels.jsonl -o labels.html"
        )
    if any(label.advice for label in check.classes):
        yield (
            "'words' claims a word for its class, though a caption may mean another class by it; with a reason, "
            '{ "word" = "why" }, it always means the class'
        )
