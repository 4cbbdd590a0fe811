"""The bed of a truck, which nobody sleeps in: "the pickup's bed", "a truck. Its bed is full of gravel"."""

from caption_parser.labels.reading import CaptionReading, CaptionStep, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.tree import PLURAL_TAGS, Tree

_BEDS = frozenset({"bed", "beds"})
_TRUCKS = frozenset("flatbed lorry pickup pickups trailer truck trucks ute wagon".split())
_SLEEPERS = frozenset(
    "bedroom cabin camper cat child cottage dog hospital hotel house motel puppy room suite van".split()
)
"""What else has a bed."""
_BEINGS = ("person.n.01", "animal.n.01", "teddy.n.01")
"""Behind several of these, "their bed" is one to sleep in."""


class TruckBeds(CaptionStep):
    """Takes the label from such beds."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._beings = Below(lexicon, *_BEINGS)

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption without the labels of the beds of its trucks."""
        words = caption.tree.words
        if _BEDS.isdisjoint(words) or _TRUCKS.isdisjoint(words):
            return caption
        several = self._first_several(caption)
        beds = {
            found.candidate.token
            for found in caption.objects
            if _is_of_a_truck(caption.tree, found, may_be_theirs=found.candidate.token < several)
        }
        return caption.without_label(beds)

    def _first_several(self, caption: CaptionReading) -> int:
        """The first token behind which more than one being has been spoken of."""
        tree = caption.tree
        beings = sorted(found.candidate.token for found in caption.objects if found.synset in self._beings)
        return min([*beings[1:], *(one for one in beings if tree.tags[one] in PLURAL_TAGS)], default=len(tree))


def _is_of_a_truck(tree: Tree, found: ObjectReading, *, may_be_theirs: bool) -> bool:
    """Whether a bed is part of a truck; `may_be_theirs`: no beings stand before it, which "their" may mean."""
    bed = found.candidate.token
    if tree.words[bed] not in _BEDS:
        return False
    whose = {tree.words[owner] for owner in tree.children_by(bed, "poss")}
    if "its" in whose or ("their" in whose and may_be_theirs):
        return not _TRUCKS.isdisjoint(tree.words[:bed]) and _SLEEPERS.isdisjoint(tree.words)
    of = {tree.words[whole] for whole in tree.complements(bed, "of")}
    return not _TRUCKS.isdisjoint(whose | of)
