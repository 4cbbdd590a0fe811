"""What captions say of surroundings, in COCO's panoptic classes: both ways where a word may mean two of them."""

import pytest

from caption_parser import CaptionParser

CAPTIONS = {
    "A goalkeeper waits on the field": {"playing field"},
    "Two baseball players walk across a field": {"playing field"},
    "Three cows graze in a field": {"grass"},
    "A kite over a field": {"grass"},
    "A cyclist in front of a brick wall": {"brick wall"},
    "A towel on a tiled wall": {"towel", "tiled wall"},
    "A clock on a wall made of brick": {"wall"},
    "A puppy asleep on a wooden floor": {"wooden floor"},
    "A puppy asleep on the floor": {"floor"},
    "A jeep on a dirt road": {"dirt"},
    "A jeep on the highway": {"road"},
    "Children on the beach beside the ocean": {"sand", "sea"},
    "A canoe on a lake": {"water"},
    "A cottage below a hill": {"house", "mountain"},
    "A stove in a kitchen": {"wall"},
    "Kitchen knives on a counter": {"counter"},
    "Three guests in a living room": {"wall"},
    "The keys of a hotel room": set(),
    "There is room for two": set(),
    "A laptop on a desk": {"desk"},
    "A vase on a table": set(),
    "A skier on a snowy slope": {"snow"},
    "A dog with a stick": set(),
    "Petals of a rose": {"flower"},
    "A calf drinks milk": set(),
    "A salad beside a pizza": {"food"},
}


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return CaptionParser(label_space="coco-panoptic")


@pytest.mark.parametrize(("caption", "stuff"), CAPTIONS.items(), ids=CAPTIONS)
def test_surroundings_are_named(caption: str, stuff: set[str], parser: CaptionParser) -> None:
    by_id = parser.label_space.by_id
    assert {label.name for label in parser(caption).foreground if by_id[label.id].stuff} == stuff
