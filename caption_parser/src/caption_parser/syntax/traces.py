"""Who has only left traces, and may have gone: "someone has left a coat", "somebody has carved a heart"."""

from caption_parser.syntax.tree import Tree

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
_SOMEBODY = frozenset({"somebody", "someone"})


def unseen_somebody(tree: Tree) -> set[int]:
    """Those of whom a parse has such a pronoun as a noun."""
    if _SOMEBODY.isdisjoint(tree.words):
        return set()
    return {token for token, word in enumerate(tree.words) if word in _SOMEBODY and leaves_traces(tree, token)}


def leaves_traces(tree: Tree, somebody: int) -> bool:
    """Whether somebody has done what can be seen without him, and is said to do nothing else."""
    following = tree.words[somebody + 1 : somebody + 4]
    if following[:1] == ["had"]:
        return "VBN" in tree.tags[somebody + 2 : somebody + 4]
    return (
        following[:1] in (["has"], ["have"], ["'s"])
        and not _TRACES.isdisjoint(following[1:])
        and not {"is", "are"}.intersection(tree.words[tree.heads[somebody] :][:_CLAUSE])
    )
