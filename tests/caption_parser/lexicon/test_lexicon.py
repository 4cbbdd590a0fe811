"""Known facts of WordNet 3.0, from the shipped file alone."""

from collections.abc import Callable

import pytest

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances


def _names(lexicon: Lexicon, synsets: tuple[int, ...]) -> list[str]:
    return [lexicon.name(synset) for synset in synsets]


def test_the_dog(lexicon: Lexicon) -> None:
    dog = lexicon.synsets("dog")[0]
    assert lexicon.name(dog) == "dog.n.01"
    assert lexicon.lemmas(dog) == ("dog", "domestic_dog", "Canis_familiaris")
    assert (lexicon.pos(dog), lexicon.offset(dog), lexicon.lexname(dog)) == ("n", 2084071, "noun.animal")
    assert lexicon.sense_key(dog, "dog") == "dog%1:05:00::"
    assert lexicon.tag_count(dog, "dog") == 42
    assert lexicon.tag_count(dog, "domestic dog") == 0
    assert _names(lexicon, lexicon.hypernyms(dog)) == ["canine.n.02", "domestic_animal.n.01"]
    assert _names(lexicon, lexicon.holonyms(dog)) == ["canis.n.01", "pack.n.06"]
    assert _names(lexicon, lexicon.meronyms(dog)) == ["flag.n.07"]
    assert lexicon.definition(dog).startswith("a member of the genus Canis")


def test_sizes(lexicon: Lexicon) -> None:
    assert [len(lexicon.synset_range(pos)) for pos in "nvar"] == [82_115, 13_767, 18_156, 3_621]
    assert lexicon.noun_synsets() == lexicon.synset_range("n")
    assert lexicon.max_lemma_words == 9


def test_senses_come_in_wordnets_order(lexicon: Lexicon) -> None:
    assert _names(lexicon, lexicon.synsets("table"))[:3] == ["table.n.01", "table.n.02", "table.n.03"]
    assert _names(lexicon, lexicon.synsets("surf", "v")) == ["surfboard.v.01", "browse.v.03", "surf.v.03"]


@pytest.mark.parametrize("lemma", ["hot dog", "hot_dog", "Hot Dog", "HOT_DOG"])
def test_lemmas_in_any_case_with_spaces_or_underscores(lexicon: Lexicon, lemma: str) -> None:
    assert lemma in lexicon
    assert "frank.n.02" in _names(lexicon, lexicon.synsets(lemma))


@pytest.mark.parametrize(
    "lemma", ["", " ", "dogs", "smartphone", "\x00", "caf\u00e9", "\ud800", "d\u00f6g", "x" * 100_000]
)
def test_words_that_wordnet_lacks(lexicon: Lexicon, lemma: str) -> None:
    assert lemma not in lexicon
    assert lexicon.synsets(lemma) == ()


def test_a_verb_is_not_a_noun(lexicon: Lexicon) -> None:
    assert lexicon.synsets("eat") == ()
    assert "eat" not in lexicon
    assert lexicon.name(lexicon.synsets("eat", "v")[0]) == "eat.v.01"


@pytest.mark.parametrize(
    ("form", "pos", "expected"),
    [
        ("geese", "n", ("goose",)),
        ("men", "n", ("men", "man")),
        ("women", "n", ("woman",)),
        ("Dogs", "n", ("dog",)),
        ("hot dogs", "n", ("hot_dog",)),
        ("buses", "n", ("bus",)),
        ("wolves", "n", ("wolf",)),
        ("skis", "n", ("ski",)),
        ("axes", "n", ("ax", "axis")),
        ("smartphones", "n", ()),
        ("surfing", "v", ("surf",)),
        ("ate", "v", ("eat",)),
        ("bigger", "a", ("bigger", "big")),
        ("happier", "s", ("happy",)),
    ],
)
def test_base_forms(lexicon: Lexicon, form: str, pos: str, expected: tuple[str, ...]) -> None:
    assert lexicon.base_forms(form, pos) == expected


