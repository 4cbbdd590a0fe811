"""Nicknames of teams without their place, where the words around speak of a match: "Seahawks vs. Rams"."""

from collections.abc import Collection

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.roles import ACTS_OF_PLAYERS, CELEBRATED, PLAYERS
from caption_parser.syntax.words.word_lists import WITH_ANIMALS

_AGAINST = frozenset({"v", "v.", "versus", "vs", "vs."})
_OF_A_TEAM = PLAYERS | frozenset(
    """
    ace captain coach defenseman jersey playoff punter receiver rookie roster slugger tailback
    """.split()
)
"""Behind a nickname they are of its team: "Bears quarterback Caleb Williams"."""
_VERBS_TOO = frozenset({"captain", "center", "coach", "forward", "guard"})
"""Of these, what animals may do: "bears guard their cubs", "ducks forward in line"."""
_BACKS = ["running", "back"]
_SUPPORTING = frozenset({"reppin", "repping", "representing"})
_WINNING = frozenset(
    """
    beat beats blank blanks crush crushes defeat defeated defeats down downs edge edges face faces hammer hammers
    host hosts outlast outlasts outscore outscores play rout routs sink sinks stun stuns sweep sweeps thrash
    thrashes top tops trounce trounces upset upsets
    """.split()
)
"""What one team does to another with a nickname."""
_LOSING = frozenset({"against", "over", "past"})
"""Before the other team, where a score or a player tells that there was a match."""
_LONGEST_SCORE = 3
"""Digits of what one side has."""
_BESIDE_A_SCORE = frozenset({"of", "to"})
"""The same right behind a score: "in a 9-2 rout of the Orioles"."""
_NEAR = 3
"""Words behind a score among which these stand."""
_AT_RODEOS = frozenset({"bulls", "longhorns", "mustangs", "stallions"})
"""What cowboys without a town have to do with, and not their team."""
_FURTHEST = 4
"""Words between two teams: "the Ravens beat the Dolphins", "Seahawks vs. Rams"."""


def team_nicknames(tree: Tree, nicknames: Collection[str]) -> set[int]:
    """The nicknames with a capital letter, in a caption in which at least one is that of a team."""
    named = [token for token in tree.capitals if tree.words[token] in nicknames]
    if not named or ("cowboys" in tree.words and not _AT_RODEOS.isdisjoint(tree.words)):
        return set()
    told = scores(tree)
    opponents = named if WITH_ANIMALS.isdisjoint(tree.words) else ()
    known = {token for token in named if _is_told(tree, token, opponents)}
    if known or told:
        known.update(token for token in named if _is_opponent(tree, token, told))
    return known


def _is_told(tree: Tree, token: int, opponents: Collection[int]) -> bool:
    words = tree.words
    behind = words[token + 1 : token + 3]
    before = token - 1 if token and words[token - 1] != "the" else token - 2
    return (
        (behind[:1] != [] and behind[0] in _OF_A_TEAM and _is_a_player(tree, token + 1))
        or behind == _BACKS
        or (behind[:1] == ["celebrate"] and not CELEBRATED.isdisjoint(words) and WITH_ANIMALS.isdisjoint(words))
        or (before >= 0 and words[before] in _SUPPORTING)
        or any(
            abs(other - token) <= _FURTHEST and _do_play(tree, token, other)
            for other in opponents
            if other != token
        )
    )


def _do_play(tree: Tree, one: int, other: int) -> bool:
    """Whether nothing but the word for a match, and articles, stands between two nicknames."""
    first, last = sorted((one, other))
    between = [word for word in tree.words[first + 1 : last] if word not in (".", "the")]
    return (
        len(between) == 1
        and (between[0] in _AGAINST or between[0] in _WINNING)
        and tree.words[first] != tree.words[last]
    )


def _is_a_player(tree: Tree, position: int) -> bool:
    """Whether what may be a verb, too, stands before a name, before what the player does, or last."""
    behind = position + 1
    if tree.words[position] not in _VERBS_TOO or behind == len(tree) or not tree.words[behind][0].isalnum():
        return True
    if tree.tags[behind] in ("VBD", "VBZ") or tree.words[behind] in ACTS_OF_PLAYERS:
        return True
    name = range(behind, behind + 1 + tree.has_capital(position))
    return all(tree.has_capital(token) and tree.is_noun(token) for token in name)


def _is_opponent(tree: Tree, token: int, told: Collection[int]) -> bool:
    if token < 2 or tree.words[token - 1] != "the":
        return False
    before = tree.words[token - 2]
    return before in _LOSING or (
        before in _BESIDE_A_SCORE and any(0 < token - 2 - score <= _NEAR for score in told)
    )


def scores(tree: Tree) -> list[int]:
    """The hyphens between two numbers: "in a 9-2 rout"; not those of dates, "2024-03-07"."""
    words = tree.words
    return [
        at
        for at, word in enumerate(words)
        if at
        and word == "-"
        and _is_of_points(words[at - 1])
        and words[at + 1 : at + 2] != []
        and _is_of_points(words[at + 1])
        and "-" not in (*words[max(0, at - 2) : at], *words[at + 2 : at + 3])
    ]


def _is_of_points(word: str) -> bool:
    return word.isdigit() and len(word) <= _LONGEST_SCORE
