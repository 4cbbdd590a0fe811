"""Quantity nouns ("a lot of people") and counts ("two dogs", "a pair of skis")."""

from collections.abc import Iterator

from caption_parser.syntax.tree import NOUN_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.word_lists import GATHERINGS, NUMBERS, PLURAL_ONLY, QUANTITY_NOUNS, SAID_OF_GROUPS

_LARGEST_COUNT = 1_000_000
"""A larger number in a caption is no count of objects that an image could show."""

_PAIRS = frozenset({"pair", "pairs"})
_UNITS = frozenset(
    """
    " \u201d \u2033 ' '' \u2019 \u2032 % \u00b0 ah carat cc centimeter centimetre cl cm db decibel degree dpi
    feet ft ft. g gal gb ghz gram gsm hp hz in in. inch kb kg kilo kilogram kilometer kilometre km kmh kph kv
    kw kwh l lb lb. lbs lbs. liter litre m mah mb metre mg mhz ml mm mp mph ounce oz oz. percent pixel px tb
    v volt w watt yd
    """.split()
)
"""Between a number and a noun they say how large it is: "a 12 cm pot", "two 32 inch TVs"."""
_UNITS_OR_KINDS = frozenset(
    "day foot gallon hour meter mile minute month pint pound quart second thread ton tonne week yard year".split()
)
"""They do so before a singular: "a 5 pound dog", but "two pound cakes", "two foot soldiers"."""


def quantified_nouns(tree: Tree, token: int) -> list[int]:
    """The nouns that a quantity noun stands for: "skis" and "poles" of "a pair of skis and poles"; else none."""
    if tree.words[token] not in QUANTITY_NOUNS:
        return []
    return [
        noun
        for first in tree.complements(token, "of")
        for noun in tree.conjuncts(first)
        if tree.is_noun(noun) and tree.words[noun] not in SAID_OF_GROUPS
    ]


def referents(tree: Tree, token: int) -> Iterator[int]:
    """The object nouns that a noun stands for: itself, or what it quantifies ("group of lots of people")."""
    return _looked_through(tree, token) if tree.words[token] in QUANTITY_NOUNS else iter((token,))


def _looked_through(tree: Tree, token: int) -> Iterator[int]:
    pending = [token]
    while pending:
        noun = pending.pop()
        quantified = quantified_nouns(tree, noun)
        if not quantified:
            yield noun
        pending.extend(reversed(quantified))


def quantity_noun_of(tree: Tree, noun: int) -> int | None:
    """The "group" of "a group of people", if it stands for this noun; none: nothing counts or gathers it."""
    noun = tree.first_conjuncts[noun]
    if tree.deps[noun] != "pobj":
        return None
    holder = tree.heads[tree.heads[noun]]
    return holder if noun in quantified_nouns(tree, holder) else None


def stated_count(tree: Tree, noun: int) -> int | None:
    """The number of instances that the modifiers of a noun state: numerals, "a" (singular), "both"; else none."""
    for child in tree.children[noun]:
        if tree.deps[child] in ("nummod", "det", "predet") and not _measures(tree, child, noun):
            value = _number(tree, child)
            if value is not None:
                return value
        if tree.deps[child] == "det" and tree.words[child] in ("a", "an", "another") and tree.tags[noun] != "NNS":
            return 1
    return None


def _measures(tree: Tree, number: int, noun: int) -> bool:
    """Whether a unit stands right behind a number, with or without a hyphen, so that it counts no nouns."""
    unit = number + 2 if tree.word(number + 1) == "-" else number + 1
    if unit >= noun:
        return False
    word = tree.words[unit]
    return word in _UNITS or (word in _UNITS_OR_KINDS and tree.tags[noun] not in PLURAL_TAGS)


def least_count(tree: Tree, noun: int) -> int | None:
    """The least number of instances of a noun without a stated count: 2 for a plural and for "a herd of sheep"."""
    if tree.words[noun] in PLURAL_ONLY:
        return None
    if tree.tags[noun] in PLURAL_TAGS:
        return 2
    gathered = tree.deps[noun] == "pobj" and tree.words[tree.heads[tree.heads[noun]]] in GATHERINGS
    return 2 if gathered and tree.words[tree.heads[noun]] == "of" else None


def counts(tree: Tree) -> dict[int, int]:
    """Counts by noun, with quantity nouns looked through: {skis: 4} for "two pairs of skis"."""
    found: dict[int, int] = {}
    for noun, tag in enumerate(tree.tags):
        if tag not in NOUN_TAGS:
            continue
        quantified = quantified_nouns(tree, noun)
        own = stated_count(tree, noun)
        if not quantified:
            if own is not None:
                found.setdefault(noun, own)
            continue
        unit = NUMBERS.get(tree.words[noun].removesuffix("s"))
        if unit is not None and len(quantified) == 1:
            # "A pair of scissors" is one thing.
            is_one = tree.words[noun] in _PAIRS and tree.words[quantified[0]] in PLURAL_ONLY
            found[quantified[0]] = (1 if is_one else unit) * (own or 1)
    return found


def _number(tree: Tree, token: int) -> int | None:
    word = tree.words[token].replace(",", "")
    if word.isascii() and word.isdigit():
        value = int(word) if len(word) <= len(str(_LARGEST_COUNT)) else 0
        return value if 0 < value <= _LARGEST_COUNT else None
    value_of_word = NUMBERS.get(word)
    if word == "dozen" and value_of_word is not None:
        multipliers = [_number(tree, child) for child in tree.children_by(token, "nummod", "compound", "quantmod")]
        return value_of_word * next((m for m in multipliers if m), 1)
    return value_of_word
