"""Captions that trap a caption parser, with the labels that a person expects (visual mode, COCO's classes).

The tests hold the shipped pipeline to this table; the benchmark counts how many of them other pipelines pass.
"""

from dataclasses import dataclass, field

from shared_schemas import ImageLabels

NEEDS_SENSES = "the shipped sense model takes another sense"
NEEDS_FLAGS = "needs flags for what is named but not there: depicted, negated"


@dataclass(frozen=True)
class Case:
    """What the labels of a caption must hold and must not hold."""

    caption: str
    has: dict[str, set[str]] = field(default_factory=dict)
    """Class name → its attributes, exactly."""
    lacks: set[str] = field(default_factory=set)
    only: bool = False
    """No other foreground class may stand there."""
    xfail: str | None = None


CASES = [
    Case("A black cat on a white horse", {"cat": {"black"}, "horse": {"white"}}, only=True),
    Case("Two fat cats and a little dog", {"cat": set(), "dog": set()}, only=True),
    Case("A black sheep", {"sheep": {"black"}}, only=True),
    Case("A hot dog and a burger", {"hot dog": set(), "sandwich": set()}, only=True),
    Case("A man holding a game controller", {"person": set()}, {"tv"}),
    Case("A monitor and speakers on a desk", {"tv": set()}, only=True),
    Case("People at a dining table", {"person": set(), "dining table": set()}, only=True),
    Case("A bull and calves in a field; cattle graze", {"cow": set()}, only=True),
    Case("A kitten beside baby goats", {"cat": set(), "goat": set()}, {"person"}),
    Case("A panda bear", {"bear": set()}, only=True),
    Case("A herd of sheep", {"sheep": set()}, only=True),
    Case("A large crowd watches", {"person": set()}, only=True),
    Case("A sailboat and a ship", {"boat": set()}, only=True),
    Case("A bus driver on a bus", {"person": set(), "bus": set()}, only=True),
    Case("A bike with big wheels beside a car wheel", {"bicycle": set()}, only=True, xfail=NEEDS_SENSES),
    Case("A toilet bowl", {"toilet": set()}, only=True),
    Case("A pot, a can and a stool", {}, {"toilet"}),
    Case("A pen, a poster, a tower, a rail", {}, {"bird", "horse", "boat"}),
    Case("An orange cat; a bowl of oranges", {"cat": {"orange"}, "orange": set(), "bowl": set()}, only=True),
    Case("A motorcycle helmet; a bird cage; a banana leaf", {}, {"motorcycle", "bird", "banana"}, only=True),
    Case(
        "A bat and glove on the field",
        {"baseball bat": set(), "baseball glove": set()},
        only=True,
        xfail=NEEDS_SENSES,
    ),
    Case("A stop sign under a street light", {"stop sign": set(), "streetlight": set()}, {"traffic light"}),
    Case(
        "A cell phone, a wine glass, a potted plant",
        {"cell phone": set(), "wine glass": set(), "potted plant": set()},
        only=True,
    ),
    Case("No people on the beach", {}, {"person"}, xfail=NEEDS_FLAGS),
    Case("A man without a helmet", {"person": set()}, only=True),
    Case(
        "A statue of a man; a mannequin; a painting of a horse",
        {},
        {"person", "horse"},
        xfail=NEEDS_FLAGS,
    ),
    Case("A stuffed bear", {}, {"bear"}),
    Case("teddy bears", {"teddy bear": set()}, only=True),
    Case("A baby elephant", {"elephant": set()}, only=True),
    Case("A passenger jet", {"airplane": set()}, only=True),
    Case(
        "Skate board, lap top, motor bike, knives, geese, skiis",
        {"skateboard": set(), "laptop": set(), "motorcycle": set(), "knife": set(), "bird": set(), "skis": set()},
        only=True,
    ),
    Case("The car, which is red, is parked. The cat is black.", {"car": {"red"}, "cat": {"black"}}, only=True),
    Case(
        "A black and white cat, red apples and bananas",
        {"cat": {"black", "white"}, "apple": {"red"}, "banana": set()},
        only=True,
    ),
    Case("Microwave oven", {"microwave": set()}, only=True),
    Case("A toaster oven", {}, {"oven"}),
    Case("Train tracks", {"railroad track": set()}, {"train"}),
    Case("A train conductor", {"person": set()}, only=True),
]


def faults(case: Case, labels: ImageLabels) -> list[str]:
    """What is wrong with the labels of a case's caption."""
    found = {
        entry.name: {attribute.name for attribute in entry.attributes}
        for entry in (*labels.foreground, *labels.background)
    }
    wrong = [
        f"{name}: expected {sorted(attributes)}, got {sorted(found[name]) if name in found else 'no such label'}"
        for name, attributes in case.has.items()
        if found.get(name) != attributes
    ]
    foreground = {entry.name for entry in labels.foreground}
    unwanted = case.lacks & found.keys() | (foreground - case.has.keys() if case.only else set())
    return wrong + [f"{name}: must not be there" for name in sorted(unwanted)]
