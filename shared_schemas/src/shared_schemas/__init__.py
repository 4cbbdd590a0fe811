"""The record format between `caption_parser` and `segmentation`."""

from shared_schemas.labels import SCHEMA_VERSION, AttributeVotes, ClassLabel, ImageLabels, Source
from shared_schemas.mentions import Attribute, Flag, Mention, Route, Rule

__all__ = [
    "SCHEMA_VERSION",
    "Attribute",
    "AttributeVotes",
    "ClassLabel",
    "Flag",
    "ImageLabels",
    "Mention",
    "Route",
    "Rule",
    "Source",
]