def test_individuals_are_instances_not_kinds(lexicon: Lexicon) -> None:
    paris, city = lexicon.synset("paris.n.01"), lexicon.synset("city.n.01")
    assert lexicon.hypernyms(paris) == ()
    assert "national_capital.n.01" in _names(lexicon, lexicon.instance_hypernyms(paris))
    assert hypernym_distances(lexicon, paris) == {paris: 0}
    assert lexicon.instance_hyponyms(city)
    assert not set(lexicon.instance_hyponyms(city)) & set(lexicon.hyponyms(city))


def test_people_are_made_of_persons(lexicon: Lexicon) -> None:
    people = lexicon.synset("people.n.01")
    assert _names(lexicon, lexicon.meronyms(people)) == ["person.n.01"]
    assert lexicon.meronyms(people, "member") == lexicon.meronyms(people)
    assert lexicon.meronyms(people, "part") == lexicon.meronyms(people, "substance") == ()


def test_parts_come_by_kind(lexicon: Lexicon) -> None:
    tree = lexicon.synset("tree.n.01")
    kinds = [lexicon.meronyms(tree, kind) for kind in ("member", "part", "substance")]
    assert [_names(lexicon, synsets) for synsets in kinds] == [
        [],
        ["stump.n.01", "crown.n.07", "limb.n.02", "trunk.n.01", "burl.n.02"],
        ["sapwood.n.01", "heartwood.n.01"],
    ]
    assert lexicon.meronyms(tree) == sum(kinds, ())


def test_steps_to_every_hypernym(lexicon: Lexicon) -> None:
    distances = hypernym_distances(lexicon, lexicon.synset("dog.n.01"))
    assert {lexicon.name(synset): steps for synset, steps in distances.items()} == {
        "dog.n.01": 0,
        "canine.n.02": 1,
        "domestic_animal.n.01": 1,
        "carnivore.n.01": 2,
        "animal.n.01": 2,
        "placental.n.01": 3,
        "organism.n.01": 3,
        "mammal.n.01": 4,
        "living_thing.n.01": 4,
        "vertebrate.n.01": 5,
        "whole.n.02": 5,
        "chordate.n.01": 6,
        "object.n.01": 6,
        "physical_entity.n.01": 7,
        "entity.n.01": 8,
    }
    assert list(distances.values()) == sorted(distances.values())


def test_from_a_verb_to_the_noun_of_its_agent(lexicon: Lexicon) -> None:
    surf = lexicon.synset("surf.v.01")
    assert (lexicon.synset("surfer.n.01"), "surfer") in lexicon.related_forms(surf, "surf")
    assert (lexicon.synset("surfboard.n.01"), "surfboard") in lexicon.related_forms(surf, "surfboard")


def test_satellites(lexicon: Lexicon) -> None:
    able = lexicon.synsets("able", "a")[0]
    satellite = lexicon.synsets("two", "a")[0]
    assert (lexicon.pos(able), lexicon.pos(satellite)) == ("a", "s")
    assert lexicon.sense_key(satellite, "two") == "two%5:00:00:cardinal:00"


def test_two_spellings_of_one_lemma_share_its_sense(lexicon: Lexicon) -> None:
    earth = lexicon.synset("earth.n.01")
    assert lexicon.lemmas(earth)[:2] == ("Earth", "earth")
    assert lexicon.sense_key(earth, "Earth") == lexicon.sense_key(earth, "earth") == "earth%1:17:00::"


@pytest.mark.parametrize("method", [Lexicon.sense_key, Lexicon.tag_count, Lexicon.related_forms])
def test_a_lemma_of_another_synset_is_refused(
    lexicon: Lexicon, method: Callable[[Lexicon, int, str], object]
) -> None:
    with pytest.raises(ValueError, match=r"'cat' is not a lemma of dog\.n\.01 \(has: dog, domestic_dog, Canis"):
        method(lexicon, lexicon.synset("dog.n.01"), "cat")
