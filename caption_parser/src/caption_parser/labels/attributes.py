"""Which modifiers are attributes, and what they are called: the attribute sets of Table 9 in Vilar & Perez."""

from collections.abc import Mapping
from functools import lru_cache

from caption_parser.config import AttributeSet
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.phrases import ModifierKind
from caption_parser.syntax.word_lists import QUANTIFYING_ADJECTIVES

_CACHED_NAMES = 1 << 15
_POS = {ModifierKind.ADJECTIVE: "a", ModifierKind.VERB: "v", ModifierKind.NOUN: "n"}


_KINDS: Mapping[AttributeSet, frozenset[ModifierKind]] = {
    AttributeSet.LOW_LEVEL: frozenset(),
    AttributeSet.ADJECTIVES: frozenset({ModifierKind.ADJECTIVE}),
    AttributeSet.VERBS: frozenset({ModifierKind.VERB}),
    AttributeSet.NOUNS: frozenset({ModifierKind.NOUN}),
    AttributeSet.ALL: frozenset(ModifierKind),
}


class AttributeNamer:
    """The name of the attribute that a modifier states."""

    def __init__(
        self, names: Mapping[str, str], lexicon: Lexicon, attribute_set: AttributeSet = AttributeSet.LOW_LEVEL
    ) -> None:
        """`names`: name of an attribute of the label space by each of its spellings."""
        self._names = {spelling.lower(): name for spelling, name in names.items()}
        self._lexicon = lexicon
        self._kinds = _KINDS[attribute_set]
        self._low_level = attribute_set in (AttributeSet.LOW_LEVEL, AttributeSet.ALL)
        self._named = lru_cache(_CACHED_NAMES)(self._name)

    def __call__(self, word: str, kind: ModifierKind) -> str | None:
        """The name of a lower-cased modifier: the label space's, or else its lemma; none: it is no attribute."""
        return self._named(word, kind)

    def _name(self, word: str, kind: ModifierKind) -> str | None:
        name = self._names.get(word)
        if kind in self._kinds and word not in QUANTIFYING_ADJECTIVES:
            return name or self._lemma(word, _POS[kind])
        return name if self._low_level else None

    def _lemma(self, word: str, pos: str) -> str:
        """The last base form is the most reduced: of "parked" it is "park"."""
        return (self._lexicon.base_forms(word, pos) or (word,))[-1].replace("_", " ")
