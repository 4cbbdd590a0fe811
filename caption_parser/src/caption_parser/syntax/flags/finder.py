"""Flags: why a noun of a caption may name nothing that can be seen in the image."""

from collections.abc import Iterator
from operator import attrgetter

from caption_parser.modes import ModeRules
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.flags.absence import absent_nouns
from caption_parser.syntax.flags.comparisons import compared_nouns
from caption_parser.syntax.flags.depiction import DepictionFinder
from caption_parser.syntax.flags.elsewhere import ElsewhereFinder
from caption_parser.syntax.flags.figures import FigureFinder
from caption_parser.syntax.flags.fixed_phrases import fixed_phrases
from caption_parser.syntax.flags.hedges import concluded_nouns, uncertain_nouns
from caption_parser.syntax.flags.made_things import MadeThings
from caption_parser.syntax.flags.mentioned import MentionedFinder
from caption_parser.syntax.flags.negation import negated_nouns
from caption_parser.syntax.flags.other_meanings import OtherMeanings
from caption_parser.syntax.flags.possessors import PossessorFinder
from caption_parser.syntax.flags.shop_words import shop_nouns
from caption_parser.syntax.flags.surfaces import SurfaceFinder
from caption_parser.syntax.flags.traces import unseen_somebody
from caption_parser.syntax.flags.wishes import wished_nouns
from caption_parser.syntax.flags.works import works_nouns
from caption_parser.syntax.modifying_nouns import modifying_nouns
from caption_parser.syntax.names.animal_names import AnimalNames
from caption_parser.syntax.names.personal_names import PersonalNames
from caption_parser.syntax.names.proper_names import CapitalisedNames, ModelNames, ProperNameFinder
from caption_parser.syntax.phrases import ExtendedHead, NounPhrase, TokenFlags
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.depiction_words import DepictionWords
from caption_parser.syntax.words.parts import PartFinder
from shared_schemas import Flag

_FLAGS = tuple(Flag)
_OF_NAMES = (Flag.NAMED_ENTITY, Flag.IDIOM)


