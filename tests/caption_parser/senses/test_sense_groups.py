"""Groups on hand-made hierarchies, and their one promise on all of WordNet."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses.sense_groups import (
    Compression,
    group_by_hypernyms,
    group_by_relations,
    sense_groups,
)

GROUPS_OF_WORDNET = {
    Compression.HYPERNYMS: 39_147,  # as Vial et al. 2019 report
    Compression.ALL_RELATIONS: 11_862,
    Compression.NONE: 117_659,
}


#           0 entity
#       1 animal       2 artifact
#     3 rodent 4 pet    5 device  6 toy
#     7 mouse           8 mouse-device
PARENTS = [None, 0, 0, 1, 1, 2, 2, 3, 5]


def test_hypernyms_keep_the_place_where_the_senses_of_a_word_part() -> None:
    assert group_by_hypernyms([(7, 8)], PARENTS) == [0, 1, 2, 1, 1, 2, 2, 1, 2]


def test_hypernyms_without_words_leave_one_group_per_root() -> None:
    assert group_by_hypernyms([], [None, 0, 1, None, 3]) == [0, 0, 0, 3, 3]


def test_a_sense_above_another_sense_of_its_word() -> None:
    """ "animal" as against a person, and as a pet: the upper sense and the way down are both needed."""
    assert group_by_hypernyms([(1, 4)], PARENTS) == [0, 1, 0, 1, 4, 0, 0, 1, 0]


def test_senses_under_different_roots() -> None:
    assert group_by_hypernyms([(1, 3)], [None, 0, None, 2]) == [0, 0, 2, 2]


def test_relations_merge_the_smallest_groups_first() -> None:
    # A chain 0-1-2-3: 0 takes 1, then 2 takes 3 (its size is 1, that of the first group 2), then both merge.
    chain = [(1,), (2,), (3,), ()]
    assert group_by_relations([], chain) == [0, 0, 0, 0]
    assert group_by_relations([(0, 2)], chain) == [0, 0, 2, 2]
    assert group_by_relations([(0, 3), (1, 2)], chain) == [0, 0, 2, 2]
    assert group_by_relations([(0, 1)], chain) == [0, 1, 1, 1]


def test_relations_hold_in_both_directions_and_never_without_a_path() -> None:
    assert group_by_relations([], [(), (0,), ()]) == [0, 0, 2]


def test_a_group_refused_by_the_smallest_takes_the_next() -> None:
    # 0 is related to 1 (with which it shares a word) and to 2.
    assert group_by_relations([(0, 1)], [(1, 2), (), ()]) == [0, 1, 0]


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[list[tuple[int, ...]], list[int | None]]:
    """Words of two to four senses over a forest of up to 20 synsets."""
    n = draw(st.integers(2, 20))
    parents = [None, *(draw(st.none() | st.integers(0, synset - 1)) for synset in range(1, n))]
    words = st.sets(st.integers(0, n - 1), min_size=2, max_size=4).map(lambda senses: tuple(sorted(senses)))
    return draw(st.lists(words, max_size=6)), parents


def _tells_apart(words: Sequence[Sequence[int]], groups: Sequence[int]) -> bool:
    return all(len({groups[sense] for sense in senses}) == len(senses) for senses in words)


@given(hierarchies())
def test_hypernym_groups_tell_the_senses_of_words_apart(
    hierarchy: tuple[list[tuple[int, ...]], list[int | None]],
) -> None:
    words, parents = hierarchy
    groups = group_by_hypernyms(words, parents)
    assert _tells_apart(words, groups)
    for synset, group in enumerate(groups):
        above: int | None = synset
        while above != group:
            assert above is not None
            above = parents[above]


@given(hierarchies())
def test_relation_groups_tell_the_senses_apart_and_cannot_be_merged_further(
    hierarchy: tuple[list[tuple[int, ...]], list[int | None]],
) -> None:
    words, parents = hierarchy
    related = [() if parent is None else (parent,) for parent in parents]
    groups = group_by_relations(words, related)
    assert _tells_apart(words, groups)
    assert all(groups[group] == group == min(s for s, g in enumerate(groups) if g == group) for group in groups)
    for synset, others in enumerate(related):
        for other in others:
            first, second = sorted((groups[synset], groups[other]))
            merged = [first if group == second else group for group in groups]
            assert first == second or not _tells_apart(words, merged)


@pytest.fixture(scope="module", params=list(Compression))
def wordnet_groups(request: pytest.FixtureRequest) -> tuple[Compression, list[int]]:
    return request.param, sense_groups(default_lexicon(), request.param)


@pytest.fixture(scope="module")
def senses_of_word(lexicon: Lexicon) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(lemma, pos): lexicon.synsets(lemma, pos) for pos in "nvar" for lemma in lexicon.lemma_names(pos)}


def test_wordnet(
    lexicon: Lexicon,
    senses_of_word: dict[tuple[str, str], tuple[int, ...]],
    wordnet_groups: tuple[Compression, list[int]],
) -> None:
    compression, groups = wordnet_groups
    assert len(groups) == lexicon.synset_range("r").stop
    assert len(set(groups)) == GROUPS_OF_WORDNET[compression]
    for word, senses in senses_of_word.items():
        assert len({groups[sense] for sense in senses}) == len(senses), word
