"""`LabelSpace`: the classes and attributes that labels may name, and the WordNet synsets they stand for."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import chain, pairwise
from typing import Annotated, Self

from pydantic import Field, PositiveInt, StringConstraints, model_validator

from shared_schemas._model import Record
from shared_schemas.errors import LabelSpaceError

SYNSET_NAME = re.compile(r"\S+\.[nvasr]\.\d\d+")
"""`lemma.pos.number`, as NLTK writes it: 'dog.n.01'."""

Text = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$")]
"""Text that is not empty and has no space at either end."""


class Kind(StrEnum):
    """Whether a class is a target of the task (C_fg) or context that helps to localise it (C_bg)."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"


class ClassContent(Record):
    """Everything that words may mean to get the label of a class (Vilar & Perez, Section III-A2)."""

    name: Text
    kind: Kind = Kind.FOREGROUND
    category_id: PositiveInt | None = Field(None, description="The data set's own id (COCO: 1-90).")
    synsets: tuple[str, ...] = Field((), description="WordNet 3.0 synset names; their hyponyms are included.")
    excluded: tuple[str, ...] = Field(
        (), description="Synsets below those that do not get the label; nor does what lies below them alone."
    )
    phrases: tuple[Text, ...] = Field(
        (), description="Texts that get the label by exact match alone, in the singular."
    )
    words: Mapping[Text, Text] = Field(
        {}, description="Reviewed words -> why. They get the label whatever WordNet lists; visual mode alone."
    )
    denied: Mapping[Text, Text] = Field(
        {}, description="Lemmas -> why. Their senses that lead to the label do not count; visual mode alone."
    )
    reason: str | None = Field(None, description="Why these synsets: how an ambiguity was resolved.")


class LabelClass(ClassContent):
    """A class of C."""

    id: PositiveInt = Field(description="Contiguous from 1, foreground before background; masks use 0 for none.")


class VisualAttribute(Record):
    """One of the attributes A: a low-level visual property, with the spellings that mean the same."""

    name: Text
    variants: tuple[Text, ...] = Field((), description="Other spellings and forms: 'gray' of 'grey'.")

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name and its variants."""
        return (self.name, *self.variants)


class LabelSpace(Record):
    """The set C of foreground and background classes, the attributes A, and words that WordNet lacks.

    `classes[k]` has id `k + 1`. A space is valid once it exists: names, ids, synsets, phrases and spellings
    are unique, synset names well-formed. That a synset exists is for WordNet's reader to check.
    """

    name: Text
    classes: tuple[LabelClass, ...] = Field(min_length=1)
    attributes: tuple[VisualAttribute, ...] = ()
    neologisms: Mapping[Text, str] = Field({}, description="Word that WordNet lacks -> synset it is read as.")
    view_of: str | None = Field(None, description="Reference of the base space, if this is a view of one.")
    base_ids: tuple[PositiveInt, ...] = Field((), description="Of a view: id in the base, per class.")

    @cached_property
    def by_id(self) -> Mapping[int, LabelClass]:
        """Classes by contiguous id."""
        return {label.id: label for label in self.classes}

    @cached_property
    def by_name(self) -> Mapping[str, LabelClass]:
        """Classes by name."""
        return {label.name: label for label in self.classes}

    @cached_property
    def by_category_id(self) -> Mapping[int, LabelClass]:
        """Classes by the data set's own id, those that have one."""
        return {label.category_id: label for label in self.classes if label.category_id is not None}

    @cached_property
    def by_synset(self) -> Mapping[str, LabelClass]:
        """Classes by the synsets that they list (not by hyponyms)."""
        return {synset: label for label in self.classes for synset in label.synsets}

    @cached_property
    def attribute_names(self) -> Mapping[str, str]:
        """Attribute name by each of its spellings: 'wooden' -> 'wood'."""
        return {text: attribute.name for attribute in self.attributes for text in attribute.spellings}

    @cached_property
    def foreground(self) -> tuple[LabelClass, ...]:
        """C_fg, in the order of ids."""
        return tuple(label for label in self.classes if label.kind is Kind.FOREGROUND)

    @cached_property
    def background(self) -> tuple[LabelClass, ...]:
        """C_bg, in the order of ids."""
        return tuple(label for label in self.classes if label.kind is Kind.BACKGROUND)

    @cached_property
    def content_hash(self) -> str:
        """Eight hexadecimal digits over everything that decides labels: all but the name and the reasons."""
        content = self.model_dump(mode="json", exclude={"name": True, "classes": {"__all__": {"reason"}}})
        for label in content["classes"]:
            label |= {field: sorted(label[field]) for field in ("words", "denied")}
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:8]

    @property
    def reference(self) -> str:
        """What records carry in `label_space`: 'coco@1a2b3c4d'."""
        return f"{self.name}@{self.content_hash}"

    def __hash__(self) -> int:
        return hash(self.reference)

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_ids(self.classes)
        phrases = ((p, f"class {c.name!r}") for c in self.classes for p in (*c.phrases, *c.words))
        for what, claims in (
            ("name", ((c.name, f"class {c.name!r}") for c in self.classes)),
            ("category_id", ((c.category_id, f"class {c.name!r}") for c in self.classes if c.category_id)),
            ("synset", ((s, f"class {c.name!r}") for c in self.classes for s in c.synsets)),
            ("phrase", chain(phrases, ((word, f"neologism {word!r}") for word in self.neologisms))),
            ("spelling", ((v, f"attribute {a.name!r}") for a in self.attributes for v in a.spellings)),
        ):
            _check_unique(what, claims)
        for label in self.classes:
            _check_synset_names(f"class {label.name!r}", label.synsets + label.excluded)
            if not label.synsets and not label.phrases:
                raise LabelSpaceError(f"class {label.name!r}", "neither synsets nor phrases", "at least one")
        for word, synset in self.neologisms.items():
            _check_synset_names(f"neologism {word!r}", (synset,))
        return self


def _check_ids(classes: tuple[LabelClass, ...]) -> None:
    for expected, label in enumerate(classes, 1):
        if label.id != expected:
            raise LabelSpaceError(
                f"class {label.name!r}", f"id {label.id}", f"id {expected}: ids count up from 1 without gaps"
            )
    for previous, label in pairwise(classes):
        if (previous.kind, label.kind) == (Kind.BACKGROUND, Kind.FOREGROUND):
            got = f"a foreground class after the background class {previous.name!r}"
            raise LabelSpaceError(f"class {label.name!r}", got, "all foreground classes first")


def _check_unique(what: str, claims: Iterable[tuple[str | int, str]]) -> None:
    owners: dict[str | int, str] = {}
    for value, owner in claims:
        key = value.casefold() if isinstance(value, str) else value
        if key in owners:
            raise LabelSpaceError(owner, f"{what} {value!r}, which {owners[key]} has too", f"a unique {what}")
        owners[key] = owner


def _check_synset_names(where: str, synsets: Iterable[str]) -> None:
    for synset in synsets:
        if not SYNSET_NAME.fullmatch(synset):
            raise LabelSpaceError(where, f"synset {synset!r}", "the form lemma.n.01, e.g. 'hot_dog.n.02'")
