"""`ImageFindings`: what a labeller finds in the captions of one image."""

from typing import NamedTuple

from shared_schemas import Mention, Relation


class ImageFindings(NamedTuple):
    """The mentions of an image, and what its captions say of them towards each other."""

    mentions: tuple[Mention, ...]
    """In the order of the text; `Mention.caption` indexes the captions."""
    relations: tuple[Relation, ...] = ()
    """Between these mentions, by their indices."""
