"""From the classes of a label space to the ImageNet classes that look like them, by a table of WordNet."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

from segmentation.data.imagenet_table import WordnetTable, read_table
from shared_schemas import LabelClass

REVIEWED_PATH = Path(__file__).with_name("reviewed.toml")
MAX_SIBLINGS = 12
"""A hypernym with more ImageNet classes below it is too general to say what its hyponyms look like.

Nothing was tuned: of the classes of COCO and LVIS that are asked for siblings, each has a hypernym with 12 or
fewer, as edible fruits (10), or none with fewer than 22, as vehicles on wheels (44).
"""


class MatchRule(StrEnum):
    """How the ImageNet classes of a class were found, the surest first."""

    REVIEWED = "reviewed"
    HYPONYM = "hyponym"
    """The class itself, or a kind of it."""
    PART = "part"
    """A part of it, or a whole that it is a part of."""
    SIBLING = "sibling"
    """Another kind of the same hypernym."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ImagenetClasses:
    """The ImageNet classes that stand for a class of the label space."""

    rule: MatchRule
    columns: tuple[int, ...] = ()
    """Columns of the classifier, ascending; none for `MatchRule.NONE`."""


@dataclass(frozen=True)
class ImagenetMatcher:
    """WordNet as far as ImageNet's classes see it, and reviewed entries that overrule it."""

    table: WordnetTable
    reviewed: Mapping[str, Sequence[str]]
    """Synset name or phrase -> synsets whose ImageNet classes look like it."""

    @classmethod
    def shipped(cls) -> Self:
        """With the table and the reviewed entries of the package."""
        entries = tomllib.loads(REVIEWED_PATH.read_text(encoding="utf-8"))
        return cls(read_table(), entries["synsets"] | entries["phrases"])

    def find(self, classes: Sequence[LabelClass]) -> list[ImagenetClasses]:
        """The ImageNet classes of each. What the rule of hyponyms gives to two classes goes to the nearer one.

        Parts and siblings are asked only where a class has neither reviewed entries nor hyponyms; reviewed
        entries stand, and may be shared between classes.
        """
        distances = [self._hyponyms(label) for label in classes]
        nearest: dict[int, int] = {}
        for by_column in distances:
            for column, distance in by_column.items():
                nearest[column] = min(distance, nearest.get(column, distance))
        return [
            self._match(label, {column for column, distance in by_column.items() if distance == nearest[column]})
            for label, by_column in zip(classes, distances, strict=True)
        ]

    def columns(self, name: str) -> tuple[int, ...]:
        """Columns of the classes that look like a synset, or like a phrase that is reviewed, ascending."""
        entries = (name, *self.reviewed.get(name, ()))
        return tuple(sorted({column for entry in entries for column in self._below(entry)}))

    def _match(self, label: LabelClass, hyponyms: set[int]) -> ImagenetClasses:
        keys = [key for key in (*label.synsets, *label.phrases) if key in self.reviewed]
        seen_alike = {column for key in keys for entry in self.reviewed[key] for column in self._below(entry)}
        if seen_alike:
            return ImagenetClasses(MatchRule.REVIEWED, tuple(sorted(seen_alike | hyponyms)))
        if keys or hyponyms:
            return ImagenetClasses(MatchRule.HYPONYM if hyponyms else MatchRule.NONE, tuple(sorted(hyponyms)))
        for rule, columns in ((MatchRule.PART, self._parts(label)), (MatchRule.SIBLING, self._siblings(label))):
            if columns:
                return ImagenetClasses(rule, tuple(sorted(columns)))
        return ImagenetClasses(MatchRule.NONE)

    def _hyponyms(self, label: LabelClass) -> dict[int, int]:
        """Columns at or below the synsets without a reviewed entry, with their distance."""
        found: dict[int, int] = {}
        for synset in label.synsets:
            if synset not in self.reviewed:
                for column, distance in self._below(synset, frozenset(label.excluded)).items():
                    found[column] = min(distance, found.get(column, distance))
        return found

    def _parts(self, label: LabelClass) -> set[int]:
        rows = [self.table[synset] for synset in label.synsets if synset in self.table]
        return {column for row in rows for part in row.parts for column in self._below(part)}

    def _siblings(self, label: LabelClass) -> set[int]:
        rows = [self.table[synset] for synset in label.synsets if synset in self.table]
        families = [self._below(hypernym, frozenset(label.excluded)) for row in rows for hypernym in row.hypernyms]
        return {column for family in families if len(family) <= MAX_SIBLINGS for column in family}

    def _below(self, synset: str, excluded: frozenset[str] = frozenset()) -> dict[int, int]:
        """Columns of the classes at or below a synset, with the steps down to the nearest way to them."""
        found: dict[int, int] = {}
        level: Iterable[str] = [synset]
        seen = set(excluded)
        distance = 0
        while level := [name for name in dict.fromkeys(level) if name not in seen]:
            seen.update(level)
            for name in level:
                row = self.table.get(name)
                if row is not None and row.column is not None:
                    found[row.column] = distance
            level = [hyponym for name in level for hyponym in self._hyponyms_of.get(name, ())]
            distance += 1
        return found

    @cached_property
    def _hyponyms_of(self) -> Mapping[str, list[str]]:
        hyponyms: dict[str, list[str]] = {}
        for name, row in self.table.items():
            for hypernym in row.hypernyms:
                hyponyms.setdefault(hypernym, []).append(name)
        return hyponyms
