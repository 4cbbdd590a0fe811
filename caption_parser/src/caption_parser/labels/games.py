"""Words that name a game and what it is played with: "baseball" is the game, "a baseball" the ball.

English counts things and no games, which tells them apart where their neighbours, all of the game, cannot.
"""

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.tree import PLURAL_TAGS, Tree

_COUNTING = ("det", "nummod", "poss")


class GamesAndThings:
    """Leaves out the senses that an article, a number or their absence speaks against."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._games = Below(lexicon, "game.n.01")
        self._things = Below(lexicon, "game_equipment.n.01")

    def meant(self, tree: Tree, noun: int, synsets: tuple[int, ...]) -> tuple[int, ...]:
        """The synsets of a noun without those of the game where one or several are meant, else of the thing."""
        told = self._told(synsets)
        if told is None:
            return synsets
        games, things = told
        counted = tree.tags[noun] in PLURAL_TAGS or any(True for _ in tree.children_by(noun, *_COUNTING))
        others = games if counted else things
        return tuple(synset for synset in synsets if synset not in others)

    @remembered
    def _told(self, synsets: tuple[int, ...]) -> tuple[frozenset[int], frozenset[int]] | None:
        """The games and the things among them; none where there are not both."""
        games = frozenset(synset for synset in synsets if synset in self._games)
        things = frozenset(synset for synset in synsets if synset in self._things)
        return (games, things) if games and things else None
