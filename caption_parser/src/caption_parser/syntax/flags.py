"""Flags: why a noun of a caption may name nothing that can be seen in the image."""

from collections.abc import Iterator

from caption_parser.syntax.depiction import DepictionFinder
from caption_parser.syntax.depiction_words import (
    LIFELESS_MODIFIERS,
    LIFELESS_PERSON_MODIFIERS,
    LIKENESS_MODIFIERS,
    DepictionWords,
)
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.fixed_phrases import NameFinder, known_phrases
from caption_parser.syntax.negation import negated_nouns
from caption_parser.syntax.noun_modifiers import is_present_all_the_same, modifying_nouns
from caption_parser.syntax.phrases import ExtendedHead, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag

_TELLING = {
    None: LIKENESS_MODIFIERS,
    "animal": LIKENESS_MODIFIERS | LIFELESS_MODIFIERS,
    "person": LIKENESS_MODIFIERS | LIFELESS_PERSON_MODIFIERS,
}
"""Words that say of a being of that kind that it is made."""


class FlagFinder:
    """Sets the flags of noun phrases, and adds the nouns that only modify others as phrases of their own."""

    def __init__(self, find_extended_head: ExtendedHeadFinder) -> None:
        self._find_extended_head = find_extended_head
        self._lexicon = find_extended_head.lexicon
        self._phrases = known_phrases()
        self._depicted_nouns = DepictionFinder(DepictionWords.of(self._lexicon))
        self._names = NameFinder(self._lexicon, self._phrases.capitalised)

    def __call__(self, tree: Tree, phrases: tuple[NounPhrase, ...]) -> tuple[NounPhrase, ...]:
        """The phrases, whose extended heads are set, with their flags, and modifying nouns; in text order."""
        nouns = {
            Flag.NEGATED: negated_nouns(tree),
            Flag.DEPICTED: self._depicted_nouns(tree),
            Flag.NAMED_ENTITY: self._phrases.names.nouns(tree),
            Flag.IDIOM: self._phrases.idioms.nouns(tree) | _possessors_in_names(tree, phrases),
        }
        marked = [flag for flag in Flag if nouns.get(flag)]
        found = [self._flagged(tree, phrase, [f for f in marked if phrase.head in nouns[f]]) for phrase in phrases]
        modifying = list(self._modifying(tree, found))
        if modifying:
            found = sorted([*found, *modifying], key=lambda phrase: phrase.head)
        return tuple(found)

    def _flagged(self, tree: Tree, phrase: NounPhrase, flags: list[Flag]) -> NounPhrase:
        head = phrase.extended_head
        if head is not None:
            living = self._kind_of_being(head)
            if Flag.DEPICTED not in flags and phrase.modifiers and _is_likeness(tree, phrase, head, living):
                flags = [*flags, Flag.DEPICTED]
            if tree.capitals and self._names.is_name(tree, head, living=living is not None):
                flags = [*flags, Flag.NAMED_ENTITY]
        return phrase._replace(flags=_in_order(flags)) if flags else phrase

    def _modifying(self, tree: Tree, phrases: list[NounPhrase]) -> Iterator[NounPhrase]:
        """A phrase for each noun that only modifies, but for those inside the name of another of them."""
        flags_of = {phrase.head: phrase.flags for phrase in phrases}
        found = []
        for token, noun, first in modifying_nouns(tree):
            head = self._find_extended_head(tree, first, token)
            if head is not None and token not in flags_of and not is_present_all_the_same(tree, token):
                flags = _in_order([*flags_of.get(noun, ()), Flag.MODIFIER])
                start = min(head.start, tree.left_edge(token))
                found.append((NounPhrase(start, token + 1, token, flags=flags, extended_head=head), head))
        inside = {token for phrase, head in found for token in range(head.start, head.end) if token != phrase.head}
        yield from (phrase for phrase, _ in found if phrase.head not in inside)

    def _kind_of_being(self, head: ExtendedHead) -> str | None:
        """ "animal" or "person" if the first sense of a name is one."""
        lexname = self._lexicon.lexname(head.synsets[0]) if head.synsets else ""
        return lexname.removeprefix("noun.") if lexname in ("noun.animal", "noun.person") else None


def _possessors_in_names(tree: Tree, phrases: tuple[NounPhrase, ...]) -> set[int]:
    """The "bird" of "a bird's nest", which WordNet knows as one name."""
    return {
        token
        for phrase in phrases
        if phrase.extended_head
        for token in range(phrase.extended_head.start, phrase.head)
        if tree.deps[token] == "poss"
    }


def _is_likeness(tree: Tree, phrase: NounPhrase, head: ExtendedHead, living: str | None) -> bool:
    """Whether a word before the name says that it is none: "a toy truck", "a wooden horse"."""
    telling = _TELLING[living]
    return any(m.token < head.start and tree.words[m.token] in telling for m in phrase.modifiers)


def _in_order(flags: list[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in Flag if flag in flags)
