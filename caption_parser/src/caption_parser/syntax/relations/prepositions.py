"""Prepositions of one word and more, and what they hang on: "in front of a house", "next to", "out of"."""

from typing import NamedTuple

from caption_parser.syntax.tree import ADJECTIVE_TAGS, Tree
from caption_parser.syntax.words.word_lists import RELATIONAL_NOUNS

_LINKING_TAGS = frozenset({"RB", "RBR", "IN", "RP", "TO"}) | ADJECTIVE_TAGS
_LINKED = ("of", "to")
_LINK_DEPS = frozenset({"pobj", "dobj"})
_LONGEST = 6
"""Words."""


class Attachment(NamedTuple):
    """A preposition and the noun or verb that it belongs to."""

    words: list[int]
    anchor: int


def is_link(tree: Tree, noun: int) -> bool:
    """Whether a noun only says where: the "front" of "in front of a house", the "end" of "touches the end of"."""
    return (
        tree.words[noun] in RELATIONAL_NOUNS
        and tree.deps[noun] in _LINK_DEPS
        and any(
            tree.words[child] in _LINKED and tree.has_child(child, "pobj")
            for child in tree.children_by(noun, "prep")
        )
    )


def attachment(tree: Tree, noun: int) -> Attachment | None:
    """The preposition before a noun, through adverbs and relational nouns; none: it hangs on nothing."""
    words: list[int] = []
    token = tree.heads[noun]
    while len(words) < _LONGEST:
        words.append(token)
        head = tree.heads[token]
        if tree.deps[token] == "conj":
            head = tree.heads[tree.first_conjuncts[token]]
        if head == token:
            return None
        if (
            tree.words[head] in RELATIONAL_NOUNS
            and tree.deps[head] in ("pobj", "dobj")
            and tree.words[token] in _LINKED
        ):
            words.append(head)
            if tree.deps[head] == "dobj":
                return Attachment(sorted(words), tree.heads[head])
            token = tree.heads[head]
        elif tree.tags[head] in _LINKING_TAGS:
            token = head
        else:
            return Attachment(sorted(words), head)
    return None
