"""Rules: which there are, which a mode switches on, and how far a label is to be trusted that comes of one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import NamedTuple, Self

from shared_schemas import Rule


class Mode(StrEnum):
    """Which rules turn a parse into object candidates, and these into labels."""

    PAPER = "paper"
    """Faithful to Vilar & Perez 2021, Section III-A, with the rules of SceneGraphParser, which it modifies."""
    VISUAL = "visual"
    """What a person would expect to see in the image: quantities looked through, heads guarded, flags."""


@dataclass(frozen=True, slots=True)
class ModeRules:
    """One switch for each rule beyond the paper: all off in paper mode, all on in visual mode.

    Each can be switched alone, so that its effect can be measured.
    """

    # From a caption to parses.

    segments: bool = False
    """What stands between separators ("Dog | Cat") and keywords are parsed apart; boilerplate is dropped."""

    # From a parse to noun phrases, beyond SceneGraphParser, the public Python implementation of Schuster et al.
    # 2015 that Vilar & Perez modify (Section III-A1).

    nouns_by_dictionary: bool = False
    """A word that WordNet has as a noun and not as what it is tagged is a noun: "a urinal", "an oven door"."""
    nouns_by_agreement: bool = False
    """A word read as a verb that agrees with no subject, or is joined to a noun, is a noun: "a suit and tie"."""
    subjects_of_verbs: bool = False
    """"A giraffe points its head", "cows lounge": a noun before what agrees with it as a verb is its subject.

    And what is joined with a verb is one: "a boy runs and ducks"."""
    subjects_of_participles: bool = False
    """"a cow grazing", "a man kite surfing": what stands before a lone act does it, and modifies nothing."""
    nouns_outside_chunks: bool = False
    """Every noun that heads a phrase is a candidate, not only subjects, objects and their conjuncts."""
    look_through_quantities: bool = False
    """In "a lot of people" the object is people; "a pair of skis" counts two."""
    drop_relational_nouns: bool = False
    """Nouns that say where are no objects: the "middle" of "the middle of a road"."""
    predicates: bool = False
    """"the cat is black", "a car painted red", "a table made of wood" give attributes.

    Schuster et al.'s own parser has the first of these patterns (and "a woman is smiling"); SceneGraphParser,
    which paper mode follows, takes what stands before the noun alone.
    """
    guard_extended_heads: bool = False
    """An adjective joins the head only if the whole names a kind of it ("hot dog", but not "black cat")."""
    split_spellings: bool = False
    """Words that are written apart or with a hyphen are looked up as one, too: "lap top", "skate-board"."""
    possessive_names: bool = False
    """A possessor joins the head if the whole is a name: "a bird's nest", "the men's room"."""
    postposed_names: bool = False
    """An adjective right behind the head joins it if the whole is a name: "attorney general"."""
    designations: bool = False
    """The number of a model is looked through: "a Boeing 747" is what "a Boeing" is."""
    least_counts: bool = False
    """A plural without a numeral says that there are two or more."""
    referring_phrases: bool = False
    """Phrases go on to what follows the noun and tells it from others: "a man in a red shirt"."""
    flags: bool = False
    """What is negated, depicted, a mere modifier, a name or an idiom is marked as such."""
    possessors_of_kind: bool = False
    """"Women's boots", "a chef's knife" name nobody; "a woman's dog" does. It and those below need `flags`."""
    made_things: bool = False
    """A word before the noun says that it is a likeness: "a model plane", "a carousel horse"."""
    surfaces: bool = False
    """What is printed or shown is none: "a mug with a dog on it", "a tablet displaying a cat"."""
    proper_names: bool = False
    """Teams, models of vehicles and what follows "named" or "the brand" are names: "Ford Mustang"."""
    compounds: bool = False
    """Listed phrases name nothing of what their nouns name: "a twist tie", "a bull's eye", "Donald Duck"."""
    personal_names: bool = False
    """Who stands before his name is there: "Chef Jamie". So are makes before their models: "MacBook Pro"."""
    parts: bool = False
    """A noun before its part names the whole, which is there: "a laptop screen"."""

    elsewhere: bool = False
    """Who made a thing or whom it is for is not shown: "painted by children", "shoes for men"."""
    works: bool = False
    """What a film, a story or a book is about is not there: "a novel about a lost cat"."""
    comparisons: bool = False
    """What something is only compared with is not there: "as busy as a bee", "sings like a bird"."""
    wishes: bool = False
    """Prohibitions, warnings and wishes show nothing: "do not feed the ducks", "I want a kitten"."""
    figures: bool = False
    """"A sea of umbrellas" has no sea, "a blanket of snow" no blanket, a truck no bed to sleep in."""

    plural_nouns: bool = False
    """A plural that is a noun of its own ("pliers") comes before a singular that hardly anyone uses ("plier")."""

    absence: bool = False
    """What is gone, elsewhere, of the past or left out is negated too: "the bus is gone", "rather than a dog"."""

    hedges: bool = False
    """What a caption is not sure of asserts at half the confidence: "possibly a cat"."""

    # From noun phrases to labels, beyond Section III-A2.

    sense_cues: bool = False
    """Words of a caption tell listed homonyms apart: a mouse beside cheese is an animal."""
    claims: bool = False
    """A class has a claim on its own words: its name, the words that it lists, the lemmas of its synsets."""
    usual_senses: bool = False
    """A class that has nothing but its name has what lies below the senses that people usually mean by it."""
    reviewed_words: bool = False
    """The words that the label space lists as reviewed or denied count."""
    people_groups: bool = False
    """Groups that are made of persons show them: "a couple", "a family", but not "a family of ducks"."""
    kin: bool = False
    """A baby, a mother, a male is a person, unless it is that of an animal: "an elephant and its baby"."""
    indefinite_people: bool = False
    """"Someone" and "everybody" are persons; "nobody" is none."""
    named_people: bool = False
    """"Jane Doe smiles": whose name is all that is said, and who does what only persons do, is a person."""
    named_things: bool = False
    """"HMS Victory", "Lufthansa 747": a famous name says what is there without its noun."""
    typos: bool = False
    """An unknown word that is one slip away from a word of the label space is read as that word."""
    agreement: bool = False
    """The captions of one image settle what a word names: "bear" beside "teddy bear" is no bear."""
    visible_attributes: bool = False
    """Of all adjectives (`AttributeSet`), those that only say how many or which ("several", "other") are none."""
    own_attributes: bool = False
    """The colour of hair, of eyes, of clothes or of a team is none of the person: "a red-haired boy"."""
    implied: bool = False
    """Acts and roles give the objects that they entail: a surfer stands on a surfboard."""
    potted: bool = False
    """A plant that a caption puts in a pot is a potted plant, where the label space has such a class."""
    drawn_again: bool = False
    """What a text says to be depicted is so where it speaks of it again: "a drawing of a cat. The cat sits"."""
    repetitions: bool = False
    """What a text has counted before is not counted again: "two dogs" and then "the two dogs" are two."""

    @classmethod
    def of(cls, mode: Mode, without: Collection[str] = (), also: Collection[str] = ()) -> Self:
        """The rules of a mode but for those named in `without`, and those named in `also`."""
        visual = mode is Mode.VISUAL
        return cls(**{name: (visual or name in also) and name not in without for name in cls.names()})

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
    Rule.HOLONYM: Trust(0.8, calibrated=True),
    Rule.PHRASE: Trust(0.8, calibrated=False),
    Rule.NEOLOGISM: Trust(0.8, calibrated=False),
    Rule.AGREEMENT: Trust(0.7, calibrated=True),
    Rule.IMPLIED: Trust(0.6, calibrated=True),
    Rule.STRING: Trust(0.8, calibrated=False),
}
"""Every rule of a mention. 0.8: the caption names the object, and errs now and then; all set by hand.
The order is that of the features of calibrations, which are kept in files."""

PART_RELIABILITY = 0.7
"""The same of a whole that is named with its part, if that is less: three in four are in the image (val2017)."""
