"""What there is in the synthetic world: classes, the surroundings they live in, colours, words for all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How far labels from captions are from the truth, and objects from being told apart; shares are in [0, 1]."""

    at_home: float = 0.9
    """Share of objects that stand in the surroundings of their class: at 1, class and surroundings coincide."""
    empty: float = 0.25
    """Share of images without an object, which show surroundings as what they are."""
    second_object: float = 0.3
    """Share of the other images with a second object, in the same surroundings."""
    indirect_name: float = 0.5
    """Share of objects whose captions do not use the name of the class: exact match misses them."""
    distractor: float = 0.08
    """Share of captions that use the name of a class for something else: exact match takes it for an object."""
    attribute_named: float = 0.7
    """Share of mentions of an object that say its colour or pattern."""
    surroundings_named: float = 0.7
    """Share of captions that name the surroundings."""
    smallest: float = 0.35
    """Least width of an object, in widths of the image; the smaller, the more of its surroundings is drawn in."""
    largest: float = 0.6
    """Greatest width of an object, in widths of the image."""
    most_objects: int = 2
    """The lot that falls for a second object falls as often for a third, and so on up to so many."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A kind of ground, or the sky, under its class in the label space `coco`."""

    class_name: str
    words: tuple[str, ...]
    """What captions call it."""
    preposition: str


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A foreground class of the label space `coco`."""

    class_name: str
    home: Surroundings
    indirect: tuple[str, ...]
    """Synonyms and hyponyms, none of which has the name as a word."""
    decoy: str
    """Something else that has the name of the class in its own."""
    doing: str
    """Ends a caption that does not name the surroundings."""


WATER = Surroundings("body of water", ("the water", "a lake", "the sea", "a pond"), "on")
GRASS = Surroundings("grass", ("the grass", "green grass", "some tall grass"), "on")
STREET = Surroundings("street", ("the street", "an avenue", "a city street"), "on")
SKY = Surroundings("sky", ("the sky", "a clear sky", "the open sky"), "in")
SNOW = Surroundings("snow", ("the snow", "fresh snow", "deep snow"), "in")

TREES = Surroundings("tree", ("trees", "a row of trees", "pine trees"), "near")
ROCKS = Surroundings("rock", ("rocks", "large boulders", "a few boulders"), "near")
BACKDROPS = (TREES, ROCKS)
"""What lies beyond any of the grounds."""

OBJECT_KINDS = (
    ObjectKind("boat", WATER, ("sailboat", "yacht", "ferry"), "boat house", "drifting along"),
    ObjectKind("sheep", GRASS, ("lamb", "ewe", "merino"), "sheep dog kennel", "looking around"),
    ObjectKind("car", STREET, ("sedan", "taxi", "convertible", "automobile"), "car park", "in the morning"),
    ObjectKind("airplane", SKY, ("plane", "jet", "airliner"), "airplane hangar", "flying by"),
    ObjectKind("dog", SNOW, ("puppy", "husky", "terrier", "poodle"), "dog house", "having fun"),
)

HOMES = tuple(kind.home for kind in OBJECT_KINDS)
SURROUNDINGS = (*HOMES, *BACKDROPS)
"""All that the label space of the world has as background classes."""

COLOURS = {
    "red": (205, 45, 45),
    "yellow": (230, 205, 50),
    "purple": (130, 55, 165),
    "pink": (240, 130, 175),
}
"""Attribute → RGB, 0–255. Every class comes in all of them, and none of the surroundings in any."""

STRIPED = "striped"
"""How captions say the attribute `stripe`."""
STRIPE_ATTRIBUTE = "stripe"
