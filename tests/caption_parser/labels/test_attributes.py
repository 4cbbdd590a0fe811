"""Attribute names in each of the attribute sets."""

import pytest

from caption_parser.config import AttributeSet
from caption_parser.labels.mention_writer import AttributeNamer
from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.phrases import ModifierKind
from shared_schemas import load_label_space
from shared_schemas.label_space import VisualAttribute

ADJECTIVE, VERB, NOUN = ModifierKind
COCO = load_label_space("coco")
WORDS = [
    ("wooden", ADJECTIVE),
    ("red", ADJECTIVE),
    ("bigger", ADJECTIVE),
    ("several", ADJECTIVE),
    ("parked", VERB),
    ("brick", NOUN),
    ("kitchen", NOUN),
]


@pytest.mark.parametrize(
    ("attribute_set", "names"),
    [
        ("low-level", ["wood", "red", None, None, None, "brick", None]),
        ("adjectives", ["wood", "red", "big", None, None, None, None]),
        ("verbs", [None, None, None, None, "park", None, None]),
        ("nouns", [None, None, None, None, None, "brick", "kitchen"]),
        ("all", ["wood", "red", "big", None, "park", "brick", "kitchen"]),
    ],
)
def test_names_of_each_set(attribute_set: str, names: list[str | None]) -> None:
    name = AttributeNamer(COCO.attribute_names, default_lexicon(), AttributeSet(attribute_set))
    assert [name(word, kind) for word, kind in WORDS] == names


def test_quantities_are_adjectives_of_table_9_where_they_are_asked_for() -> None:
    """The paper explains its row of adjectives by "quantities or actions"."""
    words = ("several", "other", "many", "red")
    for quantities, expected in ((False, [None, None, None, "red"]), (True, ["several", "other", "many", "red"])):
        name = AttributeNamer(
            COCO.attribute_names, default_lexicon(), AttributeSet.ADJECTIVES, quantities=quantities
        )
        assert [name(word, ModifierKind.ADJECTIVE) for word in words] == expected


@pytest.mark.parametrize("attribute", COCO.attributes, ids=lambda attribute: attribute.name)
def test_every_spelling_is_named(attribute: VisualAttribute) -> None:
    name = AttributeNamer(COCO.attribute_names, default_lexicon())
    for kind in ModifierKind:
        assert {name(spelling.lower(), kind) for spelling in attribute.spellings} == {attribute.name}
