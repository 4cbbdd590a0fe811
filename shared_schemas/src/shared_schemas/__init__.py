"""The record format between `caption_parser` and `segmentation`."""

from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError
from shared_schemas.jsonl import dump, iter_labels, read_labels, write_labels
from shared_schemas.label_space import Kind, LabelClass, LabelSpace, VisualAttribute
from shared_schemas.label_space_file import load_label_space
from shared_schemas.labels import SCHEMA_VERSION, AttributeVotes, ClassLabel, ImageLabels, Source
from shared_schemas.mentions import DOUBTS, Attribute, Flag, Mention, Route, Rule
from shared_schemas.relations import Relation

__all__ = [
    "DOUBTS",
    "SCHEMA_VERSION",
    "Attribute",
    "AttributeVotes",
    "ClassLabel",
    "Flag",
    "ImageLabels",
    "Kind",
    "LabelClass",
    "LabelSpace",
    "LabelSpaceError",
    "Mention",
    "MissingExtraError",
    "RecordError",
    "Relation",
    "Route",
    "Rule",
    "Source",
    "VisualAttribute",
    "dump",
    "iter_labels",
    "load_label_space",
    "read_labels",
    "write_labels",
]
