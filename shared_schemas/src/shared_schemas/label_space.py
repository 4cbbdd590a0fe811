"""`LabelSpace`: the classes and attributes that labels may name, and the WordNet synsets they stand for."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import chain, pairwise
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PositiveInt, StringConstraints, WithJsonSchema, model_validator

from shared_schemas._model import Record
from shared_schemas.errors import LabelSpaceError

SYNSET_NAME = re.compile(r"\S+\.[nvasr]\.\d\d+")
"""`lemma.pos.number`, as NLTK writes it: 'dog.n.01'."""

_REMARK = re.compile(r"\(([^()]*)\)")
"""What a name says in brackets to tell it from others."""

Text = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$")]
"""Text that is not empty and has no space at either end."""


def _with_reasons(words: Any) -> Any:
    """A list of words as a table without reasons."""
    return dict.fromkeys(words, "") if isinstance(words, list | tuple) else words


_TEXT_SCHEMA = {"type": "string", "pattern": r"^\S(.*\S)?$"}
Words = Annotated[
    Mapping[Text, str],
    BeforeValidator(_with_reasons),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": _TEXT_SCHEMA},
                {"type": "object", "propertyNames": _TEXT_SCHEMA, "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]
"""Words -> why; a file may give a list of words without reasons."""


class Kind(StrEnum):
    """Whether a class is a target of the task (C_fg) or context that helps to localise it (C_bg)."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"


class ClassContent(Record):
    """Everything that words may mean to get the label of a class (Vilar & Perez, Section III-A2)."""

    name: Text
    kind: Kind = Kind.FOREGROUND
    category_id: PositiveInt | None = Field(None, description="The data set's own id (COCO: 1-90).")
    category_name: Text | None = Field(None, description="The data set's own name, if captions say another.")
    synsets: tuple[str, ...] = Field((), description="WordNet 3.0 synset names; their hyponyms are included.")
    excluded: tuple[str, ...] = Field(
        (), description="Synsets below those that do not get the label; nor does what lies below them alone."
    )
    phrases: tuple[Text, ...] = Field(
        (), description="Texts that get the label by exact match alone, in the singular."
    )
    words: Words = Field(
        {},
        description="What people call it (singular; visual mode alone). A list: words that the class claims; "
        "a caption may still mean another class by them. A table of words and reasons: reviewed words, which get "
        "the label whatever else they may mean.",
    )
    denied: Words = Field(
        {},
        description="Lemmas (a list, or a table with reasons) whose senses that lead to the label do not count; "
        "visual mode alone.",
    )
    reason: str | None = Field(None, description="Why these synsets: how an ambiguity was resolved.")
    stuff: bool = Field(
        False, description="Of a foreground class: it has no instances to count, like sky; exports say so."
    )

    @property
    def official_name(self) -> str:
        """What files of the data set call it: 'wall-brick', where captions speak of a brick wall."""
        return self.category_name or self.name

    @property
    def is_named_alone(self) -> bool:
        """Whether nothing but its name says what it means: its word, and the senses that it usually has.

        One that lists its name among `words` means the word alone.
        """
        return not (self.synsets or self.phrases or self.words)

    @property
    def reviewed_words(self) -> tuple[str, ...]:
        """Those of `words` that have a reason: they mean the class whatever else they may mean."""
        return tuple(word for word, reason in self.words.items() if reason)

    @property
    def listed_words(self) -> tuple[str, ...]:
        """Those of `words` without a reason: the class claims them, and so may others."""
        return tuple(word for word, reason in self.words.items() if not reason)


class LabelClass(ClassContent):
    """A class of C."""

    id: PositiveInt = Field(description="Contiguous from 1, foreground before background; masks use 0 for none.")

    @property
    def spoken_name(self) -> str:
        """The name as a caption would have it: 'Bus_(vehicle)' is a bus, 'baseball_bat' two words."""
        return " ".join(_REMARK.sub(" ", self.name).replace("_", " ").lower().split()) or self.name.lower()

    @property
    def remark(self) -> str:
        """What the name says in brackets, 'vehicle' of 'Bus_(vehicle)'; empty: nothing."""
        return " ".join(" ".join(_REMARK.findall(self.name)).replace("_", " ").lower().split())


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
    extends: str | None = Field(None, description="Reference of the space that the first classes come from.")
    base_ids: tuple[PositiveInt, ...] = Field(
        (), description="Of a view: id in the base, per class. Of what extends one: that of its first classes."
    )

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
        """Eight hexadecimal digits over all that decides labels: not the space's name, reasons, official names."""
        of_classes = {"__all__": {"reason", "stuff", "category_name"}}
        content = self.model_dump(mode="json", exclude={"name": True, "extends": True, "classes": of_classes})
        content |= {"base_ids": content["base_ids"] if self.view_of else []}
        for label, given in zip(content["classes"], self.classes, strict=True):
            listed = sorted(word for word, reason in label["words"].items() if not reason)
            reviewed = sorted(word for word, reason in label["words"].items() if reason)
            label |= {"words": reviewed, "denied": sorted(label["denied"])} | (
                {"listed": listed} if listed else {}
            )
            if given.is_named_alone:
                label["listed"] = [given.spoken_name]
            elif listed == [given.spoken_name] and not (given.synsets or given.phrases or reviewed):
                label["alone"] = True
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
        phrases = ((p, f"class {c.name!r}") for c in self.classes for p in (*c.phrases, *c.reviewed_words))
        for what, claims in (
            ("name", ((c.name, f"class {c.name!r}") for c in self.classes)),
            ("category_name", ((c.category_name, f"class {c.name!r}") for c in self.classes if c.category_name)),
            ("category_id", ((c.category_id, f"class {c.name!r}") for c in self.classes if c.category_id)),
            ("synset", ((s, f"class {c.name!r}") for c in self.classes for s in c.synsets)),
            ("phrase", chain(phrases, ((word, f"neologism {word!r}") for word in self.neologisms))),
            ("spelling", ((v, f"attribute {a.name!r}") for a in self.attributes for v in a.spellings)),
        ):
            _check_unique(what, claims)
        for label in self.classes:
            _check_synset_names(f"class {label.name!r}", label.synsets + label.excluded)
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
