"""Nouns that a word of the caption tells something about: the frame of most rules that set flags."""

from collections.abc import Callable, Iterable, Set

from caption_parser.syntax.quantities import referents
from caption_parser.syntax.tree import Tree


def nouns_told_by(
    tree: Tree,
    triggers: Set[str],
    told_by: Callable[[Tree, int, str], Iterable[int]],
    spread: Callable[[Tree, int], Iterable[int]] = referents,
) -> set[int]:
    """What the words among `triggers` tell about.

    `told_by(tree, token, word)` gives the nouns that a trigger is about, `spread` what each of them stands for ("a
    group of people"). Most captions have no trigger and cost one comparison of sets.
    """
    if triggers.isdisjoint(tree.words):
        return set()
    return {
        noun
        for token, word in enumerate(tree.words)
        if word in triggers
        for about in told_by(tree, token, word)
        for noun in spread(tree, about)
    }
