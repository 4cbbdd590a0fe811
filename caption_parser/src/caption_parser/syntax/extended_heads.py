"""The extended head of a noun phrase: the longest part around its head noun that WordNet defines.

Vilar & Perez 2021, Section III-A1. It decides what the phrase names: a "hot dog" is no dog, a "microwave
oven" no oven, and a "chest of drawers" neither a chest nor drawers.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below, hypernym_distances
from caption_parser.modes import ModeRules
from caption_parser.syntax.dogs_and_kites import DOGS_AND_KITES, HAWK, is_hawk, is_no_name_with_the_word_before
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.named_words import NamedWords

_LONGEST_TAIL = 3
"""Words that may follow the head: "of the world" in "man of the world"."""
_NAMING_TAGS = NOUN_TAGS | {"POS"}
"""Tags of words that may come before a head and name with it whatever they like: "bull's eye"."""
_THINGS = frozenset({"noun.artifact", "noun.food"})
"""The lexicographer's files of what people make, wear and eat."""
_MONGRELS = frozenset({"cross", "crosses", "mix", "mixes"})
"""Behind a breed they say that only a parent is of it: "a beagle mix"."""
_WITH_BREEDS = ("dog.n.01", "domestic_cat.n.01")
_NO_MAKES = frozenset({"class", "staff"})
"""Words of makers before a model that say nothing of what it is: 65" Class QN90B, "Pro Staff RF97"."""
_NOT_IN_A_NAME = frozenset({"det", "poss", "nummod", "predet", "quantmod"})


class _Entry(NamedTuple):
    """What a written form is listed as; falsy if it is not."""

    lemmas: tuple[str, ...] = ()
    synsets: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lemmas)


class ExtendedHeadFinder:
    """Looks up the words around a head noun in WordNet and in the exact phrases of a label space."""

    def __init__(
        self,
        lexicon: Lexicon,
        rules: ModeRules,
        named: NamedWords | None = None,
        respell: Callable[[str], str | None] | None = None,
    ) -> None:
        """`named`: what a label space names beside WordNet.

        `respell` gives the word that an unknown word is a slip for, or none.
        """
        self._respell = respell
        self.lexicon = lexicon
        self._rules = rules
        self._named = named or NamedWords()
        self._breeds = Below(lexicon, *_WITH_BREEDS)

    def __call__(self, tree: Tree, phrase_start: int, head: int) -> ExtendedHead | None:
        """The extended head around the noun `head` of a phrase; none if not even that noun is known."""
        earliest = max(phrase_start, head + 1 - self.lexicon.max_lemma_words)
        if tree.words[head] in DOGS_AND_KITES and self._rules.guard_extended_heads:
            if is_hawk(tree, head) and (hawk := self._find(*HAWK)):
                return hawk._replace(start=head, end=head + 1)
            if is_no_name_with_the_word_before(tree, head):
                earliest = head
        first = _first_of_name(tree, earliest, head, possessors=self._rules.possessive_names)
        end = _end_of_tail(tree, head, postposed=self._rules.postposed_names)
        found = self._find(tuple(tree.words[first:end]), tuple(tree.tags[first:end]), head - first)
        if found is None:
            is_model = self._rules.designations and first < head and _is_designation(tree.words[head])
            is_model = (
                is_model and tree.tags[head - 1] not in ADJECTIVE_TAGS and tree.words[head - 1] not in _NO_MAKES
            )
            return self(tree, phrase_start, head - 1) if is_model else None
        extended = ExtendedHead(first + found.start, first + found.end, found.lemmas, found.synsets)
        if tree.words[head] in _MONGRELS and extended.start == head > phrase_start:
            return self._breed_before(tree, phrase_start, head) or extended
        return extended

    def _breed_before(self, tree: Tree, phrase_start: int, head: int) -> ExtendedHead | None:
        """The breed that a mongrel is of."""
        breed = self(tree, phrase_start, head - 1) if self._rules.guard_extended_heads else None
        is_one = breed is not None and any(synset in self._breeds for synset in breed.synsets)
        return breed if is_one else None

    @remembered
    def _find(self, words: tuple[str, ...], tags: tuple[str, ...], head: int) -> ExtendedHead | None:
        """The extended head among the words that may belong to it, in indices of these."""
        for start, end in _windows(len(words), head):
            entry = self._entry(_written(words[start:end]), tags[end - 1] in PLURAL_TAGS)
            if not entry and end - start > 1:
                entry = self._entry_of_inner_plural(words, start, head, end)
            if entry and self._rules.guard_extended_heads and not _NAMING_TAGS.issuperset(tags[start:head]):
                entry = self._kinds(entry, words[head])
            if entry and not self._is_split_by_a_compound(words[:end], tags, start, entry):
                return ExtendedHead(start, end, entry.lemmas, entry.synsets)
        return None

    def _is_split_by_a_compound(
        self, words: tuple[str, ...], tags: tuple[str, ...], start: int, entry: _Entry
    ) -> bool:
        """Whether a phrase of the label space only seems to be there: "a bus stop sign" has no stop sign."""
        return (
            0 < start < len(words) - 1
            and not entry.synsets
            and self._rules.guard_extended_heads
            and tags[start - 1] in NOUN_TAGS
            and f"{words[start - 1]}_{words[start]}" in self.lexicon
        )

    @remembered
    def _entry(self, form: str, plural: bool = False) -> _Entry:
        """Exact phrases first, then WordNet with its morphology; of a plural the singular comes first.

        "bowls" is also a game and "glasses" are also spectacles, but both are plurals before that. "pliers" are
        not: hardly anyone has a "plier".
        """
        for spelling in self._spellings(form):
            phrase = self._named.phrase(spelling)
            if phrase is not None:
                return _Entry((phrase,))
            lemmas = tuple(self.lexicon.base_forms(spelling))
            if lemmas:
                singular_first = plural and not self._is_plural_noun(lemmas, spelling)
                return self._listed(tuple(sorted(lemmas, key=spelling.__eq__)) if singular_first else lemmas)
        meant = self._respell(form) if self._respell else None
        return self._entry(meant) if meant else _Entry()

    def _listed(self, lemmas: tuple[str, ...]) -> _Entry:
        synsets = dict.fromkeys(synset for lemma in lemmas for synset in self.lexicon.synsets(lemma))
        return _Entry(lemmas, tuple(synsets))

    def _spellings(self, form: str) -> Iterator[str]:
        yield form
        if "-" in form:
            yield form.replace("-", "_")
        if self._rules.split_spellings and form.count("_") + form.count("-") == 1:
            yield form.replace("-", "").replace("_", "")

    def _is_plural_noun(self, lemmas: tuple[str, ...], form: str) -> bool:
        """Whether a plural is a thing of its own, while no text that WordNet counts has its singular."""
        lexicon = self.lexicon
        return (
            self._rules.plural_nouns
            and any(lexicon.lexname(synset) in _THINGS for synset in lexicon.synsets(form))
            and not any(
                lexicon.tag_count(synset, _spelt_as(lemma, lexicon.lemmas(synset)))
                for lemma in lemmas
                if lemma != form
                for synset in lexicon.synsets(lemma)
            )
        )

    def _entry_of_inner_plural(self, words: tuple[str, ...], start: int, head: int, end: int) -> _Entry:
        """ "chests of drawers", "steak knives": WordNet's morphology knows no such plurals in names."""
        before = _written(words[start:head]) + "_" if start < head else ""
        after = "_" + _written(words[head + 1 : end]) if head + 1 < end else ""
        for singular in self._entry(words[head]).lemmas:
            if singular == words[head]:
                continue
            lemma = f"{before}{singular}{after}"
            if self._named.phrase(lemma) == lemma:
                return _Entry((lemma,))
            if lemma in self.lexicon:
                return self._listed((lemma,))
        return _Entry()

    @remembered
    def _kinds(self, entry: _Entry, head: str) -> _Entry:
        """The entry with only those senses that are a kind of the head: "polar bear", but not "white horse".

        Or that the label space names: "rolling pin" is a kind of roller in WordNet.
        """
        if not entry.synsets:
            return entry
        meant = self._named.meant(entry.lemmas)
        # A word that the label space reads for itself has no senses there: "panda", of "red panda".
        of_head = set(self._entry(head).synsets or self._listed(tuple(self.lexicon.base_forms(head))).synsets)
        if not of_head and head not in self._named and "-" not in entry.lemmas[0]:
            return entry  # "third baseman": nobody is a mere "baseman"
        kinds = tuple(
            synset
            for synset in entry.synsets
            if synset in meant or not of_head.isdisjoint(hypernym_distances(self.lexicon, synset))
        )
        return _Entry(entry.lemmas, kinds) if kinds else _Entry()


