"""Homonyms that other words of the caption tell apart: what they are, and what they are not."""

from collections.abc import Sequence

from caption_parser.lexicon import default_lexicon
from caption_parser.senses import SenseChoice, SenseQuery
from caption_parser.senses.cues import WithCues, shipped_cues
from shared_schemas import Route
from tests.parsers import parser_of

LEXICON = default_lexicon()

NAMED = """
mouse: A mouse and a keyboard on a wooden desk | A laptop with a wireless mouse beside it | mouse on a pad
mouse: A computer mouse next to a coffee cup | Two mice and three keyboards | A hand on a mouse
baseball bat: A boy swings a bat at a ball | A bat leaning on a fence after the game
baseball bat: batter with a bat at home plate
runway: A jet landing on a runway | Two airplanes on the runway at night | The runway of a small airport
bird: A cardinal at the bird feeder | A cardinal sits on a snowy fence | Two cranes wading in a marsh
bird: A crane flying over its nest | A wild turkey walking through the woods | A hen and a chicken in the barn
bird: A canary singing in its cage | A duck swimming in a pond | A flock of chickens pecking in the yard
meat: A roast turkey on a platter | Grilled chicken with rice | Smoked turkey with gravy
dog: A dalmatian on a leash | A dalmatian puppy in the grass
railroad track: A locomotive on the tracks | Tracks at a train station | A freight train on a long track
track: Runners on a track | Two cars race around a track | An athlete sprints down the track
person: The pitcher throws the ball | A batter ready for the pitch
person: Fans cheering in the stadium | A knight with a sword
person: A king on his throne | A bishop at the altar of a cathedral
person: The speaker at the podium | A coach with his team
tree: An old oak in a field | Palms on a tropical beach | A maple in autumn | A christmas tree with lights
flower: A single tulip | Roses and lilies in a garden | A field of daffodils | A daisy in the grass
step: A cat on the stairs | A wooden staircase | Stairs lead to the attic
cabinet: White kitchen cabinets | A filing cabinet in the corner | An open cupboard
chest of drawers: A dresser by the window | A wooden dresser with four drawers
shrub: Bushes along a path | A bush by the road
floor: Dark wood flooring | A room with new flooring
pen: A pen and paper | Notebook with a pen | A ballpoint pen
"""

NOT_NAMED = """
mouse: A mouse nibbling on cheese | An owl with a mouse in its beak
mouse: Two mice and a hamster in a cage | A mouse in a trap
baseball bat: A bat asleep in a cave | Bats flying at dusk
baseball bat: A fruit bat with open wings | Bats roosting in the attic
runway: A model in a gown on the runway | Designer shows his collection on the runway | Fashion on the runway
person: Cardinals on a snowy branch | A chess board with a bishop and a pawn
person: A knight and a rook on a chessboard
person: A pitcher of lemonade and two glasses | A stereo with two speakers on a shelf | A bowl of pancake batter
person: A ceiling fan with four blades | A ruler and a pencil | A canary in a cage | A juicer next to an apple
person: An excavator digs a hole | A fitness tracker on a wrist
person: A lawn sprayer | A salt shaker | A brownie on a plate
bird: A crane lifting steel beams | A construction crane above the skyscrapers | Roast duck with pancakes
meat: A wild turkey in a field | A farm with chickens and goats
rug: Runners cross the finish line of a marathon
pen: Sheep in a pen | A pig pen on a farm | Two goats stand in a pen
painting: A family poses for a picture | Three dogs in the picture
painting: A picture of a horse | People taking a picture
cup: People behind the glass of a window | A stained glass window | A broken glass door
bun: A roll of toilet paper | Rolls of wallpaper | A roll of tape
rock: A rock band at a concert | Rock music
track: A steam train on the tracks
"""


def rows(text: str) -> list[tuple[str, str]]:
    lines = (line.split(": ", 1) for line in text.strip().splitlines())
    return [(name, caption) for name, captions in lines for caption in captions.split(" | ")]


def wrong(text: str, *, wanted: bool) -> list[str]:
    expected = rows(text)
    labels = parser_of().label([caption for _, caption in expected])
    return [
        f"{name}: {caption}"
        for (name, caption), found in zip(expected, labels, strict=True)
        if (name in {label.name for label in (*found.foreground, *found.background)}) is not wanted
    ]


def test_homonyms_are_named_beside_their_cues() -> None:
    assert wrong(NAMED, wanted=True) == []


def test_homonyms_are_not_named_beside_the_cues_of_another_sense() -> None:
    assert wrong(NOT_NAMED, wanted=False) == []


class Certain:
    """Gives nearly all to the first candidate."""

    name = "certain"

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        return [SenseChoice(query.candidates[0], Route.PRIOR, 0.99, (0.99, 0.01)) for query in queries]


def test_cues_outweigh_what_is_nearly_certain_and_those_of_two_senses_cancel() -> None:
    animal, device = LEXICON.synset("mouse.n.01"), LEXICON.synset("mouse.n.04")
    captions = ("a mouse", "a mouse beside a keyboard", "a mouse eating a keyboard")
    queries = [SenseQuery(caption, 2, 7, "mouse", (animal, device)) for caption in captions]
    chosen = [choice.synset for choice in WithCues(Certain(), shipped_cues()).disambiguate(queries)]
    assert chosen == [device, device, animal], "without any, what captions mean"


def test_every_sense_with_cues_is_one_of_its_word() -> None:
    for word, senses in shipped_cues().items():
        assert set(senses) <= set(LEXICON.synsets(word)), word
