"""Words of which a number tells what they mean: "baseball" is the game, "a baseball" the ball.

English counts things and no games, which tells them apart where their neighbours, all of the game, cannot.
Nor does it count what comes in pairs: "two glasses" are those to drink from.
"""

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.tree import PLURAL_TAGS, Tree
from caption_parser.syntax.words.word_kinds import WordKinds
from caption_parser.syntax.words.word_lists import PLURAL_ONLY

_COUNTING = ("det", "nummod", "poss")
_SEVERAL = frozenset("couple few lot lots many number row rows several tray".split())
"""What counts without a number."""
_SENSES = 4
"""Among which a "plate" is one to eat from."""
_WORN = frozenset({"eye", "eyes", "face", "head", "nose", "wear", "wearing", "wears", "wore"})


class GamesAndThings:
    """Leaves out the senses that an article, a number or their absence speaks against."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._games = Below(lexicon, "game.n.01")
        self._things = Below(lexicon, "game_equipment.n.01")
        self._vessels = WordKinds(lexicon)
        self._set_out = Below(lexicon, "tableware.n.01", "vessel.n.03", "food.n.01", "food.n.02")

    def several(self, tree: Tree, noun: int, lemmas: tuple[str, ...]) -> tuple[str, ...]:
        """The lemmas of a noun without that of a plural which is one thing, where several are meant.

        They are counted, or stand among what is on a table: "two glasses", "plates and glasses".
        """
        word = tree.words[noun]
        if word not in PLURAL_ONLY or len(lemmas) < 2 or not _WORN.isdisjoint(tree.words):
            return lemmas
        if not (self._is_counted(tree, noun) or self._is_set_out(tree, noun)):
            return lemmas
        return tuple(lemma for lemma in lemmas if lemma != word)

    def _is_counted(self, tree: Tree, noun: int) -> bool:
        before = tree.heads[noun]
        of = tree.words[tree.heads[before]] if tree.words[before] == "of" else ""
        return of in _SEVERAL or any(
            tree.tags[child] == "CD" or tree.words[child] in _SEVERAL
            for child in tree.children[noun]
            if child < noun
        )

    def _is_set_out(self, tree: Tree, noun: int) -> bool:
        others = (other for other in tree.conjuncts(tree.first_conjuncts[noun]) if other != noun)
        return any(self._vessels.means(tree.words[other], self._set_out, _SENSES) for other in others)

    def meant(self, tree: Tree, noun: int, synsets: tuple[int, ...]) -> tuple[int, ...]:
        """The synsets of a noun without those of the game where one or several are meant, else of the thing."""
        told = self._told(synsets)
        if told is None:
            return synsets
        games, things = told
        counting = next(tree.children_by(noun, *_COUNTING), None)
        counted = tree.tags[noun] in PLURAL_TAGS or counting is not None
        others = games if counted else things
        return tuple(synset for synset in synsets if synset not in others)

    @remembered
    def _told(self, synsets: tuple[int, ...]) -> tuple[frozenset[int], frozenset[int]] | None:
        """The games and the things among them; none where there are not both."""
        games = frozenset(synset for synset in synsets if synset in self._games)
        things = frozenset(synset for synset in synsets if synset in self._things)
        return (games, things) if games and things else None
