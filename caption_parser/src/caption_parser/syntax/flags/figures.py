"""Nouns that say how much there is of others, or which part: "a sea of umbrellas", "the train of a gown"."""

from collections.abc import Iterator

from caption_parser.syntax.tree import PLURAL_TAGS, Tree
from caption_parser.syntax.words.word_kinds import WordKinds

_WATERS = frozenset("sea seas ocean oceans river rivers wave waves flood pool stream".split())
_COVERS = frozenset("blanket blankets carpet carpets cloak curtain curtains canopy rug".split())
_HEAPS = frozenset("mountain mountains hill hills forest".split())
_MEASURES = _WATERS | _COVERS | _HEAPS | {"train", "bowl"}
"""All that may stand before "of" so."""
_SPREAD = frozenset(
    """
    algae ash clouds color colors colour colours darkness dew dust fog foliage frost grass green greenery haze
    humanity ice ivy leaves lava light lights mist moss mud petals pollen rain sand smoke snow stars steam sunlight
    trash vines water
    """.split()
)
TRAINED = frozenset("cape cloak costume dress dresses gown gowns robe robes sari skirt skirts veil".split())
"""What has a train that is no vehicle: "the train of her gown"."""
_IN_BOWLS = frozenset(
    "amphitheater amphitheatre arena colosseum hills mountains pipe skatepark spoon stadium toilet valley".split()
)
"""What has a bowl that is no vessel: "the bowl of the stadium"."""
_WET = frozenset({"water", "rain", "ice", "waters", "islands", "waves"})
_STREWN = frozenset({"noun.plant", "noun.person", "noun.animal"})


class FigureFinder(WordKinds):
    """Finds the nouns of a parse that stand for a measure."""

    def __call__(self, tree: Tree) -> set[int]:
        return set(self._figures(tree)) if "of" in tree.words else set()

    def _figures(self, tree: Tree) -> Iterator[int]:
        for preposition, word in enumerate(tree.words):
            noun = preposition - 1
            if word != "of" or tree.word(noun) not in _MEASURES:
                continue
            if any(self._is_measured(tree, tree.words[noun], of) for of in tree.children_by(preposition, "pobj")):
                yield noun

    def _is_measured(self, tree: Tree, measure: str, of: int) -> bool:
        word = tree.words[of]
        if measure == "train":
            return word in TRAINED
        if measure == "bowl":
            return word in _IN_BOWLS
        plural = tree.tags[of] in PLURAL_TAGS or word in ("people", "sheep", "luggage", "traffic")
        if measure in _WATERS:
            return word not in _WET and (plural or word in _SPREAD)
        if measure in _COVERS:
            return word in _SPREAD or (plural and self.category(word) in _STREWN)
        return measure in _HEAPS and plural and self.category(word) == "noun.artifact"
