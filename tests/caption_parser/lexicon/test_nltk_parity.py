"""Exhaustive comparison with NLTK's reader of the same WordNet 3.0 files: every noun, a tenth of the rest."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from caption_parser.lexicon import Lexicon, Synset
from caption_parser.lexicon.taxonomy import hypernym_distances

pytestmark = pytest.mark.real_data

SynsetPair = tuple[Synset, Any]
"""A synset of the lexicon and NLTK's object for it."""

RELATIONS: dict[str, Callable[[Lexicon, Synset], tuple[Synset, ...]]] = {
    "hypernyms": Lexicon.hypernyms,
    "instance_hypernyms": Lexicon.instance_hypernyms,
    "hyponyms": Lexicon.hyponyms,
    "instance_hyponyms": Lexicon.instance_hyponyms,
    "member_holonyms": lambda lexicon, synset: lexicon.holonyms(synset, "member"),
    "part_holonyms": lambda lexicon, synset: lexicon.holonyms(synset, "part"),
    "substance_holonyms": lambda lexicon, synset: lexicon.holonyms(synset, "substance"),
    "member_meronyms": lambda lexicon, synset: lexicon.meronyms(synset, "member"),
    "part_meronyms": lambda lexicon, synset: lexicon.meronyms(synset, "part"),
    "substance_meronyms": lambda lexicon, synset: lexicon.meronyms(synset, "substance"),
}

OTHER_RELATIONS = (
    "similar_tos",
    "also_sees",
    "attributes",
    "verb_groups",
    "entailments",
    "causes",
    "topic_domains",
    "region_domains",
    "usage_domains",
)


@pytest.fixture(scope="module")
def nouns(nltk_reader: Any) -> Iterator[list[SynsetPair]]:
    """All nouns. Collecting garbage among NLTK's millions of objects would double the time of these tests."""
    gc.disable()
    pairs = list(enumerate(nltk_reader.all_synsets("n")))
    gc.freeze()
    gc.enable()
    yield pairs
    gc.unfreeze()


@pytest.fixture(scope="module")
def other_synsets(lexicon: Lexicon, nltk_reader: Any) -> list[SynsetPair]:
    """Every tenth verb, adjective and adverb."""
    numbers = [number for pos in "var" for number in lexicon.synset_range(pos)[::10]]
    return [
        (number, nltk_reader.synset_from_pos_and_offset(lexicon.pos(number), lexicon.offset(number)))
        for number in numbers
    ]


def _identities(nltk_synsets: list[Any]) -> set[tuple[str, int]]:
    return {(synset.pos(), synset.offset()) for synset in nltk_synsets}


def test_fields_of_synsets(lexicon: Lexicon, nouns: list[SynsetPair], other_synsets: list[SynsetPair]) -> None:
    assert len(nouns) == len(lexicon.noun_synsets()) == 82_115
    for number, expected in nouns + other_synsets:
        assert (
            lexicon.pos(number),
            lexicon.offset(number),
            lexicon.lexname(number),
            lexicon.definition(number),
            lexicon.lemmas(number),
        ) == (
            expected.pos(),
            expected.offset(),
            expected.lexname(),
            expected.definition(),
            tuple(expected.lemma_names()),
        )


def test_names_of_synsets(lexicon: Lexicon, nouns: list[SynsetPair], other_synsets: list[SynsetPair]) -> None:
    """Satellites apart: NLTK 3.10 numbers them among satellites only, before it did as WordNet and we do."""
    for number, expected in nouns + other_synsets:
        if expected.pos() == "s":
            assert lexicon.synset(lexicon.name(number)) == number
        else:
            assert lexicon.name(number) == expected.name()
            assert lexicon.synset(expected.name()) == number


@pytest.mark.parametrize("relation", RELATIONS)
def test_relations_of_every_noun(lexicon: Lexicon, nouns: list[SynsetPair], relation: str) -> None:
    for number, nltk_synset in nouns:
        found = RELATIONS[relation](lexicon, number)
        expected = getattr(nltk_synset, relation)()
        assert len(found) == len(expected)
        assert not found or {(lexicon.pos(s), lexicon.offset(s)) for s in found} == _identities(expected)


def test_hypernyms_of_verbs(lexicon: Lexicon, other_synsets: list[SynsetPair]) -> None:
    for number, nltk_synset in other_synsets:
        found = {(lexicon.pos(synset), lexicon.offset(synset)) for synset in lexicon.hypernyms(number)}
        assert found == _identities(nltk_synset.hypernyms())


