"""Athletes, as news of sports have them: "Shaun White wins gold", "Federer hits a backhand".

Each of these verbs has other subjects as well; what stands behind it tells.
"""

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.names.name_words import BODIES, HIS_OR_HER, NameWords
from caption_parser.syntax.names.team_names import scores
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree
from caption_parser.syntax.words.roles import CELEBRATED, GOALS, MATCHES, PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes

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
_LONGEST_OF_AN_ATHLETE = 3
_FEWEST_WORDS = 2
_FURTHEST_GOAL = 3
_POSITIONS = PLAYERS | {"back", "captain", "coach", "manager", "receiver", "tackle"}


class Athletes:
    """Tells what athletes do."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def do(self, tree: Tree, verb: int, *, alone: bool) -> bool:
        """Whether the verb and what stands behind it speak of an athlete; `alone`: and of nobody else."""
        following = tree.words[verb + 1 : verb + 1 + _WITHIN]
        for base in self._lexicon.base_forms(tree.words[verb], "v"):
            if base in _DONE_WITH and not _DONE_WITH[base].isdisjoint(following):
                return not (alone and base in _OF_OTHERS)
            if base == "land" and any(word.isdigit() for word in following[:2]):
                return True  # by how far the board turns
        return False


class NamedAthletes(NameWords):
    """Finds athletes by their names before what only athletes do, and behind those of their teams."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._athletes = Athletes(lexicon)

    def __call__(self, tree: Tree) -> set[int]:
        """The last words of the names, and the positions of players."""
        return self._named(tree) | self._in_teams(tree)

    def _named(self, tree: Tree) -> set[int]:
        """The last words of the names right before what athletes do, whatever the parse makes of them.

        A given name tells that the word behind it is a name as well: "Shaun White", "Tony Hawk", "Usain Bolt".
        """
        found: set[int] = set()
        at_a_match = bool(scores(tree))
        for last in tree.capitals:
            verb = last + 1
            if (
                verb >= len(tree)
                or tree.has_capital(verb)
                or not (at_a_match or self._athletes.do(tree, verb, alone=False))
            ):
                continue
            first = last
            while first and tree.has_capital(first - 1) and tree.words[first - 1].isalpha():
                first -= 1
            words = tree.words[first : last + 1]
            if (
                len(words) <= _LONGEST_OF_AN_ATHLETE
                and (
                    self._is_known_by_one(tree, last, at_a_match=at_a_match)
                    if len(words) == 1
                    else self._athletes.do(tree, verb, alone=not self.begins_a_name(words[0]))
                )
                and (
                    self.begins_a_name(words[0])
                    or (len(words) == 1 and self._lexicon.base_forms(words[0], "v"))
                    or self._is_other_word(tree, first, last)
                )
                and words[0] not in vehicle_makes()
                and words[-1] not in BODIES
                and not words[-1].endswith("ing")
                and not self._is_other_name("_".join(words))
            ):
                found.add(last)
        return found

    def _in_teams(self, tree: Tree) -> set[int]:
        """Positions behind the nickname of a team, of players who are named or at play: "Bulls forward scores"."""
        found: set[int] = set()
        for team in tree.capitals:
            position = team + 1
            if (
                position + 1 < len(tree)
                and tree.words[position] in _POSITIONS
                and tree.words[team].endswith("s")
                and (
                    all(
                        tree.has_capital(token) and tree.is_noun(token)
                        for token in range(position + 1, position + 1 + _FEWEST_WORDS)
                    )
                    or self._athletes.do(tree, position + 1, alone=False)
                )
            ):
                found.add(position)
        return found

    def _is_known_by_one(self, tree: Tree, name: int, *, at_a_match: bool) -> bool:
        """Whether a name of one word is that of an athlete: "Federer hits a forehand", "2-0: Salah strikes"."""
        verb = name + 1
        if not self._may_be_a_name(tree.words[name]):
            return False
        if at_a_match and tree.words[verb].endswith("s") and self._lexicon.base_forms(tree.words[verb], "v"):
            return True
        is_theirs = not HIS_OR_HER.isdisjoint(tree.words[verb + 1 : verb + 1 + _FURTHEST_GOAL])
        return self._athletes.do(tree, verb, alone=not is_theirs)

    def _is_other_word(self, tree: Tree, first: int, last: int) -> bool:
        """Whether a name of two words opens a caption that begins with another word: "Tiger Woods", no place."""
        return (
            (first, last) == (0, 1)
            and tree.tags[first] in NOUN_TAGS | ADJECTIVE_TAGS
            and not self._is_other_name(tree.words[first])
            and "_".join(tree.words[: last + 1]) not in self._lexicon
        )
