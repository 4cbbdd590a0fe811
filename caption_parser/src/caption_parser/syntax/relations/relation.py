"""`Relation`: a pair of nouns, and what the caption says of the one towards the other."""

from typing import NamedTuple


class Relation(NamedTuple):
    """Subject, predicate, object. All indices are token indices of the parse."""

    subject: int
    """The head noun of a noun phrase; so is `object`."""
    predicate: str
    """The normal form: lemma, particle, preposition, without articles and auxiliaries ("sit on", "in front of").

    Who is said to have something ("the man's hat", "legs of a horse", "a laptop screen") is the subject of "have".
    """
    object: int
    start: int
    """The words that say so are `[start, end)`: "is sitting on", "'s", "his"."""
    end: int
    negated: bool = False
    """The caption says that it is not so: "a man not wearing a hat"."""

    def moved(self, by: int) -> "Relation":
        """The relation with all its tokens moved."""
        return self._replace(
            subject=self.subject + by, object=self.object + by, start=self.start + by, end=self.end + by
        )
