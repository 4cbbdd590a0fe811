"""Records as rows of named columns: a row per image, per class of an image, or per mention. Pure functions.

Whole records are wide and nested; frames, Parquet and data sets want columns. Every column is one line of a table,
from which the types of Arrow and the features of Hugging Face's `datasets` follow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from shared_schemas import ClassLabel, ImageLabels, LabelSpace
from shared_schemas.denials import denied_classes

Rows = Literal["images", "classes", "mentions"]
"""What a row stands for."""

NO_CLASS = "background"
"""Name of class id 0, which no label has and masks use."""


class Column(NamedTuple):
    """A column of one row type."""

    name: str
    kind: Literal["id", "class", "int", "float", "string", "bool"]
    """id: a whole number where all are, else text; class: a contiguous class id, 0 standing for none."""
    depth: Literal[0, 1, 2] = 0
    """1: a list of such values, 2: a list of lists."""


_IMAGE = (Column("image_id", "id"), Column("file_name", "string"))
LABEL_COLUMNS = (
    Column("foreground", "string", 1),
    Column("foreground_ids", "class", 1),
    Column("foreground_votes", "int", 1),
    Column("foreground_confidence", "float", 1),
    Column("foreground_count", "int", 1),
    Column("foreground_at_least", "int", 1),
    Column("foreground_attributes", "string", 2),
    Column("background", "string", 1),
    Column("background_ids", "class", 1),
    Column("background_votes", "int", 1),
    Column("background_confidence", "float", 1),
    Column("background_count", "int", 1),
    Column("background_at_least", "int", 1),
    Column("background_attributes", "string", 2),
    Column("denied", "string", 1),
    Column("denied_ids", "class", 1),
)
"""What captions say of one image; lists of one side go together, value by value."""

COLUMNS: Mapping[Rows, tuple[Column, ...]] = {
    "images": (*_IMAGE, Column("label_space", "string"), Column("captions", "string", 1), *LABEL_COLUMNS),
    "classes": (
        *_IMAGE,
        Column("class", "string"),
        Column("class_id", "class"),
        Column("category_id", "int"),
        Column("kind", "string"),
        Column("asserted", "bool"),
        Column("votes", "int"),
        Column("captions", "int"),
        Column("confidence", "float"),
        Column("count", "int"),
        Column("at_least", "int"),
        Column("attributes", "string", 1),
        Column("attribute_votes", "int", 1),
    ),
    "mentions": (
        *_IMAGE,
        Column("caption", "string"),
        Column("caption_number", "int"),
        Column("start", "int"),
        Column("end", "int"),
        Column("head", "string"),
        Column("extended_head", "string"),
        Column("class", "string"),
        Column("class_id", "class"),
        Column("synset", "string"),
        Column("sense_key", "string"),
        Column("route", "string"),
        Column("score", "float"),
        Column("rule", "string"),
        Column("depth", "int"),
        Column("attributes", "string", 1),
        Column("count", "int"),
        Column("at_least", "int"),
        Column("flags", "string", 1),
        Column("phrase", "string"),
    ),
}


def class_names(space: LabelSpace) -> list[str]:
    """Names by contiguous id, 0 included: what `ClassLabel` of `datasets` takes, which wants them unique."""
    names = [label.name for label in space.classes]
    return [NO_CLASS if NO_CLASS not in names else f"({NO_CLASS})", *names]


def rows_of(record: ImageLabels, rows: Rows, space: LabelSpace) -> Iterator[dict[str, Any]]:
    """The rows of one record: one, or as many as it has classes (denied ones too) or mentions."""
    return _ROWS[rows](record, space)


def label_values(record: ImageLabels, space: LabelSpace) -> dict[str, Any]:
    """The values of `LABEL_COLUMNS`."""
    sides = {"foreground": record.foreground, "background": record.background}
    denied = sorted(denied_classes(record))
    return {
        **{name: value for side, labels in sides.items() for name, value in _side_values(side, labels).items()},
        "denied": [space.by_id[class_id].name for class_id in denied],
        "denied_ids": denied,
    }


def _side_values(side: str, labels: Sequence[ClassLabel]) -> dict[str, Any]:
    """What is said of the foreground or the background classes of an image."""
    return {
        side: [label.name for label in labels],
        f"{side}_ids": [label.id for label in labels],
        f"{side}_votes": [label.votes for label in labels],
        f"{side}_confidence": [label.confidence for label in labels],
        f"{side}_count": [label.count for label in labels],
        f"{side}_at_least": [label.at_least for label in labels],
        f"{side}_attributes": [[attribute.name for attribute in label.attributes] for label in labels],
    }


def _identity(record: ImageLabels) -> dict[str, Any]:
    return {"image_id": record.image_id, "file_name": record.file_name}


def _image_row(record: ImageLabels, space: LabelSpace) -> Iterator[dict[str, Any]]:
    identity = _identity(record) | {"label_space": record.label_space, "captions": list(record.captions)}
    yield identity | label_values(record, space)


def _class_rows(record: ImageLabels, space: LabelSpace) -> Iterator[dict[str, Any]]:
    for label in (*record.foreground, *record.background):
        yield _class_row(record, space, label.id, label)
    for class_id in sorted(denied_classes(record)):
        yield _class_row(record, space, class_id, None)


def _class_row(record: ImageLabels, space: LabelSpace, class_id: int, label: ClassLabel | None) -> dict[str, Any]:
    known = space.by_id[class_id]
    return _identity(record) | {
        "class": known.name,
        "class_id": class_id,
        "category_id": known.category_id,
        "kind": str(known.kind),
        "asserted": label is not None,
        "votes": label.votes if label else 0,
        "captions": len(record.captions),
        "confidence": label.confidence if label else None,
        "count": label.count if label else None,
        "at_least": label.at_least if label else None,
        "attributes": [attribute.name for attribute in label.attributes] if label else [],
        "attribute_votes": [attribute.votes for attribute in label.attributes] if label else [],
    }


def _mention_rows(record: ImageLabels, space: LabelSpace) -> Iterator[dict[str, Any]]:
    for mention in record.mentions:
        caption = record.captions[mention.caption]
        has_phrase = mention.phrase_start is not None and mention.phrase_end is not None
        yield _identity(record) | {
            "caption": caption,
            "caption_number": mention.caption,
            "start": mention.start,
            "end": mention.end,
            "head": mention.head,
            "extended_head": mention.extended_head,
            "class": space.by_id[mention.label].name if mention.label is not None else None,
            "class_id": mention.label,
            "synset": mention.synset,
            "sense_key": mention.sense_key,
            "route": mention.route and str(mention.route),
            "score": mention.score,
            "rule": mention.rule and str(mention.rule),
            "depth": mention.depth,
            "attributes": [attribute.name for attribute in mention.attributes],
            "count": mention.count,
            "at_least": mention.at_least,
            "flags": [str(flag) for flag in mention.flags],
            "phrase": caption[mention.phrase_start : mention.phrase_end] if has_phrase else None,
        }


_ROWS: Mapping[Rows, Callable[[ImageLabels, LabelSpace], Iterator[dict[str, Any]]]] = {
    "images": _image_row,
    "classes": _class_rows,
    "mentions": _mention_rows,
}
