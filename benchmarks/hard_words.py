"""Captions that trap a label space: accidental lemmas, spellings, entailed objects, containers, plural-only words.

Like `hard_captions`, with the labels that a person expects in visual mode.
"""

from benchmarks.hard_captions import Case

CASES = [
    # Words that are lemmas of a class by accident
    Case("A ballpoint pen beside a handrail", {}, {"bird"}),
    Case("A cooking pot and a tin can", {}, {"toilet"}),
    Case("The Eiffel Tower at night", {}, {"boat"}, only=True),
    Case("A steering wheel", {}, {"bicycle"}, only=True),
    Case("A wooden board nailed to a wall", {}, {"dining table"}, only=True),
    Case("A speaker and a toaster on a counter", {"toaster": set()}, {"dining table"}),
    Case("Kites above the beach", {"kite": set()}, only=True),
    Case("A scooter parked at the curb", {}, {"bird", "boat"}),
    Case("A baby carriage in a park", {}, {"train"}),
    Case("A pick-up truck and a van", {"truck": set()}, {"train"}),
    Case("The trunk of an old tree", {}, {"suitcase"}),
    Case("A turkey dinner with gravy", {}, {"bird"}),
    Case("A snowflake on a mitten", {}, {"bird"}),
    Case("A child in a red sweater", {"person": set()}, only=True),
    Case("A hero sandwich", {"sandwich": set()}, only=True),
    Case("A grilled burger", {"sandwich": set()}, only=True),
    # Spellings, neologisms, slips
    Case("A girafe and a zeebra", {"giraffe": set(), "zebra": set()}, only=True),
    Case("A toliet next to a bath tub", {"toilet": set()}, only=True),
    Case("An unbrella over a sandwhich stand", {"umbrella": set()}),
    Case("A flat screen tv above a fireplace", {"tv": set()}, only=True),
    Case("A fire plug at the corner", {"fire hydrant": set()}, only=True),
    Case("A tea cup on a saucer", {"cup": set()}, only=True),
    Case("A lap top, a cellphone and a key board", {"laptop": set(), "cell phone": set(), "keyboard": set()}),
    Case("A hairdryer and a tooth brush", {"hair drier": set(), "toothbrush": set()}, only=True),
    Case("Two firetrucks in a garage", {"truck": set()}, only=True),
    # Containers by their content, and what is worn on the nose
    Case("Two glasses of red wine", {"wine glass": set()}, only=True),
    Case("A glass of water", {"cup": set()}, only=True),
    Case("A man wearing glasses", {"person": set()}, only=True),
    # Plural-only and irregular forms
    Case("A pair of scissors", {"scissors": set()}, only=True),
    Case("Three sheep, two oxen and some mice", {"sheep": set(), "cow": set()}, {"mouse"}),
    # Entailed objects
    Case("A man surfing at sunset", {"person": set(), "surfboard": set()}, only=True),
    Case("Skiers race down the slope", {"person": set(), "skis": set()}, only=True),
    Case("A woman playing tennis", {"person": set(), "tennis racket": set()}, only=True),
    Case("The boy brushes his teeth", {"person": set(), "toothbrush": set()}, only=True),
    Case("Friends playing a video game", {"person": set(), "remote": set()}, only=True),
    Case("A clock tower", {"clock": set()}, only=True),
    Case("A boy riding a wave", {"person": set(), "surfboard": set()}, only=True),
    Case("She is surfing the web", {}, {"surfboard"}),
    Case("A woman not skiing", {"person": set()}, {"skis"}),
    Case("A cyclist at a crossing", {"person": set(), "bicycle": set()}, only=True),
    Case("A jockey in green", {"person": set(), "horse": set()}, only=True),
]
