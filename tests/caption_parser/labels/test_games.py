"""A baseball is a ball, baseball a game."""

import pytest

from caption_parser import CaptionParser
from tests.parsers import parser_of


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return parser_of()


def classes(parser: CaptionParser, caption: str) -> set[str]:
    (labels,) = parser.label([caption])
    return {label.name for label in labels.foreground}


@pytest.mark.parametrize(
    "caption",
    [
        "A batter swinging his bat at a baseball during a game",
        "Three baseballs in a bucket",
        "A white baseball with red stitches",
        "A boy holding a baseball in his hand",
        "A signed baseball in a case",
        "A box of baseballs",
        "A football on the field",
        "The quarterback throws the football",
        "A dog with a football in its mouth",
        "Two basketballs and a football",
        "She holds a volleyball",
        "Her old softball lies in the grass",
    ],
)
def test_what_is_counted_is_a_ball(parser: CaptionParser, caption: str) -> None:
    assert "sports ball" in classes(parser, caption)


@pytest.mark.parametrize(
    "caption",
    [
        "Kids playing baseball in the park",
        "A man is teaching baseball to children",
        "The love of baseball",
        "A baseball game at night",
        "A baseball and softball tournament",
        "The history of baseball in America",
        "A football stadium full of fans",
        "His football career is over",
        "A football helmet on a bench",
        "Some boys are at football practice",
    ],
)
def test_what_is_not_counted_is_the_game(parser: CaptionParser, caption: str) -> None:
    assert "sports ball" not in classes(parser, caption)


@pytest.mark.parametrize(
    ("caption", "shows"),
    [
        ("A pitcher throws a baseball", True),
        ("Three baseballs in a bucket", False),
        ("A baseball on the grass", False),
    ],
)
def test_a_glove_is_worn_by_who_throws(parser: CaptionParser, caption: str, *, shows: bool) -> None:
    assert ("baseball glove" in classes(parser, caption)) is shows
