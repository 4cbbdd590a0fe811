"""What a record can get wrong although every field of it is valid: a table of codes.

Each function of `RECORD_CHECKS` and `LABEL_SPACE_CHECKS` finds one kind of problem; its docstring says which,
and it yields one message per finding.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from shared_schemas.errors import RecordError
from shared_schemas.jsonl import iter_labels
from shared_schemas.label_space import Kind, LabelSpace
from shared_schemas.labels import ClassLabel, ImageLabels
from shared_schemas.mentions import Mention
from shared_schemas.relations import Relation


class Problem(NamedTuple):
    """A finding in one record. `code` is stable, to count and filter by."""

    code: str
    message: str


class Finding(NamedTuple):
    """A finding in a label file, at a 1-based line."""

    line: int
    code: str
    message: str


def check(record: ImageLabels, label_space: LabelSpace | None = None) -> Iterator[Problem]:
    """Everything that is wrong with `record`, by itself and, if one is given, against its label space."""
    for code, find in RECORD_CHECKS.items():
        yield from (Problem(code, message) for message in find(record))
    if label_space is not None:
        for code, compare in LABEL_SPACE_CHECKS.items():
            yield from (Problem(code, message) for message in compare(record, label_space))


def validate(source: Path | str | BinaryIO, label_space: LabelSpace | None = None) -> Iterator[Finding]:
    """Everything that is wrong with a label file, line by line; it is read to its end.

    The codes are those of `jsonl.CODES`, of `check`, `duplicate-image` and, of an empty file, `no-record`. Raises
    `OSError` if `source` cannot be opened.
    """
    first_lines: dict[int | str, int] = {}
    line = 0
    for line, record in enumerate(iter_labels(source), 1):
        if isinstance(record, RecordError):
            yield Finding(line, record.code, record.message)
            continue
        first_line = first_lines.setdefault(record.image_id, line)
        if first_line != line:
            message = f"image_id {record.image_id!r} stands on line {first_line} already"
            yield Finding(line, "duplicate-image", message)
        yield from (Finding(line, problem.code, problem.message) for problem in check(record, label_space))
    if line == 0:
        yield Finding(1, "no-record", "got an empty file, expected a record on each line")


def caption_index(record: ImageLabels) -> Iterator[str]:
    """A mention belongs to a caption that the record does not have."""
    for place, mention in _mentions(record):
        if mention.caption >= len(record.captions):
            yield f"{place}: caption {mention.caption}, but the record has {len(record.captions)} captions"


def span_outside_caption(record: ImageLabels) -> Iterator[str]:
    """A mention, its phrase or one of its attributes ends behind the end of its caption."""
    for place, mention in _mentions(record):
        if mention.caption < len(record.captions):
            length = len(record.captions[mention.caption])
            ends = {"end": mention.end, "phrase_end": mention.phrase_end or 0}
            ends |= {f"attributes[{i}].end": attribute.end for i, attribute in enumerate(mention.attributes)}
            for field, end in ends.items():
                if end > length:
                    yield f"{place}.{field}: {end}, but the caption has {length} characters"


def span_outside_phrase(record: ImageLabels) -> Iterator[str]:
    """A mention is not inside its phrase, or the phrase lacks its start or its end."""
    for place, mention in _mentions(record):
        start, end = mention.phrase_start, mention.phrase_end
        if (start is None) != (end is None):
            yield f"{place}: one of phrase_start and phrase_end is missing"
        elif start is not None and end is not None and not start <= mention.start < mention.end <= end:
            yield f"{place}: [{mention.start}, {mention.end}) is not inside its phrase [{start}, {end})"


def relation_index(record: ImageLabels) -> Iterator[str]:
    """A relation names a mention that the record does not have, or mentions of two captions."""
    for place, relation in _relations(record):
        known = True
        for field, index in (("subject", relation.subject), ("object", relation.object)):
            if index >= len(record.mentions):
                known = False
                yield f"{place}.{field}: mention {index}, but the record has {len(record.mentions)} mentions"
        if known:
            subject, target = record.mentions[relation.subject], record.mentions[relation.object]
            if subject.caption != target.caption:
                yield f"{place}: its mentions are of the captions {subject.caption} and {target.caption}"


def relation_span(record: ImageLabels) -> Iterator[str]:
    """A relation ends behind its caption, or it or one of its mentions is not inside its phrase."""
    for place, relation in _relations(record):
        both = [record.mentions[i] for i in (relation.subject, relation.object) if i < len(record.mentions)]
        captions = [record.captions[mention.caption] for mention in both if mention.caption < len(record.captions)]
        for length in set(map(len, captions)):
            if relation.phrase_end > length:
                yield f"{place}.phrase_end: {relation.phrase_end}, but the caption has {length} characters"
        for what, start, end in (
            ("it", relation.start, relation.end),
            *(("a mention", m.start, m.end) for m in both),
        ):
            if not relation.phrase_start <= start < end <= relation.phrase_end:
                phrase = f"[{relation.phrase_start}, {relation.phrase_end})"
                yield f"{place}: {what} at [{start}, {end}) is not inside its phrase {phrase}"


def label_without_rule(record: ImageLabels) -> Iterator[str]:
    """A mention has a label but no rule that gave it, or a rule but no label."""
    for place, mention in _mentions(record):
        if (mention.label is None) != (mention.rule is None):
            yield f"{place}: label {mention.label}, rule {mention.rule}"


def class_missing(record: ImageLabels) -> Iterator[str]:
    """A mention without flags has a label that stands neither in foreground nor in background."""
    asserted = {label.id for _, label in _classes(record)}
    for place, mention in _mentions(record):
        if mention.label is not None and not mention.flags and mention.label not in asserted:
            yield f"{place}: label {mention.label} is neither in foreground nor in background"


def class_without_mention(record: ImageLabels) -> Iterator[str]:
    """The record has mentions, but none for one of its classes."""
    mentioned = {mention.label for mention in record.mentions}
    for place, label in _classes(record):
        if record.mentions and label.id not in mentioned:
            yield f"{place}: no mention has the label {label.id} ({label.name!r})"


def duplicate_class(record: ImageLabels) -> Iterator[str]:
    """A class stands twice in the record."""
    seen: dict[int, str] = {}
    for place, label in _classes(record):
        if seen.setdefault(label.id, place) != place:
            yield f"{place}: class {label.id} stands in {seen[label.id]} already"


def too_many_votes(record: ImageLabels) -> Iterator[str]:
    """A class has more votes than the image has captions, or an attribute more than its class.

    Records of ground truth have no captions that could vote.
    """
    for place, label in _classes(record):
        if record.captions and label.votes > len(record.captions):
            yield f"{place}: {label.votes} votes, but the record has {len(record.captions)} captions"
        for index, attribute in enumerate(label.attributes):
            if attribute.votes > label.votes:
                yield f"{place}.attributes[{index}]: {attribute.votes} votes, but its class has {label.votes}"


def other_label_space(record: ImageLabels, label_space: LabelSpace) -> Iterator[str]:
    """The record was made with another label space, or with another version of this one."""
    if record.label_space != label_space.reference:
        yield f"label_space: {record.label_space!r}, not {label_space.reference!r}"


def unknown_class(record: ImageLabels, label_space: LabelSpace) -> Iterator[str]:
    """The label space has no class of that id."""
    labels = [(place, label.id) for place, label in _classes(record)]
    labels += [(f"{place}.label", m.label) for place, m in _mentions(record) if m.label is not None]
    for place, class_id in labels:
        if class_id not in label_space.by_id:
            yield f"{place}: class {class_id}, but {label_space.name!r} has 1 to {len(label_space.classes)}"


def wrong_class(record: ImageLabels, label_space: LabelSpace) -> Iterator[str]:
    """The class of that id has another name, another category_id, or belongs to the other list."""
    for place, label in _classes(record):
        known = label_space.by_id.get(label.id)
        if known is None:
            continue
        if known.name != label.name:
            yield f"{place}.name: {label.name!r}, but class {label.id} is {known.name!r}"
        if known.category_id != label.category_id:
            yield f"{place}.category_id: {label.category_id}, but {known.name!r} has {known.category_id}"
        if not place.startswith(known.kind):
            yield f"{place}: {known.name!r} is a {known.kind} class"


def unknown_attribute(record: ImageLabels, label_space: LabelSpace) -> Iterator[str]:
    """An attribute is none of the label space's, or stands under another spelling of its name.

    Records made with another attribute set name words beyond it.
    """
    if record.attribute_set is not None:
        return
    holders = [(place, [a.name for a in label.attributes]) for place, label in _classes(record)]
    holders += [(place, [a.name for a in mention.attributes]) for place, mention in _mentions(record)]
    for place, names in holders:
        for index, name in enumerate(names):
            if label_space.attribute_names.get(name) != name:
                yield f"{place}.attributes[{index}]: {name!r} is no attribute of {label_space.name!r}"


RECORD_CHECKS: dict[str, Callable[[ImageLabels], Iterator[str]]] = {
    "caption-index": caption_index,
    "span-outside-caption": span_outside_caption,
    "span-outside-phrase": span_outside_phrase,
    "relation-index": relation_index,
    "relation-span": relation_span,
    "label-without-rule": label_without_rule,
    "class-missing": class_missing,
    "class-without-mention": class_without_mention,
    "duplicate-class": duplicate_class,
    "too-many-votes": too_many_votes,
}

LABEL_SPACE_CHECKS: dict[str, Callable[[ImageLabels, LabelSpace], Iterator[str]]] = {
    "other-label-space": other_label_space,
    "unknown-class": unknown_class,
    "wrong-class": wrong_class,
    "unknown-attribute": unknown_attribute,
}


def _mentions(record: ImageLabels) -> Iterator[tuple[str, Mention]]:
    for index, mention in enumerate(record.mentions):
        yield f"mentions[{index}]", mention


def _relations(record: ImageLabels) -> Iterator[tuple[str, Relation]]:
    for index, relation in enumerate(record.relations):
        yield f"relations[{index}]", relation


def _classes(record: ImageLabels) -> Iterator[tuple[str, ClassLabel]]:
    for kind, labels in ((Kind.FOREGROUND, record.foreground), (Kind.BACKGROUND, record.background)):
        for index, label in enumerate(labels):
            yield f"{kind}[{index}]", label
