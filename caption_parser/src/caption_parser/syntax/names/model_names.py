"""Makes before the names of their models: of "MacBook Pro" and "Ford Mustang GT" the make says what is there."""

from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.vehicles import vehicle_makes, vehicle_models
from caption_parser.syntax.words.word_kinds import WordKinds

TRIMS = frozenset(
    """
    - abs air civic r type awd cab cabriolet chopper classic convertible coupe crew cruiser custom deluxe
    double edition extended fastback gen hardtop hatchback heritage hybrid king laredo lariat lite limited lx max
    mini mk pickup platinum plus premium pro quattro roadster rs sedan series special sport ss suv titanium
    touring turbo ultra v6 v8 wagon
    """.split()
)
"""Words of models that are words of their own."""
_SAID_OF_IT = frozenset({"attribute", "quantity", "state", "time"})
"""Categories of what ends a name and is no thing: a "Midnight" MacBook."""


class ModelNames(WordKinds):
    """Tells makes and models that a label space lists by name from what only modifies another thing."""

    def is_named(self, tree: Tree, head: ExtendedHead, noun: int) -> bool:
        """Whether the words behind a listed name, up to the noun that it seems to modify, go on with it."""
        behind = range(head.end, noun + 1)
        if not behind or not self._is_a_name(head):
            return False
        token = head.end - 1
        near = tree.heads[token] if tree.heads[token] in behind else noun
        end = near if near == noun else near + 1
        return all(self._goes_on(tree, token) for token in range(head.end, end)) and (
            self._goes_on(tree, noun) or self._is_no_thing(tree, noun)
        )

    def _is_a_name(self, head: ExtendedHead) -> bool:
        words = head.lemmas[0].split("_")
        return not vehicle_makes().isdisjoint(words) or (not head.synsets and any(map(self.is_uncommon, words)))

    def _goes_on(self, tree: Tree, token: int) -> bool:
        word = tree.words[token]
        return (
            word in TRIMS
            or (word in vehicle_models() and tree.has_capital(token))
            or any(map(str.isdigit, word))
            or (tree.has_capital(token) and self.is_uncommon(word))
        )

    def _is_no_thing(self, tree: Tree, noun: int) -> bool:
        """Whether the last word says when, how or how much, or what a thing of that name does: "landing"."""
        word = tree.words[noun]
        senses = self._lexicon.frequent_senses(word)
        is_said = bool(senses) and all(self._kind(sense) in _SAID_OF_IT for sense in senses)
        return is_said or (word.endswith("ing") and self._is_motion(word))

    def _is_motion(self, word: str) -> bool:
        senses = self._lexicon.frequent_senses(word, "v", of_each=2)
        return any(self._lexicon.lexname(sense) == "verb.motion" for sense in senses)
