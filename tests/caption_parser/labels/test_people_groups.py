"""Groups of people show persons; groups of other things do not."""

import pytest

from caption_parser import CaptionParser
from caption_parser.labels.people_groups import people_groups
from caption_parser.lexicon import default_lexicon
from shared_schemas import Rule
from tests.parsers import parser_of


def people(parser: CaptionParser, caption: str) -> bool:
    (labels,) = parser.label([caption])
    return any(label.name == "person" for label in labels.foreground)


@pytest.mark.parametrize("caption", ["A family eating dinner", "An elderly couple walks hand in hand"])
def test_a_group_is_as_sure_as_all_its_senses_that_are_persons(parser: CaptionParser, caption: str) -> None:
    (labels,) = parser.label([caption])
    (person,) = (label for label in labels.foreground if label.name == "person")
    (mention,) = (mention for mention in labels.mentions if mention.label == person.id)
    assert mention.rule is Rule.HOLONYM
    assert mention.score is not None
    assert mention.score > 0.9
    # By the likeliest of them alone it would be less than half.
    assert person.confidence == pytest.approx(0.8 * mention.score, abs=0.01)


@pytest.mark.parametrize(
    "caption",
    [
        "The couple is looking at the camera",
        "A couple sitting on a bench",
        "Two couples eating pizza",
        "Families walking through the zoo",
        "A family of four posing for a picture",
        "A family of tourists at the gate",
        "The team is celebrating",
        "A jazz band playing in a bar",
        "The church choir is singing",
        "The choir of the church",
        "An orchestra performing in a hall",
        "A duo singing into a microphone",
        "A squad of soldiers in the street",
    ],
)
def test_groups_of_people_show_persons(parser: CaptionParser, caption: str) -> None:
    assert people(parser, caption)


@pytest.mark.parametrize(
    "caption",
    [
        "A couple of dogs on a couch",
        "A family of ducks crossing the road",
        "A family of elephants at a water hole",
        "An elephant family at a water hole",
        "A team of horses pulling a wagon",
        "A gang of cats in an alley",
        "A troop of monkeys",
        "A rubber band around a box",
        "A band of light across the sky",
        "A house with a red roof",
        "The course of a river",
        "A company logo",
        "A host of daffodils",
    ],
)
def test_groups_of_other_things_show_none(parser: CaptionParser, caption: str) -> None:
    assert not people(parser, caption)


def test_the_rule_can_be_left_out() -> None:
    assert not people(parser_of(without="people_groups"), "The couple is looking at the camera")


def test_denied_lemmas_keep_their_other_senses() -> None:
    lexicon = default_lexicon()
    groups = people_groups(lexicon)
    cast = lexicon.synsets("cast")
    assert lexicon.synset("plaster_cast.n.01") in groups.meant(["cast"], cast)
    assert groups.synsets.isdisjoint(groups.meant(["cast"], cast))
    assert groups.meant(["family"], lexicon.synsets("family")) == lexicon.synsets("family")


def test_no_denied_lemma_is_idle() -> None:
    """Each belongs to a group that is listed."""
    lexicon = default_lexicon()
    groups = people_groups(lexicon)
    idle = [lemma for lemma in groups.denied if groups.synsets.isdisjoint(lexicon.synsets(lemma))]
    assert not idle
