"""Captions read for LVIS's classes: plurals that are nouns of their own, names that a prior would give away."""

from collections.abc import Callable

import pytest

from tests.parsers import parser_of

Names = Callable[[str], set[str]]

PLURALS = [
    ("A chemist wearing goggles pours a blue liquid", {"goggles"}, set()),
    ("The mechanic reached for his pliers", {"pliers"}, set()),
    ("She put on her sunglasses and smiled", {"sunglasses"}, set()),
    ("Torn jeans hang on the line", {"jean"}, set()),
    ("A pair of jeans folded on the bed", {"jean", "bed"}, set()),
    ("A pair of scissors beside the sewing machine", {"scissors"}, set()),
    ("The cook turns the meat with tongs", {"tongs"}, set()),
    ("An old man with thick eyeglasses reads a newspaper", {"spectacles", "newspaper"}, set()),
    ("Two glasses of lemonade on a tray", {"glass (drink container)"}, {"spectacles"}),
    ("A hiker looks at the hills through binoculars", {"binoculars"}, set()),
    ("A jogger in blue shorts", {"short pants"}, set()),
    ("A boy in swim trunks jumps into the lake", {"short pants"}, {"trunk"}),
    ("Striped pajamas and a robe", {"pajamas", "robe"}, set()),
    ("She wore black tights under the skirt", {"tights (clothing)", "skirt"}, set()),
    ("A set of steak knives in a drawer", {"steak knife"}, set()),
]
NAMES = [
    ("A reading lamp beside the sofa", {"lamp", "sofa"}, set()),
    ("A flag flies over the town hall", {"flag"}, set()),
    ("The toilet has no seat", {"toilet"}, set()),
    ("A girl in a pleated skirt", {"skirt"}, set()),
    ("A rabbit gnaws at a carrot", {"carrot", "rabbit"}, set()),
    ("The surgeon wears a mask", {"mask"}, set()),
    ("A knitted sweater on a chair", {"sweater", "chair"}, set()),
    ("A lab mouse in a cage", set(), {"mouse (computer equipment)"}),
    (
        "A keyboard, a mouse and a monitor on the desk",
        {"computer keyboard", "mouse (computer equipment)"},
        {"rodent"},
    ),
    ("A cow stands by the gate", {"cow"}, set()),
    ("A boy rides his bike to school", {"bicycle"}, {"motorcycle"}),
    ("She spread butter on a slice of bread", {"butter", "bread"}, set()),
    ("A stop sign on the corner", {"stop sign"}, set()),
    ("A piggy bank full of coins", {"piggy bank", "coin"}, {"hog"}),
    ("A snowman with a carrot for a nose", {"snowman"}, {"person"}),
    ("A bat hangs from the roof of a cave", {"bat (animal)"}, {"baseball bat"}),
    ("The chef whisks the batter in a bowl", {"batter (food)", "bowl"}, set()),
]


# What the sense model gets wrong, whatever the space claims: "a woman wearing glasses" (to drink from),
# "the batter swings his bat" (food, an animal).


@pytest.fixture(scope="module")
def names() -> Names:
    parser = parser_of(label_space="lvis")

    def read(caption: str) -> set[str]:
        (record,) = parser.label([caption])
        return {label.name for label in (*record.foreground, *record.background)}

    return read


@pytest.mark.parametrize(("caption", "wanted", "never"), [*PLURALS, *NAMES])
def test_captions_for_lvis(names: Names, caption: str, wanted: set[str], never: set[str]) -> None:
    found = names(caption)
    assert wanted <= found
    assert not never & found
