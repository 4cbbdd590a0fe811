"""How one synset, one sense and one relation each fit into 32 bits, and in which sections they stand.

Sections of the lexicon file (`I`: 32 bits, `H`: 16 bits; `*` stands for `.bases` and `.distances`, see `Runs`):

    bounds            I  first synset of nouns, verbs, adjectives, adverbs, and their total; see `POS_ORDER`
    max_lemma_words   I  words in the longest noun
    lexnames          B  names of the lexicographer files, one per line
    tag_counts        I  the distinct SemCor counts, ascending
    lemmas.*             string table of lemmas, with further spellings of the same lemmas behind them
    lemma_synsets.*, lemma_synsets   I  per lemma: its synsets by part of speech, then by sense number
    synsets           I  per synset: `pack_synset`
    senses.*, senses  I  per synset: its lemmas in WordNet's order, each `pack_sense`
    edges.*, edges    I  per synset: its relations grouped by kind, ascending, each `pack_edge`
    exceptions.*         string table of irregular forms, keyed by `exception_key`
    exception_lemmas.*, exception_lemmas  I  per irregular form: the lemmas it may stand for
"""

from enum import IntEnum

POS_ORDER = "nvar"
"""Synsets are numbered by part of speech in this order, and by offset within each. Satellites count as `a`."""


class Relation(IntEnum):
    """Relations between synsets; the value is the rank within a synset's edges."""

    HYPERNYM = 0
    INSTANCE_HYPERNYM = 1
    MEMBER_HOLONYM = 2
    PART_HOLONYM = 3
    SUBSTANCE_HOLONYM = 4
    MEMBER_MERONYM = 5
    PART_MERONYM = 6
    SUBSTANCE_MERONYM = 7
    HYPONYM = 8
    INSTANCE_HYPONYM = 9
    SATELLITE_HEAD = 10
    """From an adjective satellite to the adjective that its sense key names."""
    DERIVATION = 11
    """Derivationally related form: the one relation here that joins lemmas, not whole synsets."""
    SIMILAR = 12
    ALSO_SEE = 13
    ATTRIBUTE = 14
    VERB_GROUP = 15
    ENTAILMENT = 16
    CAUSE = 17
    DOMAIN = 18
    """To the topic, region or usage that it belongs to."""


# Edge, low to high bits: synset 17, lemma position in that synset 5, lemma position in this synset 5, relation 5.
TARGET_BITS = 17
TARGET_MASK = (1 << TARGET_BITS) - 1
TARGET_LEMMA_SHIFT = 17
SOURCE_LEMMA_SHIFT = 22
LEMMA_POSITION_MASK = 0x1F
RELATION_SHIFT = 27

# Sense: index into the string table 18, lex_id 4, index into tag_counts 10.
SPELLING_BITS = 18
SPELLING_MASK = (1 << SPELLING_BITS) - 1
LEX_ID_SHIFT = 18
LEX_ID_MASK = 0xF
COUNT_SHIFT = 22

# Synset: satellite 1, lexicographer file 6, offset 25: ascending with the offset within a part of speech.
LEXNAME_SHIFT = 1
LEXNAME_MASK = 0x3F
OFFSET_SHIFT = 7


def pack_synset(offset: int, lexname: int, satellite: bool) -> int:
    """A synset as 32 bits; OverflowError if a field is too large."""
    return _fit(offset, 25) << OFFSET_SHIFT | _fit(lexname, 6) << LEXNAME_SHIFT | satellite


def pack_sense(spelling: int, lex_id: int, count_index: int) -> int:
    """A lemma of a synset as 32 bits; OverflowError if a field is too large."""
    return _fit(spelling, SPELLING_BITS) | _fit(lex_id, 4) << LEX_ID_SHIFT | _fit(count_index, 10) << COUNT_SHIFT


def pack_edge(relation: Relation, target: int, source_lemma: int = 0, target_lemma: int = 0) -> int:
    """A relation to synset `target` as 32 bits, lemma positions 0-based; OverflowError if one is too large."""
    return (
        _fit(target, TARGET_BITS)
        | _fit(target_lemma, 5) << TARGET_LEMMA_SHIFT
        | _fit(source_lemma, 5) << SOURCE_LEMMA_SHIFT
        | relation << RELATION_SHIFT
    )


def relation_of(edge: int) -> int:
    """The relation of an edge, by which the edges of a synset are sorted."""
    return edge >> RELATION_SHIFT


def exception_key(form: str, pos: str) -> str:
    """The key of an irregular form; `pos` is one of `POS_ORDER`."""
    return f"{pos} {form}"


def _fit(number: int, bits: int) -> int:
    if not 0 <= number < 1 << bits:
        raise OverflowError(f"{number} does not fit into {bits} bits")
    return number
