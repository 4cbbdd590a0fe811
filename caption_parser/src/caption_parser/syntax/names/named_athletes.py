"""Names of athletes, and positions of players: "Shaun White wins gold", "Bulls forward scores"."""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.names.athletes import Athletes
from caption_parser.syntax.names.name_words import BODIES, HIS_OR_HER, NameWords
from caption_parser.syntax.names.team_names import scores
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree
from caption_parser.syntax.words.roles import PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes

_LONGEST_OF_AN_ATHLETE = 3
_FEWEST_WORDS = 2
_FURTHEST_GOAL = 3
_POSITIONS = PLAYERS | {"back", "captain", "coach", "manager", "receiver", "tackle"}
_BEINGS = frozenset({"animal", "person"})


class NamedAthletes(NameWords):
    """Finds athletes by their names before what only athletes do."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._athletes = Athletes(lexicon)

    def named(self, tree: Tree) -> Iterator[int]:
        """The last words of the names right before what athletes do, whatever the parse makes of them.

        A given name tells that the word behind it is a name as well: "Shaun White", "Tony Hawk", "Usain Bolt".
        """
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
                yield last

    def in_teams(self, tree: Tree) -> Iterator[int]:
        """Positions behind the nickname of a team, of players who are named or at play: "Bulls forward scores"."""
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
                yield position

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
            and not any(
                self._kind(sense) in _BEINGS or self._lexicon.instance_hypernyms(sense)
                for sense in self._lexicon.synsets(tree.words[last])
            )
        )
