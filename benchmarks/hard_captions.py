"""Captions that trap a caption parser, with the labels that a person expects (visual mode, COCO's classes).

The tests hold the shipped pipeline to this table; the benchmark counts how many of them other pipelines pass.
"""

from dataclasses import dataclass, field

from shared_schemas import ImageLabels


@dataclass(frozen=True)
class Case:
    """What the labels of a caption must hold and must not hold."""

    caption: str
    has: dict[str, set[str]] = field(default_factory=dict)
    """Class name → its attributes, exactly."""
    lacks: set[str] = field(default_factory=set)
    only: bool = False
    """No other foreground class may stand there."""
    counts: dict[str, int] = field(default_factory=dict)
    """Class name → stated number of instances."""
    at_least: dict[str, int] = field(default_factory=dict)
    """Class name → least number of instances, where it is more than a stated one."""
    flags: dict[str, set[str]] = field(default_factory=dict)
    """Head noun → flags of its mention, exactly; no flags: it has a mention without any."""
    phrases: dict[str, str] = field(default_factory=dict)
    """Head noun → referring phrase of its mention."""


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
    Case("A bike with big wheels beside a car wheel", {"bicycle": set()}, only=True),
    Case("A toilet bowl", {"toilet": set()}, only=True),
    Case("A pot, a can and a stool", {}, {"toilet"}),
    Case("A pen, a poster, a tower, a rail", {}, {"bird", "horse", "boat"}),
    Case("An orange cat; a bowl of oranges", {"cat": {"orange"}, "orange": set(), "bowl": set()}, only=True),
    Case("A motorcycle helmet; a bird cage; a banana leaf", {}, {"motorcycle", "bird", "banana"}, only=True),
    Case(
        "A bat and glove on the field",
        {"baseball bat": set(), "baseball glove": set()},
        only=True,
    ),
    Case("A stop sign under a street light", {"stop sign": set(), "streetlight": set()}, {"traffic light"}),
    Case(
        "A cell phone, a wine glass, a potted plant",
        {"cell phone": set(), "wine glass": set(), "potted plant": set()},
        only=True,
    ),
    Case("No people on the beach", {}, {"person"}),
    Case("A man without a helmet", {"person": set()}, only=True),
    Case(
        "A statue of a man; a mannequin; a painting of a horse",
        {},
        {"person", "horse"},
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
    # Flags: negated
    Case("A street with no cars or people on it", {}, {"car", "person"}, flags={"cars": {"negated"}}),
    Case("There are no dogs in the park, only a cat", {"cat": set()}, {"dog"}),
    Case("It is not a dog but a cat", {"cat": set()}, {"dog"}),
    Case("A bench without a person on it", {"bench": set()}, {"person"}),
    Case("An empty street free of cars", {}, {"car"}, flags={"cars": {"negated"}}),
    Case("Neither a dog nor a cat is on the couch", {"couch": set()}, {"dog", "cat"}),
    Case("A kitchen missing a refrigerator", {}, {"refrigerator"}),
    Case("A dog jumps up, missing the frisbee", {"dog": set(), "frisbee": set()}),
    Case("A man standing by a no parking sign", {"person": set()}, flags={"sign": set()}),
    Case("There are not many people at the beach", {"person": set()}),
    Case("A woman who is not holding an umbrella", {"person": set()}, {"umbrella"}),
    Case("A couch instead of a bed by the wall", {"couch": set()}, {"bed"}, flags={"bed": {"negated"}}),
    # Flags: depicted
    Case("A picture of a cat on a couch", {"cat": set(), "couch": set()}, only=True),
    Case("A black and white photo of a dog", {"dog": set()}, only=True),
    Case("An out of focus image of a toilet", {"toilet": set()}, only=True),
    Case("A man taking a picture of a giraffe", {"person": set(), "giraffe": set()}, only=True),
    Case("A girl holding a picture of a giraffe", {"person": set()}, {"giraffe"}, only=True),
    Case("A shirt with a picture of an elephant on it", {}, {"elephant"}),
    Case("A cake shaped like a train", {"cake": set()}, {"train"}, only=True),
    Case("A kite in the shape of a horse", {"kite": set()}, {"horse"}, only=True),
    Case("A wooden horse beside a brown horse", {"horse": {"brown"}}, flags={"horse": {"depicted"}}),
    Case("A child plays with a toy truck", {"person": set()}, {"truck"}, only=True),
    Case("A poster showing a zebra hangs over a bed", {"bed": set()}, {"zebra"}, only=True),
    Case("An elephant on a tv screen", {}, {"elephant"}),
    Case("A man dressed as a bear holds an umbrella", {"person": set(), "umbrella": set()}, {"bear"}),
    Case("A sign that says dogs only next to a bench", {"bench": set()}, {"dog"}),
    Case("A bus with a giraffe painted on it", {"bus": set()}, {"giraffe"}, only=True),
    Case("Plates of pizza on a table", {"pizza": set()}, flags={"pizza": set()}),
    # Flags: modifiers
    Case("A zebra print rug in a car shop", {}, {"zebra", "car"}, flags={"zebra": {"modifier"}}),
    Case("A dog house behind a bus stop", {}, {"dog", "bus"}, only=True),
    Case("A horse drawn carriage", {"horse": set()}),
    Case("A zebra herd", {"zebra": set()}, only=True),
    Case("Several banana slices", {"banana": set()}, only=True),
    Case("Vases bowls and cups on a shelf", {"vase": set(), "bowl": set(), "cup": set()}),
    # Flags: names and idioms
    Case("The Chicago Bears on the field", {}, {"bear"}, flags={"Bears": {"named_entity"}}),
    Case("A man in a Detroit Tigers cap", {"person": set()}, flags={"Tigers": {"modifier", "named_entity"}}),
    Case("A red Mustang is parked on the street", {}, {"horse"}, flags={"Mustang": {"named_entity"}}),
    Case("An Alamo Bus at the curb", {"bus": set()}, only=True),
    Case("A bird's eye view of a city", {}, {"bird"}, flags={"bird": {"idiom"}}),
    Case("It is raining cats and dogs", {}, {"cat", "dog"}, only=True),
    Case("The men's room has a toilet", {"toilet": set()}, {"person"}, only=True),
    Case("A bird's nest in a tree", {}, {"bird"}),
    # Guarded heads
    Case("A white elephant and a brown bear", {"elephant": {"white"}, "bear": {"brown"}}, only=True),
    Case("A little bird on a black bird", {"bird": {"black"}}, only=True),
    Case("A red cap and white wine beside a green apple", {"apple": {"green"}}, {"person"}),
    # Attributes
    Case("A cat and a dog that are black", {"dog": {"black"}}),
    Case("The bus is red and white", {"bus": {"red", "white"}}),
    Case("A bench made of wood and metal", {"bench": {"wood", "metal"}}),
    Case("A truck painted blue and a yellow bus", {"truck": {"blue"}, "bus": {"yellow"}}),
    Case("A grey cat, a gray dog", {"cat": {"grey"}, "dog": {"grey"}}),
    Case("A horse that is not black", {"horse": set()}),
    Case("A wooden bench with a striped umbrella", {"bench": {"wood"}, "umbrella": {"stripe"}}),
    # Counts
    Case("Two dogs and three cats", counts={"dog": 2, "cat": 3}, has={"dog": set(), "cat": set()}),
    Case("Birds over a herd of sheep", {"bird": set(), "sheep": set()}, at_least={"bird": 2, "sheep": 2}),
    Case("Two people on a bench", {"person": set(), "bench": set()}, counts={"person": 2, "bench": 1}),
    Case("A crowd and scissors", {"person": set(), "scissors": set()}, at_least={"person": 2}),
    # Referring phrases
    Case(
        "A man in a red shirt holding a bat",
        phrases={"man": "A man in a red shirt holding a bat", "bat": "a bat"},
    ),
    Case("A dog, which is brown, on a couch", phrases={"dog": "A dog", "couch": "a couch"}),
    Case("A group of people standing in a field", phrases={"people": "A group of people standing in a field"}),
    Case(
        "A girl with a kite and a boy riding a horse",
        phrases={"girl": "A girl with a kite", "boy": "a boy riding a horse"},
    ),
    Case("The cat near a chair by the window is black", phrases={"cat": "The cat near a chair by the window"}),
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
    wrong += [f"{name}: must not be there" for name in sorted(unwanted)]
    return wrong + _count_faults(case, labels) + _mention_faults(case, labels)


def _count_faults(case: Case, labels: ImageLabels) -> list[str]:
    found = {entry.name: entry for entry in (*labels.foreground, *labels.background)}
    wrong = []
    for what, expected in (("count", case.counts), ("at_least", case.at_least)):
        for name, number in expected.items():
            got = getattr(found.get(name), what, None)
            if got != number:
                wrong.append(f"{name}: expected {what} {number}, got {got}")
    return wrong


def _mention_faults(case: Case, labels: ImageLabels) -> list[str]:
    (caption,) = labels.captions
    flags = {(mention.head, frozenset(map(str, mention.flags))) for mention in labels.mentions}
    phrases = {(m.head, caption[m.phrase_start : m.phrase_end]) for m in labels.mentions}
    wrong = [
        f"{head}: expected the flags {sorted(expected)}, got {sorted(sorted(f) for h, f in flags if h == head)}"
        for head, expected in case.flags.items()
        if (head, frozenset(expected)) not in flags
    ]
    return wrong + [
        f"{head}: expected the phrase {expected!r}, got {sorted(p for h, p in phrases if h == head)}"
        for head, expected in case.phrases.items()
        if (head, expected) not in phrases
    ]
