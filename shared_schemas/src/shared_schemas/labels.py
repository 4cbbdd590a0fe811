"""`ImageLabels`: one line of a label file, all that the captions of one image say about it."""

from typing import Annotated

from pydantic import Field, PositiveInt, StringConstraints

from shared_schemas._model import Record
from shared_schemas.mentions import Mention
from shared_schemas.notebook_view import record_html
from shared_schemas.relations import Relation

SCHEMA_VERSION = "1.1"
"""`major.minor`. A minor version may add optional fields, never values or meanings: a reader of 1.x ignores
fields of a newer 1.y, and refuses 2.0."""


class AttributeVotes(Record):
    """An attribute that captions give to a class in this image."""

    name: str
    votes: PositiveInt = Field(description="How many of the image's captions say so.")


class ClassLabel(Record):
    """A class that captions assert in this image, with its attributes (A_{n,c} of Eq. 1 in Vilar & Perez)."""

    id: PositiveInt = Field(description="Contiguous class id in the label space; 0 is 'background' in masks.")
    name: str
    votes: PositiveInt = Field(description="How many of the image's captions assert the class.")
    confidence: float | None = Field(
        None, ge=0, le=1, description="How sure the class is, from votes, scores, rules and flags."
    )
    category_id: int | None = Field(None, description="The data set's own id (COCO: 1-90); null: it has none.")
    count: PositiveInt | None = Field(None, description="Largest number of instances stated by one caption.")
    at_least: PositiveInt | None = Field(
        None,
        description="Largest least number of instances that one caption implies, plurals included.",
    )
    attributes: tuple[AttributeVotes, ...] = ()


class Source(Record):
    """Where the image's first caption came from."""

    path: str
    row: PositiveInt = Field(description="1-based line or record number in the input.")


class ImageLabels(Record):
    """The labels of one image: D's tuple of Eq. 1 in Vilar & Perez, with votes and evidence."""

    # Set by whoever constructs a record, but never absent from a line: see `jsonl.parse` and the JSON Schema.
    schema_version: Annotated[str, StringConstraints(pattern=r"^1\.(0|[1-9]\d*)$")] = SCHEMA_VERSION
    image_id: int | str = Field(description="As in the input.")
    file_name: str | None = None
    source: Source | None = None
    label_space: str = Field(description="Name and content hash of the label space, e.g. 'coco@1a2b3c4d'.")
    attribute_set: str | None = Field(
        None,
        description="Another attribute set than the label space's: adjectives, verbs, nouns, all.",
    )
    captions: tuple[str, ...]
    foreground: tuple[ClassLabel, ...]
    background: tuple[ClassLabel, ...]
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = Field((), description="Between mentions of one caption; since 1.1.")

    def _repr_html_(self) -> str:
        """What notebooks show."""
        return record_html(self)
