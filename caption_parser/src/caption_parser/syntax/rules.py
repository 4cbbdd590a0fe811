"""Which syntax rules a mode uses."""

from dataclasses import dataclass
from typing import Self

from caption_parser.config import Mode


@dataclass(frozen=True, slots=True)
class SyntaxRules:
    """One switch for each rule beyond the scene-graph rules of Schuster et al. 2015.

    All off is what Vilar & Perez take over (Section III-A1); all on is visual mode. Each can be switched
    alone, so that its effect can be measured.
    """

    nouns_outside_chunks: bool = False
    """Every noun that heads a phrase is a candidate, not only subjects, objects and their conjuncts."""
    look_through_quantities: bool = False
    """In "a lot of people" the object is people; "a pair of skis" counts two."""
    drop_relational_nouns: bool = False
    """"the middle of a road" holds no object "middle"."""
    predicates: bool = False
    """"the cat is black", "a car painted red", "a table made of wood" give attributes."""
    guard_extended_heads: bool = False
    """An adjective joins the head only if the whole names a kind of it ("hot dog", but not "black cat")."""
    split_spellings: bool = False
    """"lap top", "skate-board" are looked up as one word."""

    @classmethod
    def of(cls, mode: Mode) -> Self:
        """The rules of a mode."""
        if mode is Mode.PAPER:
            return cls()
        return cls(*(True for _ in cls.__slots__))
