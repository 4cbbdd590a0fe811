"""Which syntax rules a mode uses."""

from dataclasses import dataclass

from caption_parser.mode_rules import ModeRules


@dataclass(frozen=True, slots=True)
class SyntaxRules(ModeRules):
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

    possessive_names: bool = False
    """A possessor joins the head if the whole is a name: "a bird's nest", "the men's room"."""
    postposed_names: bool = False
    """An adjective right behind the head joins it if the whole is a name: "attorney general"."""
    least_counts: bool = False
    """A plural without a numeral says that there are two or more."""
    referring_phrases: bool = False
    """Phrases go on to what follows the noun and tells it from others: "a man in a red shirt"."""
    flags: bool = False
    """What is negated, depicted, a mere modifier, a name or an idiom is marked as such."""
