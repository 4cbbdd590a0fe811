"""Rules: which there are, which a mode switches on, and how far a label is to be trusted that comes of one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import NamedTuple, Self

from shared_schemas import Rule


class Mode(StrEnum):
    """Which rules turn a parse into object candidates, and these into labels."""

    PAPER = "paper"
    """Faithful to Vilar & Perez 2021, Section III-A, with the scene-graph rules that it takes over."""
    VISUAL = "visual"
    """What a person would expect to see in the image: quantities looked through, heads guarded, flags."""


@dataclass(frozen=True, slots=True)
class ModeRules:
    """One switch for each rule beyond the paper: all off in paper mode, all on in visual mode.

    Each can be switched alone, so that its effect can be measured.
    """

    # From a parse to noun phrases, beyond the scene-graph rules of Schuster et al. 2015, which Vilar & Perez
    # take over (Section III-A1).

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

    # From noun phrases to labels, beyond Section III-A2.

    reviewed_words: bool = False
    """The words that the label space lists as reviewed or denied count."""
    people_groups: bool = False
    """Groups that are made of persons show them: "a couple", "a family", but not "a family of ducks"."""
    kin: bool = False
    """A baby, a mother, a male is a person, unless it is that of an animal: "an elephant and its baby"."""
    indefinite_people: bool = False
    """"Someone" and "everybody" are persons; "nobody" is none."""
    typos: bool = False
    """An unknown word that is one slip away from a word of the label space is read as that word."""
    agreement: bool = False
    """The captions of one image settle what a word names: "bear" beside "teddy bear" is no bear."""
    implied: bool = False
    """Acts and roles give the objects that they entail: a surfer stands on a surfboard."""

    @classmethod
    def of(cls, mode: Mode, without: Collection[str] = ()) -> Self:
        """The rules of a mode but for those named in `without`."""
        visual = mode is Mode.VISUAL
        return cls(**{name: visual and name not in without for name in cls.names()})

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """All rules, in their order."""
        return tuple(rule.name for rule in fields(cls))


class Trust(NamedTuple):
    """What a label is worth that came of a rule."""

    reliability: float
    """How seldom a caption errs that gives a label by it, in (0, 1)."""
    calibrated: bool
    """Whether a calibration weighs it against the rules that name the class itself."""


TRUST: Mapping[Rule, Trust] = {
    Rule.SYNONYM: Trust(0.8, calibrated=False),
    Rule.HYPONYM: Trust(0.8, calibrated=True),
    Rule.HOLONYM: Trust(0.7, calibrated=True),
    Rule.PHRASE: Trust(0.8, calibrated=False),
    Rule.NEOLOGISM: Trust(0.8, calibrated=False),
    Rule.AGREEMENT: Trust(0.7, calibrated=True),
    Rule.IMPLIED: Trust(0.6, calibrated=True),
    Rule.STRING: Trust(0.8, calibrated=False),
}
"""Every rule of a mention. 0.8: the caption names the object, and errs now and then. The order is that of the
features of calibrations, which are kept in files."""
