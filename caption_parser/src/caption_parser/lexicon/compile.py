"""WordNet as the sections of the lexicon file."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate

from caption_parser.lexicon.container import Section
from caption_parser.lexicon.identifiers import format_sense_key
from caption_parser.lexicon.layout import (
    POS_ORDER,
    Relation,
    exception_key,
    pack_edge,
    pack_sense,
    pack_synset,
    relation_of,
)
from caption_parser.lexicon.tables import encode_runs, encode_string_table
from caption_parser.lexicon.wordnet_files import SynsetEntry, WordNet

_RELATIONS = {
    "@": Relation.HYPERNYM,
    "@i": Relation.INSTANCE_HYPERNYM,
    "#m": Relation.MEMBER_HOLONYM,
    "#p": Relation.PART_HOLONYM,
    "#s": Relation.SUBSTANCE_HOLONYM,
    "%m": Relation.MEMBER_MERONYM,
    "%p": Relation.PART_MERONYM,
    "%s": Relation.SUBSTANCE_MERONYM,
    "~": Relation.HYPONYM,
    "~i": Relation.INSTANCE_HYPONYM,
    "+": Relation.DERIVATION,
    "&": Relation.SIMILAR,
    "^": Relation.ALSO_SEE,
    "=": Relation.ATTRIBUTE,
    "$": Relation.VERB_GROUP,
    "*": Relation.ENTAILMENT,
    ">": Relation.CAUSE,
    ";c": Relation.DOMAIN,
    ";r": Relation.DOMAIN,
    ";u": Relation.DOMAIN,
}
_SIMILAR = "&"

SynsetNumbers = dict[tuple[str, int], int]
"""Part of speech (`a` for satellites too) and offset to the dense number of the synset."""


def compile_lexicon(wordnet: WordNet) -> dict[str, Section]:
    """All sections of the lexicon file, as `layout` describes them.

    Raises OverflowError if a field is too narrow for this WordNet, KeyError if it contradicts itself.
    """
    entries = synset_entries(wordnet)
    numbers = {(_index_pos(entry.pos), entry.offset): number for number, entry in enumerate(entries)}
    string_sections, lemmas, spellings = _lemma_strings(entries)
    return {
        "bounds": array("I", accumulate((len(wordnet.synsets[pos]) for pos in POS_ORDER), initial=0)),
        "max_lemma_words": array("I", [max(lemma.count("_") + 1 for lemma in wordnet.index["n"])]),
        "lexnames": "\n".join(wordnet.lexnames).encode("ascii"),
        **string_sections,
        **_encode_lists("lemma_synsets", [_lemma_synsets(lemma, wordnet, numbers) for lemma in lemmas]),
        "synsets": array("I", (pack_synset(e.offset, e.lexname, e.pos == "s") for e in entries)),
        **_senses(entries, numbers, spellings, wordnet.tag_counts),
        **_encode_lists("edges", [_edges(entry, numbers) for entry in entries]),
        **_exceptions(wordnet, {lemma: number for number, lemma in enumerate(lemmas)}),
    }


def synset_entries(wordnet: WordNet) -> list[SynsetEntry]:
    """All synsets in the order of their numbers."""
    return [entry for pos in POS_ORDER for entry in wordnet.synsets[pos]]


def _index_pos(pos: str) -> str:
    return "a" if pos == "s" else pos


def _lemma_strings(entries: Sequence[SynsetEntry]) -> tuple[dict[str, Section], list[str], dict[str, int]]:
    """The string table, the lemmas (lower case) in its order, and the number of every spelling."""
    spellings = dict.fromkeys(lemma for entry in entries for lemma, _ in entry.lemmas)
    keys: dict[str, str] = {}
    for spelling in spellings:
        keys.setdefault(spelling.lower(), spelling)
    others = sorted(spellings.keys() - set(keys.values()))
    sections, numbers = encode_string_table("lemmas", keys, others)
    lemmas = sorted(keys, key=lambda lemma: numbers[keys[lemma]])
    return sections, lemmas, numbers


def _lemma_synsets(lemma: str, wordnet: WordNet, numbers: SynsetNumbers) -> list[int]:
    return [numbers[pos, offset] for pos in POS_ORDER for offset in wordnet.index[pos].get(lemma, ())]


def _senses(
    entries: Sequence[SynsetEntry], numbers: SynsetNumbers, spellings: dict[str, int], tag_counts: dict[str, int]
) -> dict[str, Section]:
    distinct_counts = sorted({0, *tag_counts.values()})
    count_index = {count: index for index, count in enumerate(distinct_counts)}

    def senses(entry: SynsetEntry) -> list[int]:
        head = entries[_satellite_head(entry, numbers)].lemmas[0] if entry.pos == "s" else None
        lex_ids: dict[str, int] = {}
        words = []
        for lemma, own_lex_id in entry.lemmas:
            # Of "Earth" and "earth" in one synset the sense index lists the first alone, for both spellings.
            lex_id = lex_ids.setdefault(lemma.lower(), own_lex_id)
            count = tag_counts[format_sense_key(lemma, entry.pos, entry.lexname, lex_id, head)]
            words.append(pack_sense(spellings[lemma], lex_id, count_index[count]))
        return words

    return {"tag_counts": array("I", distinct_counts), **_encode_lists("senses", map(senses, entries))}


def _satellite_head(entry: SynsetEntry, numbers: SynsetNumbers) -> int:
    return next(numbers["a", pointer.offset] for pointer in entry.pointers if pointer.symbol == _SIMILAR)


def _edges(entry: SynsetEntry, numbers: SynsetNumbers) -> list[int]:
    """The synset's edges: by relation, and as WordNet lists them within one.

    Of relations between single lemmas only derivations are kept; some others join lemmas here, synsets there.
    """
    edges = []
    for pointer in entry.pointers:
        relation = _RELATIONS.get(pointer.symbol)
        if relation is not None and (pointer.lemmas is None) != (relation is Relation.DERIVATION):
            target = numbers[_index_pos(pointer.pos), pointer.offset]
            edges.append(pack_edge(relation, target, *(pointer.lemmas or (0, 0))))
    if entry.pos == "s":
        edges.append(pack_edge(Relation.SATELLITE_HEAD, _satellite_head(entry, numbers)))
    return sorted(edges, key=relation_of)


def _exceptions(wordnet: WordNet, lemma_numbers: dict[str, int]) -> dict[str, Section]:
    """Irregular forms with the base forms that are lemmas of the same part of speech, possibly none of them."""
    bases: dict[str, list[int]] = {
        exception_key(form, pos): [lemma_numbers[base] for base in base_forms if base in wordnet.index[pos]]
        for pos in POS_ORDER
        for form, base_forms in wordnet.exceptions[pos].items()
    }
    sections, numbers = encode_string_table("exceptions", {key: key for key in bases})
    return {**sections, **_encode_lists("exception_lemmas", [bases[key] for key in numbers])}


def _encode_lists(name: str, lists: Iterable[Sequence[int]]) -> dict[str, Section]:
    """Lists of integers as one flat section and the runs that delimit them."""
    items = array("I")
    lengths = []
    for integers in lists:
        items.extend(integers)
        lengths.append(len(integers))
    return {**encode_runs(name, lengths), name: items}
