"""Pronouns that the caption leaves no choice about: the owner of "his hand" where one person is named."""

from collections.abc import Callable, Mapping

from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.tree import PLURAL_TAGS, Tree
from caption_parser.syntax.words.body_parts import BodyParts

_OF_BEINGS = frozenset({"he", "him", "his", "she", "her", "hers", "himself", "herself"})
_OF_THINGS = frozenset({"it", "its", "itself"})
_OF_MANY = frozenset({"they", "them", "their", "themselves"})
_PRONOUNS = _OF_BEINGS | _OF_THINGS | _OF_MANY
CARRIERS = frozenset({"it", "them"})
RECIPROCAL = frozenset({"other", "another"})
"""After "each" and "one" what a plural is to itself."""


class Antecedents:
    """What the pronouns of a parse stand for."""

    def __init__(
        self,
        tree: Tree,
        named: Mapping[int, NounPhrase],
        is_being: Callable[[NounPhrase], bool | None],
        body_parts: BodyParts,
    ) -> None:
        """`is_being`: whether a phrase names a person (True), an animal (None) or a thing (False)."""
        self._tree = tree
        self._named = named
        self._is_being = is_being
        self._body_parts = body_parts
        self._any = not _PRONOUNS.isdisjoint(tree.words)

    def of(self, token: int) -> int | None:
        """The head noun that a pronoun stands for; none: it is no pronoun, or there is a choice."""
        word = self._tree.words[token]
        if not self._any or word not in _PRONOUNS:
            return None
        fitting = [head for head, phrase in self._named.items() if head < token and self._fits(word, head, phrase)]
        if self._tree.words[self._tree.heads[token]] in self._body_parts:
            fitting = [head for head in fitting if self._is_being(self._named[head]) is not False]
        return fitting[0] if len(fitting) == 1 else None

    def _fits(self, word: str, head: int, phrase: NounPhrase) -> bool:
        being = self._is_being(phrase)
        if word in _OF_BEINGS:
            return being is not False and not self._is_plural(head)
        if word in _OF_THINGS:
            return being is not True and not self._is_plural(head)
        return self._is_plural(head) or being is True

    def _is_plural(self, head: int) -> bool:
        return self._tree.tags[head] in PLURAL_TAGS

    def reciprocal(self, token: int) -> bool:
        """Whether the token is the "other" of "each other" or the "another" of "one another"."""
        tree = self._tree
        return tree.words[token] in RECIPROCAL and tree.word(token - 1) in ("each", "one")
