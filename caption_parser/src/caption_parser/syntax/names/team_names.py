"""Nicknames of teams without their place, where the words around speak of a match: "Seahawks vs. Rams"."""

from collections.abc import Collection

from caption_parser.syntax.names.athletes import PLAYERS
from caption_parser.syntax.tree import Tree

_AGAINST = frozenset({"v", "v.", "versus", "vs", "vs."})
_OF_A_TEAM = PLAYERS | frozenset(
    """
    ace captain coach cornerback defenseman guard jersey linebacker outfielder playoff punter receiver rookie
    roster slugger tailback
    """.split()
)
"""Behind a nickname they are of its team: "Bears quarterback Caleb Williams"."""
_BACKS = ["running", "back"]
_SUPPORTING = frozenset({"reppin", "repping", "representing"})
_WINNING = frozenset(
    """
    beat beats blank blanks defeat defeated defeats edge edges face faces host hosts outlast outlasts play rout
    routs stun stuns sweep sweeps thrash thrashes top tops trounce trounces
    """.split()
)
"""What one team does to another with a nickname."""
_LOSING = frozenset({"against", "of", "over", "past", "to"})
"""Before the other team, where a score or a player tells that there was a match."""
_FURTHEST = 4
"""Words between two teams: "the Ravens beat the Dolphins", "Seahawks vs. Rams"."""


def team_nicknames(tree: Tree, nicknames: Collection[str]) -> set[int]:
    """The nicknames with a capital letter, in a caption in which at least one is that of a team."""
    named = [token for token in tree.capitals if tree.words[token] in nicknames]
    if not named:
        return set()
    known = {token for token in named if _is_told(tree, token, named)}
    if known or _has_a_score(tree):
        known.update(token for token in named if _is_opponent(tree, token))
    return known


def _is_told(tree: Tree, token: int, named: Collection[int]) -> bool:
    words = tree.words
    behind = words[token + 1 : token + 3]
    before = token - 1 if token and words[token - 1] != "the" else token - 2
    return (
        (behind[:1] != [] and behind[0] in _OF_A_TEAM)
        or behind == _BACKS
        or (before >= 0 and words[before] in _SUPPORTING)
        or any(
            abs(other - token) <= _FURTHEST and _do_play(tree, token, other) for other in named if other != token
        )
    )


def _do_play(tree: Tree, one: int, other: int) -> bool:
    """Whether nothing but the word for a match, and articles, stands between two nicknames."""
    first, last = sorted((one, other))
    between = [word for word in tree.words[first + 1 : last] if word not in (".", "the")]
    return len(between) == 1 and (between[0] in _AGAINST or between[0] in _WINNING)


def _is_opponent(tree: Tree, token: int) -> bool:
    return token > 1 and tree.words[token - 1] == "the" and tree.words[token - 2] in _LOSING


def _has_a_score(tree: Tree) -> bool:
    """Whether two numbers with a hyphen stand somewhere: "in a 9-2 rout"."""
    words = tree.words
    return any(
        word == "-" and words[at - 1].isdigit() and words[at + 1 : at + 2] != [] and words[at + 1].isdigit()
        for at, word in enumerate(words)
        if at
    )