class FlagFinder:
    """Sets the flags of noun phrases, and adds the nouns that only modify others as phrases of their own."""

    def __init__(self, find_extended_head: ExtendedHeadFinder, rules: ModeRules) -> None:
        self._find_extended_head = find_extended_head
        self._lexicon = lexicon = find_extended_head.lexicon
        self._fixed_phrases = fixed_phrases if rules.compounds else None
        words = DepictionWords.of(lexicon)
        self._depicted_nouns = DepictionFinder(words)
        self._names = CapitalisedNames(lexicon)
        self._made = MadeThings(lexicon)
        self._has_made_things = rules.made_things
        self._parts = PartFinder(lexicon) if rules.parts else None
        self._possessors = PossessorFinder(lexicon) if rules.possessors_of_kind else None
        self._personal_names = PersonalNames(lexicon) if rules.personal_names else None
        self._models = ModelNames(lexicon) if rules.personal_names else None
        self._proper_names = ProperNameFinder(lexicon) if rules.proper_names else None
        self._animal_names = AnimalNames(lexicon) if rules.personal_names else None
        self._finders = [
            (flag, find)
            for flag, find in (
                (Flag.NEGATED, negated_nouns),
                (Flag.NEGATED, absent_nouns if rules.absence else None),
                (Flag.NEGATED, concluded_nouns if rules.hedges else None),
                (Flag.UNCERTAIN, uncertain_nouns if rules.hedges else None),
                (Flag.DEPICTED, self._depicted_nouns),
                (Flag.DEPICTED, self._made if rules.made_things else None),
                (Flag.DEPICTED, SurfaceFinder(lexicon) if rules.surfaces else None),
                (Flag.DEPICTED, works_nouns if rules.works else None),
                (Flag.DEPICTED, compared_nouns if rules.comparisons else None),
                (Flag.NEGATED, wished_nouns if rules.wishes else None),
                (Flag.MODIFIER, ElsewhereFinder(lexicon) if rules.elsewhere else None),
                (Flag.MODIFIER, MentionedFinder(lexicon) if rules.elsewhere else None),
                (Flag.MODIFIER, unseen_somebody if rules.elsewhere else None),
                (Flag.IDIOM, FigureFinder(lexicon) if rules.figures else None),
                (Flag.IDIOM, OtherMeanings(lexicon) if rules.figures else None),
                (Flag.NAMED_ENTITY, self._proper_names),
                (Flag.NAMED_ENTITY, self._animal_names),
                (Flag.IDIOM, shop_nouns if rules.compounds else None),
            )
            if find is not None
        ]
        """What finds the nouns of a parse that have a flag."""

    def __call__(self, tree: Tree, phrases: tuple[NounPhrase, ...]) -> tuple[tuple[NounPhrase, ...], TokenFlags]:
        """The phrases, whose extended heads are set, with their flags, and modifying nouns; in text order.

        And the flags of all tokens.
        """
        nouns = self._flagged_nouns(tree, phrases)
        marked = [flag for flag in _FLAGS if nouns.get(flag)]
        has_names = bool(tree.capitals) and tree.capitals[-1] > 0
        has_likenesses = self._has_made_things and self._made.may_tell(tree)
        found = list(phrases)
        if marked or has_names or has_likenesses:
            found = [
                self._flagged(
                    tree,
                    phrase,
                    [flag for flag in marked if phrase.head in nouns[flag]],
                    has_likenesses,
                    has_names,
                )
                for phrase in phrases
            ]
        modifying = self._modifying(tree, found, nouns, has_names)
        return tuple(sorted([*found, *modifying], key=attrgetter("head")) if modifying else found), nouns

    def _flagged_nouns(self, tree: Tree, phrases: tuple[NounPhrase, ...]) -> dict[Flag, set[int]]:
        """The tokens that have a flag, whatever phrase they are in."""
        nouns = self._fixed_phrases(tree) if self._fixed_phrases else {}
        for flag, find in self._finders:
            if found := find(tree):
                nouns[flag] = nouns.get(flag, set()) | found
        if "'s" in tree.words and nouns.get(Flag.NEGATED):
            nouns[Flag.NEGATED] |= _owners_among(tree, nouns[Flag.NEGATED])
        literal: set[int] = set()
        if self._possessors is not None:
            nouns[Flag.MODIFIER] = nouns.get(Flag.MODIFIER, set()) | self._possessors(tree)
            literal = self._possessors.owned_parts(tree)
        if "'s" in tree.words:
            in_names = _possessors_in_names(tree, phrases) - literal
            nouns[Flag.IDIOM] = nouns.get(Flag.IDIOM, set()) | in_names
        return nouns

    def _flagged(
        self, tree: Tree, phrase: NounPhrase, flags: list[Flag], has_likenesses: bool, has_names: bool
    ) -> NounPhrase:
        head = phrase.extended_head
        if head is not None:
            if has_likenesses and self._made.is_likeness(tree, head):
                flags = [*flags, Flag.DEPICTED]
            if has_names and self._names.is_name(tree, head, living=self._is_living(head)):
                flags = [*flags, Flag.NAMED_ENTITY]
        return phrase._replace(flags=_in_order(flags)) if flags else phrase

    def _is_living(self, head: ExtendedHead) -> bool:
        return bool(head.synsets) and self._lexicon.lexname(head.synsets[0]) in ("noun.animal", "noun.person")

    def _modifying(
        self, tree: Tree, phrases: list[NounPhrase], nouns: dict[Flag, set[int]], has_names: bool
    ) -> list[NounPhrase]:
        """A phrase for each noun that only modifies, but for those inside the name of another of them."""
        modifying = modifying_nouns(tree)
        if not modifying:
            return []
        flags_of = {phrase.head: phrase.flags for phrase in phrases}
        titles = self._personal_names.titles(tree) if self._personal_names is not None and has_names else set()
        bearers = self._proper_names.bearers(tree) if self._proper_names is not None else set()
        if self._animal_names is not None and has_names:
            bearers |= self._animal_names.bearers(tree)
        in_names = {token for phrase in phrases for token in _name_before(phrase)}
        found: list[NounPhrase] = []
        inside: set[int] = set()
        for token, noun, first in modifying:
            head = self._find_extended_head(tree, first, token)
            if head is not None and token not in flags_of:
                flags = [*flags_of.get(noun, ())]
                if token in bearers:
                    flags = []
                elif (token in titles and token not in nouns.get(Flag.IDIOM, ())) or (
                    token not in in_names and self._names_model(tree, head, noun)
                ):
                    flags = [flag for flag in flags if flag not in _OF_NAMES]
                else:
                    flags += self._of_modifier(tree, head, token, noun, nouns, has_names)
                start = min(head.start, tree.left_edges[token])
                found.append(NounPhrase(start, token + 1, token, flags=_in_order(flags), extended_head=head))
                inside.update(other for other in range(head.start, head.end) if other != token)
        return [phrase for phrase in found if phrase.head not in inside]

    def _names_model(self, tree: Tree, head: ExtendedHead, noun: int) -> bool:
        return self._models is not None and self._models.is_named(tree, head, noun)

    def _of_modifier(
        self, tree: Tree, head: ExtendedHead, token: int, noun: int, nouns: dict[Flag, set[int]], has_names: bool
    ) -> Iterator[Flag]:
        """The flags that a noun before another has besides those of the other."""
        yield self._manner(tree, head, noun)
        yield from (flag for flag in _OF_NAMES if token in nouns.get(flag, ()))
        if has_names and self._names.is_name(tree, head, living=False):
            yield Flag.NAMED_ENTITY

    def _manner(self, tree: Tree, head: ExtendedHead, noun: int) -> Flag:
        """How a noun before another speaks of what it names: as its whole, or only as its kind."""
        is_part = self._parts is not None and self._parts.is_part_of(tree, head, noun)
        return Flag.PART if is_part else Flag.MODIFIER


def _possessors_in_names(tree: Tree, phrases: tuple[NounPhrase, ...]) -> set[int]:
    """The "bird" of "a bird's nest", which WordNet knows as one name."""
    return {
        token
        for phrase in phrases
        if phrase.extended_head
        for token in range(phrase.extended_head.start, phrase.head)
        if tree.deps[token] == "poss"
    }


def _owners_among(tree: Tree, absent: set[int]) -> set[int]:
    """Owners of whom the text says elsewhere that they are absent: "a keeper's broom … the keeper is nowhere"."""
    gone = {tree.words[noun] for noun in absent if tree.word(noun - 1) == "the"}
    return {token for token in range(len(tree) - 1) if tree.words[token] in gone and tree.words[token + 1] == "'s"}


def _name_before(phrase: NounPhrase) -> range:
    """The tokens before the head of a phrase that name with it what it is: the "Toyota" of "Toyota Hilux"."""
    return range(phrase.extended_head.start, phrase.head) if phrase.extended_head else range(0)


def _in_order(flags: list[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in _FLAGS if flag in flags)
