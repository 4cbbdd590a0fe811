"""What athletes do, as news of sports have it: "hits a backhand", "wins gold", "lands the 900".

Each of these verbs has other subjects as well; what stands behind it tells.
"""

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.roles import CELEBRATED, GOALS, MATCHES

_WITHIN = 7
"""Words behind a verb among which is what it is done to, or when."""
_PRIZES = frozenset(
    """
    award awards bronze champion championship championships crown cup derby event final finals game gold marathon
    match medal medals open prix race round silver slalom title trophy tournament
    """.split()
)
_STROKES = frozenset(
    "backhand drive forehand header homer homerun jumper pass penalty putt return serve shot smash volley".split()
)
_TRICKS = frozenset("backflip flip frontside grab heelflip kickflip ollie punch run spin trick".split())
_DONE_WITH: dict[str, frozenset[str]] = {
    "celebrate": CELEBRATED,
    "chip": frozenset({"ball", "bunker", "goalkeeper", "green", "hole", "keeper"}),
    "compete": MATCHES,
    "control": frozenset({"ball", "puck"}),
    "convert": frozenset({"kick", "penalty", "try"}),
    "dribble": frozenset({"ball"}) | MATCHES,
    "drop": frozenset({"ball", "bowl", "halfpipe", "pipe", "quarterpipe", "ramp", "wave"}),
    "dunk": frozenset({"against", "ball", "over"}) | MATCHES,
    "get": frozenset({"barreled", "barrelled"}),
    "go": frozenset({"halfpipe"}),
    "hit": _STROKES | {"ball", "double", "single", "triple"},
    "hoist": frozenset({"cup", "trophy"}),
    "hold": frozenset({"trophy", "medal"}),
    "kick": frozenset({"ball"}) | GOALS,
    "land": _TRICKS,
    "lift": frozenset({"cup", "trophy"}),
    "pass": frozenset({"ball"}),
    "pitch": MATCHES,
    "play": _STROKES | MATCHES,
    "putt": frozenset({"birdie", "bogey", "eagle", "green", "hole", "par"}),
    "raise": frozenset({"cup", "trophy"}),
    "react": MATCHES | GOALS,
    "return": _STROKES | {"ball"},
    "score": GOALS,
    "serve": MATCHES,
    "shoot": GOALS | _STROKES | {"pointer", "throw"},
    "smash": _STROKES | GOALS | {"century", "fifty", "fours", "six", "sixes", "unbeaten"},
    "strike": GOALS | {"equaliser", "equalizer"},
    "take": frozenset({"kick", "penalty"}),
    "throw": frozenset({"ball", "pitch", "touchdown"}),
    "vault": MATCHES,
    "win": _PRIZES,
}
"""Verbs, and words of which one tells that it is an athlete who does so."""
_OF_OTHERS = frozenset({"celebrate", "compete", "go", "hold", "play", "raise", "react", "take", "throw", "win"})
"""Of these, what firms, towns and horses with names of one word are as likely to do."""


class Athletes:
    """Tells what athletes do."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def do(self, tree: Tree, verb: int, *, alone: bool) -> bool:
        """Whether the verb and what stands behind it speak of an athlete; `alone`: and of nobody else."""
        if tree.words[verb] == "serves" and verb + 1 == len(tree):
            return True
        following = tree.words[verb + 1 : verb + 1 + _WITHIN]
        for base in self._lexicon.base_forms(tree.words[verb], "v"):
            if base in _DONE_WITH and not _DONE_WITH[base].isdisjoint(following):
                return not (alone and base in _OF_OTHERS)
            if base == "land" and any(word.isdigit() for word in following[:2]):
                return True  # by how far the board turns
        return False