def _is_designation(word: str) -> bool:
    """Whether a word tells one model of a make from others, and names nothing by itself: "747", "A320s"."""
    return any(map(str.isdigit, word)) and word[0].isalnum()


def _spelt_as(lemma: str, spellings: tuple[str, ...]) -> str:
    """The lemma as a synset spells it."""
    return next(spelling for spelling in spellings if spelling.lower() == lemma)


def _first_of_name(tree: Tree, earliest: int, head: int, *, possessors: bool) -> int:
    """The first word before the head that may belong to its name; `possessors`: "bird" of "bird's nest" may."""
    first = head
    while first > earliest and tree.words[first - 1] != ",":
        dep = tree.deps[first - 1]
        if dep in _NOT_IN_A_NAME and not (possessors and dep == "poss" and tree.is_noun(first - 1)):
            break
        first -= 1
    return first


def _windows(length: int, head: int) -> Iterator[tuple[int, int]]:
    """Half-open windows of `length` words that contain the head: the longest first, of equal ones the leftmost."""
    for width in range(length, 0, -1):
        for start in range(max(0, head + 1 - width), min(head, length - width) + 1):
            yield start, start + width


def _end_of_tail(tree: Tree, head: int, *, postposed: bool) -> int:
    """Where a name that goes on after its head may end: "drawers" of "chest of drawers".

    `postposed`: or "general" of "attorney general", and what is parsed like it ("fire hydrant").
    """
    after = head + 1
    if after >= len(tree) or tree.heads[after] != head:
        return after
    if postposed and tree.deps[after] == "amod":
        return after + 1
    if tree.words[after] != "of":
        return after
    tail = [noun for noun in tree.children_by(after, "pobj") if noun <= head + _LONGEST_TAIL]
    return tail[0] + 1 if tail else after


def _written(words: tuple[str, ...]) -> str:
    """The words as WordNet writes them: "hot_dog", "t-shirt", "bird's_nest"."""
    if len(words) == 1:
        return words[0]
    return "_".join(words).replace("_-_", "-").replace("_'s", "'s")
