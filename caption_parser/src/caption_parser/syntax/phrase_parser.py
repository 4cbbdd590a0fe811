"""From a parsed caption to its noun phrases with extended heads: the syntax rules in their order."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from caption_parser.modes import ModeRules
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.flags.finder import FlagFinder
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.phrases import NounPhrase, TokenFlags
from caption_parser.syntax.pieces import LONGEST_PIECE, moved, with_phrases
from caption_parser.syntax.repairs.tree_repairs import TreeRepairs
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag


class ParsedText(NamedTuple):
    """A text with its parse, its noun phrases in text order, and the flags of its tokens."""

    tree: Tree
    phrases: tuple[NounPhrase, ...]
    flagged: TokenFlags


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

    def __call__(self, parse: Doc | Tree) -> ParsedText:
        """The parse as a repaired tree, with its noun phrases."""
        return self.read([parse])[0]

    def read(self, parses: Sequence[Doc | Tree]) -> list[ParsedText]:
        """The same of several, in order.

        Each step takes all of them before the next one does: processors are faster at what they have just done.
        """
        trees = [self._repair(parse if isinstance(parse, Tree) else Tree.of(parse)) for parse in parses]
        phrases = [self._phrases(parse, tree) for parse, tree in zip(parses, trees, strict=True)]
        return [
            ParsedText(tree, *self._find_names(tree, found)) for tree, found in zip(trees, phrases, strict=True)
        ]

    def _phrases(self, parse: Doc | Tree, tree: Tree) -> tuple[NounPhrase, ...]:
        if self._find_phrases and not isinstance(parse, Tree):
            return self._find_phrases(parse)
        return find_noun_phrases(tree, self.rules)


class NameStep:
    """What the phrases name: their extended heads, and the flags that rest on them."""

    def __init__(self, rules: ModeRules, find_extended_head: ExtendedHeadFinder) -> None:
        self._find_extended_head = find_extended_head
        self._find_flags = FlagFinder(find_extended_head, rules) if rules.flags else None

    def __call__(self, tree: Tree, phrases: Iterable[NounPhrase]) -> tuple[tuple[NounPhrase, ...], TokenFlags]:
        """The phrases with their extended heads and flags set, and the nouns that only modify others.

        And the flags of all tokens.
        """
        if len(tree) <= LONGEST_PIECE:
            return self._name(tree, tuple(phrases))
        found: list[NounPhrase] = []
        flagged: dict[Flag, set[int]] = {}
        for start, part, inside in with_phrases(tree, phrases):
            named, of_part = self._name(part, inside)
            found += [moved(phrase, start, len(tree)) for phrase in named]
            for flag, tokens in of_part.items():
                flagged.setdefault(flag, set()).update(token + start for token in tokens)
        return tuple(found), flagged

    def _name(self, tree: Tree, phrases: tuple[NounPhrase, ...]) -> tuple[tuple[NounPhrase, ...], TokenFlags]:
        find = self._find_extended_head
        # Made of their fields, since `_replace` takes several times as long.
        named = tuple([NounPhrase(*phrase[:-1], find(tree, phrase.start, phrase.head)) for phrase in phrases])
        return (named, {}) if self._find_flags is None else self._find_flags(tree, named)
