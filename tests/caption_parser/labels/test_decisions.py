"""The decision per synset: exact cases of WordNet 3.0, and an independent second implementation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances
from caption_parser.senses import SenseChoice
from shared_runtime.errors import UsageError
from shared_schemas import Kind, LabelClass, LabelSpace, Route, Rule, load_label_space

LEXICON = default_lexicon()


def space(**synsets: str) -> LabelSpace:
    """A label space with one class per keyword; its synsets are separated by spaces."""
    classes = tuple(
        LabelClass(id=number, name=name, synsets=tuple(names.split()))
        for number, (name, names) in enumerate(synsets.items(), 1)
    )
    return LabelSpace(name="test", classes=classes)


def decision(table: DecisionTable, synset: str) -> Decision | None:
    return table.by_synset.get(LEXICON.synset(synset))


def test_synonyms_and_hyponyms_with_their_depth() -> None:
    table = DecisionTable(space(dog="dog.n.01"), LEXICON)
    assert decision(table, "dog.n.01") == Decision(1, Rule.SYNONYM, 0)
    assert decision(table, "poodle.n.01") == Decision(1, Rule.HYPONYM, 1)
    assert decision(table, "toy_poodle.n.01") == Decision(1, Rule.HYPONYM, 2)
    assert decision(table, "cat.n.01") is None
    assert decision(table, "canine.n.02") is None, "a hypernym is no hyponym"


def test_the_nearest_labelled_hypernym_wins_wherever_its_class_stands() -> None:
    for order in ({"animal": "animal.n.01", "dog": "dog.n.01"}, {"dog": "dog.n.01", "animal": "animal.n.01"}):
        label_space = space(**order)
        found = decision(DecisionTable(label_space, LEXICON), "poodle.n.01")
        assert found is not None
        assert label_space.by_id[found.label].name == "dog"


def test_of_equally_near_hypernyms_the_first_class_wins() -> None:
    # dog.n.01 lies one step below canine.n.02 and one below domestic_animal.n.01.
    for first, second in (("canine.n.02", "domestic_animal.n.01"), ("domestic_animal.n.01", "canine.n.02")):
        table = DecisionTable(space(first=first, second=second), LEXICON)
        assert decision(table, "dog.n.01") == Decision(1, Rule.HYPONYM, 1)
        assert decision(table, "poodle.n.01") == Decision(1, Rule.HYPONYM, 2)


def test_a_holonym_counts_only_if_all_its_meronyms_share_the_class() -> None:
    table = DecisionTable(space(person="person.n.01", sheep="sheep.n.01"), LEXICON)
    assert decision(table, "people.n.01") == Decision(1, Rule.HOLONYM)
    assert decision(table, "herd.n.01") is None, "a herd has cattle and sheep"
    both = DecisionTable(space(livestock="cattle.n.01 sheep.n.01"), LEXICON)
    assert decision(both, "herd.n.01") == Decision(1, Rule.HOLONYM)
    assert decision(table, "crowd.n.01") is None, "a crowd has no meronyms in WordNet"


@pytest.mark.parametrize(
    ("holonym", "name"),
    [
        ("bedroom.n.01", "bed"),
        ("barbershop.n.01", "chair"),
        ("conference_room.n.01", "dining table"),
        ("bookcase.n.01", "shelf"),
        ("flock.n.05", "sheep"),
        ("herd.n.01", None),
        ("crowd.n.01", None),
    ],
)
def test_the_papers_holonym_rule_gives_odd_children_too(holonym: str, name: str | None) -> None:
    """ "If all meronyms of the holonym are associated with the same class": WordNet has but a bed in a bedroom.

    It lists sheep and cattle in a herd, and nothing in a crowd.
    """
    paper = load_label_space("coco-paper")
    found = decision(DecisionTable(paper, LEXICON), holonym)
    assert (found and (paper.by_id[found.label].name, found.rule)) == (name and (name, Rule.HOLONYM))


def test_instances_are_no_hyponyms() -> None:
    table = DecisionTable(space(person="person.n.01"), LEXICON)
    assert decision(table, "einstein.n.01") is None
    assert decision(table, "physicist.n.01") is not None


def test_excluded_synsets_take_what_lies_below_them_along() -> None:
    aircraft = LabelClass(id=1, name="airplane", synsets=("aircraft.n.01",), excluded=("helicopter.n.01",))
    table = DecisionTable(LabelSpace(name="test", classes=(aircraft,)), LEXICON)
    assert decision(table, "airplane.n.01") is not None
    assert decision(table, "helicopter.n.01") is None
    below = LEXICON.hyponyms(LEXICON.synset("helicopter.n.01"))
    assert below
    assert all(synset not in table.by_synset for synset in below)


def test_an_excluded_synset_may_belong_to_another_class() -> None:
    aircraft = LabelClass(id=1, name="airplane", synsets=("aircraft.n.01",), excluded=("helicopter.n.01",))
    helicopter = LabelClass(id=2, name="helicopter", synsets=("helicopter.n.01",))
    table = DecisionTable(LabelSpace(name="test", classes=(aircraft, helicopter)), LEXICON)
    assert decision(table, "helicopter.n.01") == Decision(2, Rule.SYNONYM)


def test_phrases_and_neologisms() -> None:
    label_space = LabelSpace(
        name="test",
        classes=(
            LabelClass(id=1, name="stop sign", phrases=("Stop Sign",)),
            LabelClass(id=2, name="phone", kind=Kind.FOREGROUND, synsets=("telephone.n.01",)),
        ),
        neologisms={"smartphone": "cellular_telephone.n.01", "drone camera": "camera.n.01"},
    )
    table = DecisionTable(label_space, LEXICON)
    assert table.phrases == {"stop_sign", "smartphone", "drone_camera"}
    assert table.decide("stop_sign", None) == Decision(1, Rule.PHRASE)
    smartphone = SenseChoice(table.neologisms["smartphone"], Route.LABEL_SPACE)
    assert table.decide("smartphone", smartphone) == Decision(2, Rule.NEOLOGISM, 2)
    camera = SenseChoice(table.neologisms["drone_camera"], Route.LABEL_SPACE)
    assert table.decide("drone_camera", camera) is None


def test_a_synset_that_does_not_exist_is_named_with_its_class() -> None:
    with pytest.raises(UsageError, match=r"label space 'test', class 'dog': .*doog\.n\.01.*dog\.n\.01"):
        DecisionTable(space(dog="doog.n.01"), LEXICON)


NOUNS = st.integers(min_value=0, max_value=len(LEXICON.noun_synsets()) - 1)


def labels_by_definition(classes: list[int], lexicon: Lexicon, synset: int) -> int | None:
    """The rule as the paper states it, upwards from one synset; `classes[k]` is the synset of class k + 1."""
    distances = hypernym_distances(lexicon, synset)
    reachable = [
        (distances[labelled], number) for number, labelled in enumerate(classes, 1) if labelled in distances
    ]
    return min(reachable)[1] if reachable else None


@settings(max_examples=30, deadline=None)
@given(st.lists(NOUNS, min_size=1, max_size=6, unique=True))
def test_the_table_agrees_with_the_rule_applied_to_one_synset_at_a_time(numbers: list[int]) -> None:
    synsets = [LEXICON.noun_synsets()[number] for number in numbers]
    # Some of their hypernyms too, so that labels lie above each other.
    synsets = list(dict.fromkeys([*synsets, *(h for s in synsets for h in LEXICON.hypernyms(s))]))
    table = DecisionTable(space(**{f"c{i}": LEXICON.name(s) for i, s in enumerate(synsets)}), LEXICON)
    below = [s for s, found in table.by_synset.items() if found.rule is not Rule.HOLONYM]
    for synset in below[:200]:
        assert table.by_synset[synset].label == labels_by_definition(synsets, LEXICON, synset)
    for synset in LEXICON.noun_synsets()[:: len(LEXICON.noun_synsets()) // 100]:
        found = table.by_synset.get(synset)
        if found is None or found.rule is not Rule.HOLONYM:
            assert (found.label if found else None) == labels_by_definition(synsets, LEXICON, synset)
