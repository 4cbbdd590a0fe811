"""Appendix A-A on a WordNet small enough to follow by hand, and its invariants on the real one."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caption_parser.discovery.background import Discovery, DiscoveryLimits, Round, discover
from caption_parser.discovery.run import class_comments, extended_space
from caption_parser.labels.decisions import DecisionTable
from caption_parser.lexicon import Lexicon, UnknownSynsetError, default_lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances
from shared_schemas import Kind, LabelClass, LabelSpace

CAR = LabelSpace(name="mini", classes=(LabelClass(id=1, name="car", synsets=("car.n.01",)),))
COUNTS = {
    "way": 50,
    "wheel": 45,
    "bumper": 44,
    "car": 40,
    "group": 39,
    "street": 30,
    "tree": 20,
    "plant": 19,
    "leaf": 18,
    "forest": 17,
    "park": 16,
    "avenue": 12,
    "palm": 11,
    "trail": 10,
    "lawn": 4,
    "pavement": 3,
}
OPTIONS = DiscoveryLimits(threshold=5, dropped=("abstraction.n.01",))


def run(
    lexicon: Lexicon,
    counts: Mapping[str, int] = COUNTS,
    label_space: LabelSpace = CAR,
    limits: DiscoveryLimits = OPTIONS,
) -> Discovery:
    by_synset = {lexicon.synset(f"{lemma}.n.01"): count for lemma, count in counts.items()}
    return discover(by_synset, label_space, lexicon, limits)


def words(lexicon: Lexicon, discovery: Discovery) -> list[tuple[str, int]]:
    return [(lexicon.lemmas(one.synset)[0], one.mentions) for one in discovery.rounds]


def test_the_rounds_of_the_miniature(miniature: Lexicon) -> None:
    """The most frequent synset that is free is way, which takes streets along; then plants are above trees."""
    discovery = run(miniature)
    assert words(miniature, discovery) == [("way", 50), ("tree", 20), ("park", 16)]
    way, tree, park = discovery.rounds

    def named(counts: Mapping[int, int]) -> dict[str, int]:
        return {miniature.lemmas(synset)[0]: count for synset, count in counts.items()}

    def dismissed(one: Discovery | Round) -> list[tuple[str, int, str, str]]:
        return [
            (miniature.lemmas(d.synset)[0], d.mentions, d.reason.value, miniature.lemmas(d.because_of)[0])
            for d in one.dismissed
        ]

    assert dismissed(discovery) == [
        ("wheel", 45, "meronym", "car"),
        ("bumper", 44, "meronym", "car"),
        ("group", 39, "dropped", "abstraction"),
    ]
    assert named(way.assigned) == {"street": 30, "avenue": 12, "trail": 10}
    assert dismissed(way) == []
    # A forest consists of trees alone; a park has a lawn, too.
    assert named(tree.assigned) == {"forest": 17, "palm": 11}
    # The leaf is a part of plants, above the tree.
    assert dismissed(tree) == [("plant", 19, "hypernym", "tree"), ("leaf", 18, "meronym", "tree")]
    assert named(park.assigned) == {}
    assert dismissed(park) == [("lawn", 4, "meronym", "park")]
    assert discovery.following == (miniature.synset("pavement.n.01"), 3)


def test_pavement_is_no_part_of_ways(miniature: Lexicon) -> None:
    """Parts of hyponyms stay: only a class and what lies above it have its parts."""
    discovery = run(miniature, {"way": 50, "pavement": 29, "street": 30})
    assert words(miniature, discovery) == [("way", 50), ("pavement", 29)]
    discovery = run(miniature, {"street": 50, "pavement": 29, "way": 30})
    assert words(miniature, discovery) == [("street", 50)]
    assert discovery.following is None


def test_counts_of_hyponyms_do_not_add_up(miniature: Lexicon) -> None:
    discovery = run(miniature, {"plant": 6, "tree": 7, "palm": 9})
    assert words(miniature, discovery) == [("palm", 9)]
    assert {miniature.lemmas(d.synset)[0] for d in discovery.rounds[0].dismissed} == {"plant", "tree"}


def test_the_threshold_itself_is_not_enough(miniature: Lexicon) -> None:
    discovery = run(miniature, {"tree": 6, "park": 5})
    assert words(miniature, discovery) == [("tree", 6)]
    assert discovery.following == (miniature.synset("park.n.01"), 5)


def test_of_equally_frequent_synsets_the_alphabet_decides(miniature: Lexicon) -> None:
    for counts in ({"way": 9, "park": 9}, {"park": 9, "way": 9}):
        assert words(miniature, run(miniature, counts)) == [("park", 9), ("way", 9)]


def test_rounds_can_be_limited(miniature: Lexicon) -> None:
    one_round = DiscoveryLimits(threshold=5, dropped=OPTIONS.dropped, max_rounds=1)
    discovery = run(miniature, limits=one_round)
    assert words(miniature, discovery) == [("way", 50)]
    assert discovery.following == (miniature.synset("tree.n.01"), 20)


def test_going_on_from_a_written_space_gives_the_same_classes(miniature: Lexicon) -> None:
    whole = extended_space(CAR, run(miniature), miniature, "mini")
    first = DiscoveryLimits(threshold=5, dropped=OPTIONS.dropped, max_rounds=1)
    resumed = extended_space(CAR, run(miniature, limits=first), miniature, "mini")
    resumed = extended_space(resumed, run(miniature, label_space=resumed), miniature, "mini")
    assert resumed == whole
    assert [(label.id, label.name, label.kind) for label in whole.classes] == [
        (1, "car", Kind.FOREGROUND),
        (2, "way", Kind.BACKGROUND),
        (3, "tree", Kind.BACKGROUND),
        (4, "park", Kind.BACKGROUND),
    ]


def test_classes_say_what_was_counted(miniature: Lexicon) -> None:
    discovery = run(miniature)
    space = extended_space(CAR, discovery, miniature, "mini")
    assert space.by_name["tree"].reason == "Discovered: 20 mentions, 28 more of its hyponyms and holonyms."
    assert class_comments(space, discovery, miniature) == {
        "way": "Round 1: way.n.01 50, street.n.01 30, avenue.n.01 12, trail.n.01 10",
        "tree": "Round 2: tree.n.01 20, forest.n.01 17, palm.n.01 11",
        "park": "Round 3: park.n.01 16",
    }


def test_a_class_whose_name_is_taken_gets_its_sense_number(miniature: Lexicon) -> None:
    space = LabelSpace(name="mini", classes=(LabelClass(id=1, name="Tree", phrases=("xmas tree",)),))
    discovery = run(miniature, {"tree": 20}, space)
    assert [label.name for label in extended_space(space, discovery, miniature, "mini").background] == [
        "tree (n.01)"
    ]


def test_a_view_becomes_a_space_of_its_own(miniature: Lexicon) -> None:
    view = LabelSpace(name="v", classes=CAR.classes, view_of="mini@00000000", base_ids=(7,))
    space = extended_space(view, run(miniature, label_space=view), miniature, "w")
    assert (space.view_of, space.base_ids, space.name) == (None, (), "w")


def test_named_individuals_are_no_classes() -> None:
    lexicon = default_lexicon()
    counts = {lexicon.synset("thames.n.01"): 9, lexicon.synset("bridge.n.01"): 8}
    discovery = discover(counts, CAR, lexicon, DiscoveryLimits(threshold=0, dropped=()))
    assert [lexicon.name(one.synset) for one in discovery.rounds] == ["bridge.n.01"]
    assert [(lexicon.name(d.synset), d.reason.value) for d in discovery.dismissed] == [("thames.n.01", "instance")]


def test_a_synset_that_does_not_exist(miniature: Lexicon) -> None:
    with pytest.raises(UnknownSynsetError, match="nothing"):
        run(miniature, limits=DiscoveryLimits(threshold=5, dropped=("nothing.n.01",)))


def by_definition(
    counts: Mapping[int, int], label_space: LabelSpace, lexicon: Lexicon, threshold: float
) -> list[int]:
    """The rounds as the appendix states them: after each, everything is worked out anew from the classes."""
    space = label_space
    found: list[int] = []
    while True:
        roots = [lexicon.synset(name) for label in space.classes for name in label.synsets]
        lineage = {above for root in roots for above in hypernym_distances(lexicon, root)}
        out = lineage | {part for synset in lineage for part in lexicon.meronyms(synset)}
        labelled = DecisionTable(space, lexicon).by_synset
        free = [s for s in counts if s not in labelled and s not in out and not lexicon.instance_hypernyms(s)]
        best = min(free, key=lambda s: (-counts[s], lexicon.name(s)), default=None)
        if best is None or counts[best] <= threshold:
            return found
        found.append(best)
        added = LabelClass(id=len(space.classes) + 1, name=lexicon.name(best), synsets=(lexicon.name(best),))
        space = LabelSpace(name="by definition", classes=(*space.classes, added))


def neighbours(lexicon: Lexicon) -> Callable[[int], list[int]]:
    def around(synset: int) -> list[int]:
        related = (*lexicon.hypernyms(synset), *lexicon.hyponyms(synset)[:3])
        return [synset, *related, *lexicon.meronyms(synset)[:3], *lexicon.holonyms(synset)[:3]]

    return around


LEXICON = default_lexicon()
SEEDS = [LEXICON.synset(name) for name in "tree.n.01 car.n.01 house.n.01 street.n.01 dog.n.01 bed.n.01".split()]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_one_pass_agrees_with_the_definition(data: st.DataObject) -> None:
    around = neighbours(LEXICON)
    pool = sorted({near for seed in SEEDS for close in around(seed) for near in around(close)})
    synsets = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=12, unique=True))
    counts = {synset: data.draw(st.integers(1, 6)) for synset in synsets}
    discovery = discover(counts, CAR, LEXICON, DiscoveryLimits(threshold=2, dropped=()))
    assert [one.synset for one in discovery.rounds] == by_definition(counts, CAR, LEXICON, 2)
    space = extended_space(CAR, discovery, LEXICON, "found")
    labels = DecisionTable(space, LEXICON)
    for number, one in enumerate(discovery.rounds, 2):
        assert labels.label_of(one.synset) == number
        # Of a synset below two classes the nearer one labels captions, be it found in a later round.
        assert all((labels.label_of(synset) or 0) >= number for synset in one.assigned)
