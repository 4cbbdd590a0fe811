"""`Relation`: what one caption says of two of its mentions: who does what to what, what is where."""

from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from shared_schemas._model import Record
from shared_schemas.mentions import CharOffset, Flag


class Relation(Record):
    """Subject, predicate, object. Spans are half-open character offsets into the caption of both mentions."""

    subject: NonNegativeInt = Field(description="Index into the record's mentions.")
    predicate: str = Field(description="Lemma, particle, preposition: 'sit on', 'in front of'; 'have' of owners.")
    object: NonNegativeInt = Field(description="Index into the record's mentions.")
    start: CharOffset
    end: CharOffset
    phrase_start: CharOffset = Field(description="Start of the phrase that states it with both of its nouns.")
    phrase_end: CharOffset
    flags: tuple[Flag, ...] = Field((), description="Those of its mentions but for part; negated of its own.")

    # Checked here rather than among `checks`: a slice of such a span would be silently empty.
    @model_validator(mode="after")
    def _check_spans(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start before end, not [{self.start}, {self.end})")
        return self
