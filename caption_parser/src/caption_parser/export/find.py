"""Images chosen by what their captions say. What `capparse find` does."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, PositiveInt

from caption_parser.export.source import LabelSource, open_labels
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_schemas import ClassLabel, ImageLabels, LabelSpace
from shared_schemas.denials import denied_classes
from shared_schemas.errors import did_you_mean


class Query(FrozenModel):
    """What an image must be like to be found; all that is given must hold."""

    classes: tuple[str, ...] = ()
    """Classes that it has, each of them."""
    any_of: tuple[str, ...] = ()
    """Classes of which it has one or more."""
    without: tuple[str, ...] = ()
    """Classes that it has not."""
    denied: tuple[str, ...] = ()
    """Classes that its captions say are not there."""
    attributes: tuple[str, ...] = ()
    """Attributes that one of its classes has, all of them: of those asked for, or of any where none is."""
    text: str | None = None
    """What stands in one of its captions, in any letter case."""
    min_votes: PositiveInt = 1
    """Captions that must assert a class or an attribute for it to count."""
    min_confidence: float = Field(0.0, ge=0, le=1)
    """That a class must have to count, where the record states one."""
    min_count: PositiveInt = 1
    """Of the classes asked for, how many a caption says there are, exactly or at least."""


def find(
    labels: str | Path, query: Query, *, label_space: str | Path | LabelSpace | None = None
) -> Iterator[ImageLabels]:
    """The records of a label file (`-`: of standard input) that fit `query`, in their order.

    Raises `UsageError` for a class or attribute that the label space lacks, with the nearest one; else as
    `open_labels` does.
    """
    with open_labels(labels, label_space) as source:
        yield from matching(source, query)


def matching(source: LabelSource, query: Query) -> Iterator[ImageLabels]:
    """The records of an open label file that fit `query`. Raises `UsageError` as `find` does."""
    match = _Match(query, source.label_space)
    return (record for record in source if match(record))


class _Match:
    """Whether a record fits a query; names are looked up once."""

    def __init__(self, query: Query, space: LabelSpace) -> None:
        known = {label.name.casefold(): label.id for label in space.classes}
        self._query = query
        self._all, self._any, self._none, self._denied = (
            frozenset(_known(name, known) for name in names)
            for names in (query.classes, query.any_of, query.without, query.denied)
        )
        spellings = {text.casefold(): name for text, name in space.attribute_names.items()}
        # Of labels with an attribute set of their own, any adjective may be one.
        self._attributes = frozenset(spellings.get(name.casefold(), name) for name in query.attributes)
        self._text = None if query.text is None else query.text.casefold()

    def __call__(self, record: ImageLabels) -> bool:
        labels = {label.id: label for label in (*record.foreground, *record.background)}
        counted = {class_id: label for class_id, label in labels.items() if self._counts(label)}
        asked = self._all | self._any
        chosen = [label for class_id, label in counted.items() if class_id in asked or not asked]
        return (
            self._all <= counted.keys()
            and (not self._any or not self._any.isdisjoint(counted))
            and self._none.isdisjoint(labels)
            and self._denied <= denied_classes(record)
            and (not self._attributes or any(self._has_attributes(label) for label in chosen))
            and (self._text is None or any(self._text in caption.casefold() for caption in record.captions))
        )

    def _counts(self, label: ClassLabel) -> bool:
        query = self._query
        confident = label.confidence is None or label.confidence >= query.min_confidence
        number = max(label.count or 1, label.at_least or 1)
        return label.votes >= query.min_votes and confident and number >= query.min_count

    def _has_attributes(self, label: ClassLabel) -> bool:
        votes = {attribute.name: attribute.votes for attribute in label.attributes}
        return all(votes.get(name, 0) >= self._query.min_votes for name in self._attributes)


def _known(name: str, known: dict[str, int]) -> int:
    if name.casefold() not in known:
        hint = did_you_mean(name.casefold(), known)
        raise UsageError(f"--class: got {name!r}, expected a class of the label space.{hint}")
    return known[name.casefold()]
