"""Images chosen by what their captions say. What `capparse find` does."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, TypedDict

from pydantic import Field, PositiveInt, field_validator

from caption_parser.export.source import LabelSource, open_labels
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_schemas import ClassLabel, ImageLabels, LabelSpace
from shared_schemas.denials import denied_classes
from shared_schemas.errors import did_you_mean

_NAMES_SHOWN = 12


class QueryFields(TypedDict, total=False):
    """The fields of `Query`, which says what they mean, as named arguments of functions."""

    classes: str | Sequence[str]
    any_of: str | Sequence[str]
    without: str | Sequence[str]
    denied: str | Sequence[str]
    attributes: str | Sequence[str]
    text: str | None
    min_votes: int
    min_confidence: float
    min_count: int


class Query(FrozenModel):
    """What an image must be like to be found; all that is given must hold. One name may stand for several."""

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

    @field_validator("classes", "any_of", "without", "denied", "attributes", mode="before")
    @classmethod
    def _one_or_several(cls, names: Any) -> Any:
        return (names,) if isinstance(names, str) else names


def find(
    labels: str | Path, query: Query, *, label_space: str | Path | LabelSpace | None = None
) -> Iterator[ImageLabels]:
    """The records of a label file (`-`: of standard input) that fit `query`, in their order.

    The file is looked through at once, and read again as records are asked for. Raises, before the first,
    `UsageError` for a class that the label space lacks, an attribute that no label has either, or a least number
    of nothing; else as `open_labels` does.
    """
    with ExitStack() as opened:
        found = matching(opened.enter_context(open_labels(labels, label_space)), query)
        return _closing_after(found, opened.pop_all())


def _closing_after(records: Iterator[ImageLabels], opened: ExitStack) -> Iterator[ImageLabels]:
    with opened:
        yield from records


def matching(source: LabelSource, query: Query) -> Iterator[ImageLabels]:
    """The records of an open label file that fit `query`. Raises `UsageError` as `find` does."""
    match = _Match(query, source)
    return (record for record in source if match(record))


class _Match:
    """Whether a record fits a query; names are looked up once."""

    def __init__(self, query: Query, source: LabelSource) -> None:
        space = source.label_space
        ids = {label.name.casefold(): label.id for label in space.classes}
        _check_numbers(query)
        self._query = query
        self._all, self._any, self._none, self._denied = (
            frozenset(_class_id(name, option, ids, space) for name in names)
            for option, names in (
                ("--class", query.classes),
                ("--any", query.any_of),
                ("--without", query.without),
                ("--denied", query.denied),
            )
        )
        spellings = {text.casefold(): name for text, name in space.attribute_names.items()}
        # Of labels with an attribute set of their own, any adjective may be one.
        for name in sorted(source.attributes):
            spellings.setdefault(name.casefold(), name)
        for name in query.attributes:
            if name.casefold() not in spellings:
                raise _unknown(name, "--attribute", "an attribute of the label space or of a label", spellings)
        self._attributes = frozenset(spellings[name.casefold()] for name in query.attributes)
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


def _check_numbers(query: Query) -> None:
    """Raises `UsageError` for least numbers where there is nothing that they could be of."""
    if query.classes or query.any_of or query.attributes:
        return
    for name in ("min_votes", "min_confidence", "min_count"):
        value = getattr(query, name)
        if value != Query.model_fields[name].default:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} {value} is said of the classes asked for: name one with --class or --any")


def _class_id(name: str, option: str, ids: Mapping[str, int], space: LabelSpace) -> int:
    """The id of a class, of `ids` by name. Raises `UsageError`."""
    if name.casefold() in ids:
        return ids[name.casefold()]
    listed = (label.name for label in space.classes if name.casefold() in map(str.casefold, label.words))
    if (known := next(chain(listed, _classes_that_mean(name, space)), None)) is not None:
        raise UsageError(f"{option}: got {name!r}, a word of the class {known!r}. Try {option} {known!r}")
    error = _unknown(name, option, f"a class of the label space {space.name}", ids)
    raise UsageError(f"{error} 'capparse explain' shows which class a word has")


def _classes_that_mean(name: str, space: LabelSpace) -> Iterator[str]:
    """Those above the senses of a word, of the first one and the nearest first: "body of water" for "sea"."""
    from caption_parser.labels.usual_senses import usual_senses  # only where a name is unknown
    from caption_parser.lexicon import as_lemma, default_lexicon
    from caption_parser.lexicon.taxonomy import hypernym_distances
    from caption_parser.senses.caption_prior import load_caption_prior

    lexicon = default_lexicon()
    usual = usual_senses(space, lexicon, load_caption_prior("default"))
    by_synset = {synset: space.by_id[label].name for label, synsets in usual.items() for synset in synsets}
    by_synset |= {lexicon.synset(synset): label.name for synset, label in space.by_synset.items()}
    for lemma in lexicon.base_forms(as_lemma(name)):
        for synset in lexicon.synsets(lemma):
            for above in hypernym_distances(lexicon, synset):
                if above in by_synset:
                    yield by_synset[above]


def _unknown(name: str, option: str, expected: str, known: Collection[str]) -> UsageError:
    listed = ", ".join(list(known)[:_NAMES_SHOWN])
    more = f" and {len(known) - _NAMES_SHOWN} more" if len(known) > _NAMES_SHOWN else ""
    hint = did_you_mean(name.casefold(), known)
    return UsageError(f"{option}: got {name!r}, expected {expected}: {listed or 'there is none'}{more}.{hint}")
