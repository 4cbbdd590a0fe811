"""What a text speaks of again that it has said to be depicted: "a cartoon of a cat. The cat holds a fish".

And what it says in another sentence that a picture shows: "The image is a poster. It depicts a woman".
"""

from collections.abc import Iterator

from caption_parser.labels.reading import CaptionReading, CaptionStep
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.picture_contents import PictureContents
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.depiction_words import DepictionWords
from caption_parser.syntax.words.word_lists import MENTIONED, THEIR_POSSESSIVES
from shared_schemas import Flag

_WITH = {"horseback": frozenset({"horse", "rider"})}
"""What is drawn with another: a statue of a man on horseback is that of a rider and a horse."""
_HOLDING = frozenset({"balance", "balances", "carries", "grip", "grips", "hold", "holds"})
_ALONE = frozenset({"its"})
"""All that speaks of what is drawn where somebody stands before it who has hands himself."""
_FURTHEST_HELD = 24
_ENDS = frozenset({".", ";", "above", "behind", "below", "beside", "near", "next", "over", "while"})


class DrawnAgain(CaptionStep):
    """Flags later mentions of what is depicted, and what these act upon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._contents = PictureContents(DepictionWords.of(lexicon))
        self._people = Below(lexicon, "person.n.01")

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with these flags."""
        if contents := self._contents(caption.tree):
            caption = caption.with_flag(Flag.DEPICTED, contents)
        if any(Flag.DEPICTED in found.candidate.flags for found in caption.objects):
            again = self._again(caption)
            again |= {thing for token in again for thing in _acted_upon(caption.tree, token)}
            return caption.with_flag(Flag.DEPICTED, again) if again else caption
        return caption

    def _of_parts(self, caption: CaptionReading) -> set[int]:
        """What the parts of drawn things hold, if nothing else stands between: "a mural of a bear. Its paws …"."""
        tree = caption.tree
        if THEIR_POSSESSIVES.isdisjoint(tree.words):
            return set()
        found, last = set[int](), None
        whose = THEIR_POSSESSIVES
        of_token = {one.candidate.token: one for one in caption.objects}
        for token in filter(tree.is_noun, range(len(tree))):
            if last is not None and any(tree.words[owner] in whose for owner in tree.children_by(token, "poss")):
                found.update(_held_by_part(tree, token))
            elif token in of_token:
                is_drawn = Flag.DEPICTED in of_token[token].candidate.flags
                last = token if is_drawn else None
                if not is_drawn and of_token[token].synset in self._people:
                    whose = _ALONE
        return found

    def _again(self, caption: CaptionReading) -> set[int]:
        """What is spoken of as what is drawn was, and what its parts hold."""
        drawn, real = set[str](), set[str]()
        again = set[int]()
        for found in sorted(caption.objects, key=lambda one: one.candidate.start):
            token = found.candidate.token
            if Flag.DEPICTED in found.candidate.flags:
                drawn.add(found.lemma)
                drawn |= _WITH.get(found.lemma, frozenset())
            elif found.lemma in drawn - real and _is_known(caption.tree, token):
                again.add(token)
            else:
                real.add(found.lemma)
        return again | self._of_parts(caption)


def _held_by_part(tree: Tree, part: int) -> Iterator[int]:
    """What a part of something drawn holds: "each of its arms holds a cup", up to the end or to a place."""
    verb = next((at for at in range(part + 1, min(len(tree), part + 3)) if tree.words[at] in _HOLDING), None)
    for token in range(verb + 1, min(len(tree), verb + 1 + _FURTHEST_HELD)) if verb is not None else ():
        if tree.words[token] in _ENDS:
            return
        if tree.is_noun(token):
            yield token


def _is_known(tree: Tree, noun: int) -> bool:
    return any(tree.words[child] in MENTIONED for child in tree.children_by(noun, "det", "poss"))


def _acted_upon(tree: Tree, subject: int) -> list[int]:
    """The objects of the verb of a subject: what the cat of a cartoon holds is drawn, too."""
    if tree.deps[subject] != "nsubj":
        return []
    return [member for thing in tree.children_by(tree.heads[subject], "dobj") for member in tree.conjuncts(thing)]
