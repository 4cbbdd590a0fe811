"""Nouns in fixed phrases: idioms ("a bull's eye") and names ("the Chicago Cubs")."""

from functools import cache
from itertools import pairwise

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.word_kinds import WordKinds
from shared_runtime.packaged import packaged_toml
from shared_schemas import Flag

_NAMING_TAGS = NOUN_TAGS | ADJECTIVE_TAGS
_LONGEST_NAME = 32
"""Words; more with capitals in a row are no name."""
_PHRASES_FILE = "fixed_phrases.toml"


class FixedPhrases:
    """The reviewed phrases of `fixed_phrases.toml` with the flags that they give."""

    def __init__(self) -> None:
        tables = packaged_toml(__package__, _PHRASES_FILE)
        self.capitalised = frozenset(word.lower() for word in tables[Flag.NAMED_ENTITY]["capitalised"])
        """Brands and teams where they have a capital letter in mid-sentence."""
        self._by_beginning: dict[tuple[str, str], list[tuple[tuple[str, ...], Flag]]] = {}
        for flag in (Flag.DEPICTED, Flag.NAMED_ENTITY, Flag.IDIOM):
            for phrase in tables[flag]["phrases"]:
                first, second, *_ = words = tuple(phrase.split())
                self._by_beginning.setdefault((first, second), []).append((words, flag))

    def flagged_nouns(self, tree: Tree) -> dict[Flag, set[int]]:
        """The nouns of a parse that lie inside one of the phrases, by flag."""
        found: dict[Flag, set[int]] = {}
        for start, beginning in enumerate(pairwise(tree.words)):
            for words, flag in self._by_beginning.get(beginning, ()):
                end = start + len(words)
                if tuple(tree.words[start:end]) == words:
                    found.setdefault(flag, set()).update(filter(tree.is_noun, range(start, end)))
        return found


@cache
def fixed_phrases() -> FixedPhrases:
    """The phrases that ship, read once per process."""
    return FixedPhrases()


class NameFinder(WordKinds):
    """Finds nouns that WordNet reads as a class and a capital letter gives away as a name."""

    def __init__(self, lexicon: Lexicon, capitalised: frozenset[str]) -> None:
        super().__init__(lexicon)
        self._capitalised = capitalised

    def is_name(self, tree: Tree, head: ExtendedHead, *, living: bool) -> bool:
        """Whether an extended head is the end of a name.

        "the Boston Bear", "the Chicago Hawks": capitals in a sentence that has few, after a word that is no
        common word. Living beings and "the" with a plural only: "an Alamo Bus" is a bus all the same.
        """
        last = head.end - 1
        if not tree.has_capital(last) or not _means_names(tree):
            return False
        if tree.words[last] in self._capitalised and head.end - head.start == 1 and last > 0:
            return True
        before = [token for token in _capitals_before(tree, head.start) if self.is_uncommon(tree.words[token])]
        if not before:
            return False
        first = before[0]
        team = tree.tags[last] in PLURAL_TAGS and first > 0 and tree.words[first - 1] == "the"
        if any(f"{tree.words[before[-1]]}_{lemma}" in self._lexicon for lemma in head.lemmas):
            return False  # "Labrador Retriever", torn apart by the parse
        return living or team


def _means_names(tree: Tree) -> bool:
    """Whether capitals tell anything: not in headlines and shouting."""
    after_first = len(tree.capitals) - (tree.capitals[:1] == [0])
    return 2 * after_first < len(tree)


def _capitals_before(tree: Tree, start: int) -> list[int]:
    """The run of capitalised tokens that ends before `start`, in text order."""
    first = start
    while start - first < _LONGEST_NAME and tree.has_capital(first - 1) and tree.tags[first - 1] in _NAMING_TAGS:
        first -= 1
    return list(range(first, start))
