"""From a parsed caption to its noun phrases with extended heads: the syntax rules in their order."""

from collections.abc import Callable, Iterable

from spacy.tokens import Doc

from caption_parser.modes import ModeRules
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.flags.finder import FlagFinder
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.pieces import in_pieces
from caption_parser.syntax.repairs.tree_repairs import TreeRepairs
from caption_parser.syntax.tree import Tree


class PhraseParser:
    """What the spaCy components do one by one, in one step and without their custom attributes."""

    def __init__(
        self,
        rules: ModeRules,
        find_extended_head: ExtendedHeadFinder,
        find_phrases: Callable[[Doc], tuple[NounPhrase, ...]] | None = None,
    ) -> None:
        """`find_phrases` takes the place of our own rules for noun phrases."""
        self.rules = rules
        self._repair = TreeRepairs(find_extended_head.lexicon, rules)
        self._find_names = NameStep(rules, find_extended_head)
        self._find_phrases = find_phrases

    def __call__(self, parse: Doc | Tree) -> tuple[Tree, tuple[NounPhrase, ...]]:
        """The parse as a repaired tree, and its noun phrases in text order."""
        if isinstance(parse, Tree):
            tree = self._repair(parse)
            phrases = find_noun_phrases(tree, self.rules)
        else:
            tree = self._repair.read(parse)
            phrases = self._find_phrases(parse) if self._find_phrases else find_noun_phrases(tree, self.rules)
        return tree, self._find_names(tree, phrases)


class NameStep:
    """What the phrases name: their extended heads, and the flags that rest on them."""

    def __init__(self, rules: ModeRules, find_extended_head: ExtendedHeadFinder) -> None:
        self._find_extended_head = find_extended_head
        self._find_flags = FlagFinder(find_extended_head, rules) if rules.flags else None

    def __call__(self, tree: Tree, phrases: Iterable[NounPhrase]) -> tuple[NounPhrase, ...]:
        """The phrases with their extended heads and flags set, and the nouns that only modify others."""
        return in_pieces(tree, phrases, self._name)

    def _name(self, tree: Tree, phrases: tuple[NounPhrase, ...]) -> tuple[NounPhrase, ...]:
        find = self._find_extended_head
        # Made of their fields, since `_replace` takes several times as long.
        named = tuple([NounPhrase(*phrase[:-1], find(tree, phrase.start, phrase.head)) for phrase in phrases])
        return named if self._find_flags is None else self._find_flags(tree, named)
