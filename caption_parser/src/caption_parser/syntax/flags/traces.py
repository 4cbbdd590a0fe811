"""Who has only left traces, and may have gone: "someone has left a coat", "somebody has carved a heart".

Or has yet to come: the owner of a dog that is "waiting for its owner".
"""

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import SOMEBODY, THEIR_POSSESSIVES

_TRACES = frozenset(
    """
    abandoned added arranged attached been bitten broken built carved cleaned cleared cut drawn drunk dropped eaten
    forgotten glued hung laid left lit made moved mowed mown painted parked pinned placed planted posted put
    removed scratched scrawled scribbled set shovelled slept spilled sprayed stacked stolen stuck swept tagged
    taken taped thrown tied tossed tucked turned used walked wrapped written
    """.split()
)
"""What can be seen when it is done, and who did it is gone."""
_CLAUSE = 12


_OWNERS = frozenset({"master", "masters", "mistress", "owner", "owners"})
_AWAITED = (("waiting", "for"), ("waits", "for"), ("wait", "for"), ("awaiting",), ("awaits",), ("expecting",))
_COMING = frozenset({"appear", "arrive", "come", "get", "return", "wake"})
_OF_ONES_OWN = frozenset({"arm", "face", "hair", "leg", "lips", "nails", "toenails"})


def unseen_somebody(tree: Tree) -> set[int]:
    """Those of whom a parse has such a pronoun as a noun, and owners who are waited for."""
    found = set[int]()
    if not _OWNERS.isdisjoint(tree.words):
        found.update(
            token for token, word in enumerate(tree.words) if word in _OWNERS and _is_awaited(tree, token)
        )
    if SOMEBODY.isdisjoint(tree.words):
        return found
    return found | {
        token for token, word in enumerate(tree.words) if word in SOMEBODY and leaves_traces(tree, token)
    }


def leaves_traces(tree: Tree, somebody: int) -> bool:
    """Whether somebody has done what can be seen without him, and is said to do nothing else."""
    following = tree.words[somebody + 1 : somebody + 4]
    if "-" in following:
        following += tree.words[somebody + 4 : somebody + 5]  # "has spray-painted"
    if (
        len(following) > 2
        and following[2] in THEIR_POSSESSIVES
        and _OF_ONES_OWN.intersection(tree.words[somebody + 4 : somebody + 6])
    ):
        return False  # "has painted her nails"
    if following[:1] == ["had"]:
        return "VBN" in tree.tags[somebody + 2 : somebody + 4]
    return (
        following[:1] in (["has"], ["have"], ["'s"])
        and not _TRACES.isdisjoint(following[1:])
        and not {"is", "are"}.intersection(tree.words[tree.heads[somebody] :][:_CLAUSE])
    )


def _is_awaited(tree: Tree, owner: int) -> bool:
    """Whether an owner is waited for: "expecting its owner"; whom a dog waits for to throw a ball is there."""
    after = tree.words[owner + 1 : owner + 3]
    if tree.word(owner - 1) not in THEIR_POSSESSIVES or (after[:1] == ["to"] and _COMING.isdisjoint(after)):
        return False
    before = tree.words[max(0, owner - 3) : owner - 1]
    return any(tuple(before[-len(words) :]) == words for words in _AWAITED)
