"""Names of animals and vehicles behind their kind: "my golden retriever Biscuit", "our boat Luna"."""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree
from caption_parser.syntax.words.verb_words import VerbWords

_LONGEST = 3
"""Words of a name."""
_FURTHEST_OWNER = 5
"""Words of a kind with its owner: "our new golden retriever puppy"."""
_OWNERS = frozenset({"PRP$", "POS"})
_OF_KINDS = NOUN_TAGS | ADJECTIVE_TAGS | {"CD"}
"""Tags of what says of which kind somebody's animal is."""


class AnimalNames:
    """Finds whose names follow them: somebody's, in small letters, before words with capitals."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words = VerbWords(lexicon)

    def __call__(self, tree: Tree) -> set[int]:
        """The tokens of the names."""
        return {token for _, name in self._named(tree) for token in name}

    def bearers(self, tree: Tree) -> set[int]:
        """The nouns before the names: who is called so is there, whatever the parse makes of it."""
        return {bearer for bearer, _ in self._named(tree)}

    def _named(self, tree: Tree) -> Iterator[tuple[int, range]]:
        for first in tree.capitals:
            bearer = first - 1
            if bearer < 1 or tree.has_capital(bearer) or not tree.is_noun(bearer):
                continue
            name = _name_from(tree, first)
            if name and _is_somebodys(tree, bearer) and self._has_a_name(tree.words[bearer]):
                yield bearer, name

    def _has_a_name(self, word: str) -> bool:
        return self._words.is_vehicle(word) or any(
            self._lexicon.lexname(sense) == "noun.animal" for sense in self._lexicon.frequent_senses(word)
        )


def _name_from(tree: Tree, first: int) -> range:
    """The words with capitals from one on; none if they say of what kind a thing behind them is."""
    end = first
    while end < len(tree) and end - first < _LONGEST and tree.has_capital(end):
        end += 1
    if any(not tree.words[token].isalpha() for token in range(first, end)):
        return range(0)
    last = end - 1
    modifies = tree.deps[last] in ("compound", "amod", "nmod") and tree.heads[last] > last
    return range(0) if modifies and tree.tags[tree.heads[last]] in NOUN_TAGS else range(first, end)


def _is_somebodys(tree: Tree, noun: int) -> bool:
    """Whether a word for an owner stands before a noun and what says of what kind it is."""
    for token in range(noun - 1, max(-1, noun - 1 - _FURTHEST_OWNER), -1):
        if tree.tags[token] in _OWNERS:
            return True
        if tree.tags[token] not in _OF_KINDS:
            return False
    return False
