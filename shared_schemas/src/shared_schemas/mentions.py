"""`Mention`: one object that one caption speaks of, with the evidence for the label it got."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from shared_schemas._model import Record

CharOffset = Annotated[int, Field(ge=0, description="Offset in characters (code points) into the caption.")]


class Rule(StrEnum):
    """How a mention came to its label."""

    SYNONYM = "synonym"
    """Its synset is one of the label's synsets."""
    HYPONYM = "hyponym"
    """Its synset lies below one of the label's synsets; `Mention.depth` says how far."""
    HOLONYM = "holonym"
    """All meronyms of its synset carry the label ("people" is made of persons)."""
    PHRASE = "phrase"
    """Its text is an exact phrase of the label ("stop sign")."""
    NEOLOGISM = "neologism"
    """Its text is a word that WordNet lacks and the label space maps to a synset ("smartphone")."""
    IMPLIED = "implied"
    """A word at its span entails the object without naming it ("surfing": a surfboard)."""
    AGREEMENT = "agreement"
    """Another caption of the image says what its word stands for ("bear" beside "teddy bear")."""
    STRING = "string"
    """A baseline found a word of its list in the text; nothing was parsed."""


class Route(StrEnum):
    """How the sense of a mention was decided."""

    MONOSEMOUS = "monosemous"
    """The only sense that WordNet lists."""
    FIRST_SENSE = "first_sense"
    """The first of several senses in WordNet's order."""
    MODEL = "model"
    """A trained disambiguator chose it; `Mention.score` is its score."""
    PRIOR = "prior"
    """The most frequent sense in captions; no model was asked."""
    FALLBACK = "fallback"
    """A trained disambiguator had no answer and its documented fallback chose."""
    UNDISPUTED = "undisputed"
    """All of its senses lead to the same label, so that none was asked for: the first stands for them."""
    ABSTAINED = "abstained"
    """A trained disambiguator was not sure enough: the mention gets no label."""
    LABEL_SPACE = "label_space"
    """The label space names the synset for this word (neologisms)."""


class Flag(StrEnum):
    """A reason not to take a mention as an object that can be seen there; `part` and `uncertain` are none."""

    NEGATED = "negated"
    """The caption says that it is not there ("no people")."""
    DEPICTED = "depicted"
    """It is a likeness or in writing ("a statue of a man", "a toy truck")."""
    MODIFIER = "modifier"
    """It only says of what kind another object is ("a motorcycle helmet")."""
    NAMED_ENTITY = "named_entity"
    """It is part of a name ("the Chicago Cubs")."""
    IDIOM = "idiom"
    """It is part of a fixed phrase that means something else ("a bird's eye view")."""
    PART = "part"
    """It is the whole that a part belongs to, which is named with it ("a laptop screen")."""
    UNCERTAIN = "uncertain"
    """The caption is not sure of it ("possibly a cat"): it asserts its class at half the confidence."""


DOUBTS = frozenset(Flag) - {Flag.PART, Flag.UNCERTAIN}
"""The flags of mentions that speak of nothing that can be seen."""


class Attribute(Record):
    """A visual attribute of a mention, at `text[start:end]` of its caption."""

    name: str = Field(
        description="Its name in the label space, e.g. 'wood' for 'wooden'; of a word beyond it the lemma."
    )
    start: CharOffset
    end: CharOffset


class Mention(Record):
    """An object candidate of one caption: where it stands, what it means, which label it got.

    Spans are half-open character offsets into `ImageLabels.captions[caption]`.
    """

    caption: NonNegativeInt = Field(description="Index into the record's captions.")
    start: CharOffset
    end: CharOffset
    head: str = Field(description="The head noun as written.")
    extended_head: str = Field(description="The WordNet lemma or phrase that was looked up, e.g. 'hot dog'.")
    synset: str | None = Field(None, description="WordNet 3.0 synset name, e.g. 'dog.n.01'.")
    sense_key: str | None = Field(None, description="WordNet 3.0 sense key, e.g. 'dog%1:05:00::'.")
    route: Route | None = Field(None, description="How the sense was decided.")
    score: float | None = Field(
        None,
        description="The disambiguator's score of the chosen sense; of a group of people, of all its senses "
        "that are one.",
    )
    rule: Rule | None = Field(None, description="How the label was decided; null: no label.")
    depth: NonNegativeInt | None = Field(None, description="Hypernym steps to the label's synset.")
    label: PositiveInt | None = Field(None, description="Contiguous class id in the label space; null: no label.")
    attributes: tuple[Attribute, ...] = ()
    count: PositiveInt | None = Field(None, description="Number of instances, where a quantifier states it.")
    at_least: PositiveInt | None = Field(
        None, description="Least number of instances where none is stated: 2 for a plural."
    )
    flags: tuple[Flag, ...] = ()
    phrase_start: CharOffset | None = Field(None, description="Start of the referring phrase: the noun phrase.")
    phrase_end: CharOffset | None = Field(
        None, description="Its end; in visual mode with what follows the noun and tells it from others."
    )

    # Checked here rather than among `checks`: a slice of such a span would be silently empty.
    @model_validator(mode="after")
    def _check_spans(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start before end, not [{self.start}, {self.end})")
        return self