def test_related_synsets(lexicon: Lexicon, nouns: list[SynsetPair], other_synsets: list[SynsetPair]) -> None:
    for number, nltk_synset in nouns[::10] + other_synsets:
        expected = [related for name in (*RELATIONS, *OTHER_RELATIONS) for related in getattr(nltk_synset, name)()]
        found = lexicon.related(number)
        assert len(found) == len(expected)
        # Each part of speech has offsets of its own, and satellites are adjectives.
        assert {(lexicon.pos(synset), lexicon.offset(synset)) for synset in found} == _identities(expected)


def test_closure_of_every_noun(lexicon: Lexicon, nouns: list[SynsetPair]) -> None:
    """Shortest distances by recursion over NLTK's hypernyms."""
    numbers = {nltk_synset.offset(): number for number, nltk_synset in nouns}
    expected: dict[Synset, dict[Synset, int]] = {}

    def distances(number: Synset) -> dict[Synset, int]:
        if number not in expected:
            shortest = {number: 0}
            for hypernym in nouns[number][1].hypernyms():
                for above, steps in distances(numbers[hypernym.offset()]).items():
                    shortest[above] = min(steps + 1, shortest.get(above, steps + 1))
            expected[number] = shortest
        return expected[number]

    for number in lexicon.noun_synsets():
        assert hypernym_distances(lexicon, number) == distances(number)


def test_derivations(lexicon: Lexicon, other_synsets: list[SynsetPair]) -> None:
    for number, nltk_synset in other_synsets:
        for lemma in nltk_synset.lemmas():
            found = lexicon.related_forms(number, lemma.name())
            expected = lemma.derivationally_related_forms()
            assert sorted((lexicon.offset(synset), name) for synset, name in found) == sorted(
                (related.synset().offset(), related.name()) for related in expected
            )


def test_senses_of_the_sense_index(lexicon: Lexicon, nltk_wordnet: Path) -> None:
    """Key, offset, sense number and SemCor count of every third sense in index.sense, all parts of speech."""
    lines = (nltk_wordnet / "corpora" / "wordnet" / "index.sense").read_text().splitlines()
    assert len(lines) == 206_941
    for line in lines[::3]:
        sense_key, offset, sense_number, count = line.split()
        lemma, _, lex_sense = sense_key.partition("%")
        synset = lexicon.synsets(lemma, "nvara"[int(lex_sense[0]) - 1])[int(sense_number) - 1]
        assert lexicon.offset(synset) == int(offset)
        assert lexicon.sense_key(synset, lemma) == sense_key
        assert lexicon.tag_count(synset, lemma) == int(count)


@pytest.mark.parametrize("pos", "nvar")
def test_senses_of_every_lemma(lexicon: Lexicon, nltk_reader: Any, pos: str) -> None:
    names = set(nltk_reader.all_lemma_names(pos))
    assert sorted(lexicon.lemma_names(pos)) == sorted(names)
    for lemma in names:
        offsets = [lexicon.offset(synset) for synset in lexicon.synsets(lemma, pos)]
        assert offsets == nltk_reader._lemma_pos_offset_map[lemma][pos]


def test_longest_noun(lexicon: Lexicon, nltk_reader: Any) -> None:
    assert lexicon.max_lemma_words == max(name.count("_") + 1 for name in nltk_reader.all_lemma_names("n"))


@pytest.mark.parametrize("pos", "nvar")
def test_every_irregular_form(lexicon: Lexicon, nltk_reader: Any, pos: str) -> None:
    for form in nltk_reader._exception_map[pos]:
        assert lexicon.base_forms(form, pos) == tuple(nltk_reader._morphy(form, pos))


def test_regular_plural_of_every_noun(lexicon: Lexicon, nltk_reader: Any) -> None:
    for lemma in nltk_reader.all_lemma_names("n"):
        plural = _regular_plural(lemma)
        assert lexicon.base_forms(plural) == tuple(nltk_reader._morphy(plural, "n"))


def _regular_plural(lemma: str) -> str:
    if lemma.endswith(("s", "x", "z", "ch", "sh")):
        return lemma + "es"
    for singular, plural in (("y", "ies"), ("man", "men"), ("fe", "ves"), ("f", "ves")):
        if lemma.endswith(singular):
            return lemma.removesuffix(singular) + plural
    return lemma + "s"


@pytest.mark.parametrize(
    ("pos", "endings"),
    [("n", ("ses", "zes")), ("v", ("s", "es", "ed", "ing")), ("a", ("er", "est")), ("r", ("s",))],
)
def test_endings_on_every_twentieth_lemma(
    lexicon: Lexicon, nltk_reader: Any, pos: str, endings: tuple[str, ...]
) -> None:
    """Right forms and wrong ones: the ending on the whole lemma and in place of its last letter."""
    for lemma in sorted(nltk_reader.all_lemma_names(pos))[::20]:
        for form in (stem + ending for ending in endings for stem in (lemma, lemma[:-1])):
            assert lexicon.base_forms(form, pos) == tuple(nltk_reader._morphy(form, pos))
