"""Nouns that only modify another: the motorcycle of "a motorcycle helmet" is not in the picture."""

from collections.abc import Iterator

from caption_parser.syntax.tree import Tree

MODIFIER_DEPS = frozenset({"compound", "amod", "nummod", "npadvmod", "quantmod", "advmod", "nmod"})

_PRESENT_BY = frozenset(
    """
    adorned carried covered crowded crusted decorated drawn dusted dotted filled infested laden lined littered
    loaded packed powered pulled ridden stacked strewn studded stuffed surrounded topped
    """.split()
)
"""Participles whose noun is there: "a horse drawn carriage", "a people filled street"."""


def first_conjunct(tree: Tree, token: int) -> int:
    """The first of the words that the token is coordinated with."""
    while tree.deps[token] == "conj" and tree.heads[token] < token:
        token = tree.heads[token]
    return token


def modifies_noun(tree: Tree, token: int) -> bool:
    """Whether a noun stands before another word as its modifier, itself or as a conjunct of one."""
    token = first_conjunct(tree, token)
    return tree.deps[token] in MODIFIER_DEPS and token < tree.heads[token]


def is_present_all_the_same(tree: Tree, token: int) -> bool:
    """Whether a modifying noun names something that the participle after it puts into the picture."""
    return tree.deps[token] == "npadvmod" and tree.words[tree.heads[token]] in _PRESENT_BY


def modifying_nouns(tree: Tree) -> Iterator[tuple[int, int, int]]:
    """Each noun that only modifies, the word it modifies in the end, the first token of both; in text order."""
    for token in range(len(tree)):
        if tree.is_noun(token) and modifies_noun(tree, token):
            noun = tree.heads[first_conjunct(tree, token)]
            while modifies_noun(tree, noun):
                noun = tree.heads[first_conjunct(tree, noun)]
            yield token, noun, min(tree.left_edge(token), tree.left_edge(noun))
