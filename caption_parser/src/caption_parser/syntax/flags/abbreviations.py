"""Abbreviations of what is no thing: "fans during the WC" watch a world cup."""

from caption_parser.syntax.tree import Tree

_CUP = "wc"
_OCCASIONS = frozenset({"after", "at", "before", "during", "for", "since", "win", "wins"})
"""Before "the WC" they speak of a cup, but for where a bathroom is described."""
_OF_BATHROOMS = frozenset(
    """
    basin bath bathroom bathtub bidet cistern cubicle door ensuite flush lavatory roll seat shower sign sink tap
    tiles toilet urinal washbasin
    """.split()
)


def cups(tree: Tree) -> set[int]:
    """The cups of a parse that are abbreviated in capitals like a toilet."""
    if _CUP not in tree.words or not _OF_BATHROOMS.isdisjoint(tree.words):
        return set()
    return {
        token
        for token in range(2, len(tree))
        if tree.words[token] == _CUP
        and tree.has_capital(token)
        and tree.words[token - 1] == "the"
        and tree.words[token - 2] in _OCCASIONS
    }
