"""The referring phrase of a noun: with its attributes before it and what is said of it right after it.

"a man in a red shirt holding a bat" tells one man from the others; the expressions that referring
segmentation learns from (Strudel et al. 2022) look like this.
"""

from caption_parser.syntax.quantities import quantified_nouns
from caption_parser.syntax.tree import Tree

LONGEST_PHRASE = 20
"""Tokens. RefCOCO's longest expressions have as many; what follows after them is context of the context."""

_POST_MODIFIERS = frozenset({"prep", "acl", "relcl", "amod", "advmod", "npadvmod"})
_CONNECTIVES = frozenset({"mark", "cc", "punct", "prep", "preconj", "expl"})
_GAPS = frozenset({",", ";", ":", ".", "-", "--", "(", '"'})


def referring_span(tree: Tree, start: int, head: int) -> tuple[int, int]:
    """The half-open token span of the phrase of the noun `head`, whose base phrase begins at `start`.

    Contiguous: post-modifiers are taken in their order while nothing stands between them and no more than
    `LONGEST_PHRASE` tokens come together. Coordinated nouns have phrases of their own.
    """
    start = _without_connectives(tree, start, head)
    end = head + 1
    holder = head
    while True:
        end = _behind_post_modifiers(tree, holder, start, end)
        outer = _quantity_noun_of(tree, holder)
        if outer is None or head - tree.left_edges[outer] >= LONGEST_PHRASE:
            break
        holder, start = outer, min(start, tree.left_edges[outer])
    verb = tree.heads[holder]
    if (
        tree.deps[holder] == "nsubj"
        and tree.tags[verb] == "VBG"
        and verb == end
        and not tree.has_child(verb, "aux")
    ):
        last = _last_of_clause(tree, verb, start + LONGEST_PHRASE)
        end = end if last is None else last + 1
    return start, end


def _without_connectives(tree: Tree, start: int, head: int) -> int:
    """Where the noun phrase begins behind what only links it: "while another man"."""
    for child in tree.children[head]:
        if child >= head or tree.deps[child] not in _CONNECTIVES or tree.left_edges[child] != start:
            break
        start = child + 1
    return start


def _behind_post_modifiers(tree: Tree, noun: int, start: int, end: int) -> int:
    for child in tree.children[noun]:
        if child >= end and tree.deps[child] in _POST_MODIFIERS:
            extended = _extended(tree, child, start, end)
            if extended == end:
                break
            end = extended
    return end


def _extended(tree: Tree, modifier: int, start: int, end: int) -> int:
    """Where the phrase ends with the subtree of `modifier`; `end` if that does not follow on or is too long."""
    if tree.left_edges[modifier] != end:
        return end
    last = _last_of_clause(tree, modifier, start + LONGEST_PHRASE)
    return end if last is None else last + 1


def _last_of_clause(tree: Tree, token: int, limit: int) -> int | None:
    """The last token of the subtree, which stops at a comma; none: it goes beyond `limit`."""
    if token >= limit:  # so that it goes no deeper than the phrase is long
        return None
    last = token
    for child in tree.children[token]:
        if child < token:
            continue
        if tree.deps[child] == "cc" and _begins_another(tree, token, child):
            break
        if tree.words[child] in _GAPS and not _joins(tree, token, child):
            break
        if tree.deps[child] in ("punct", "cc"):
            continue
        inner = _last_of_clause(tree, child, limit)
        if inner is None:
            return None
        last = max(last, inner)
    return last if last < limit else None


def _begins_another(tree: Tree, token: int, conjunction: int) -> bool:
    """Whether a clause-bearing noun follows: "a man holding a bat and a woman sitting" speaks of two."""
    following = (child for child in tree.children_by(token, "conj") if child > conjunction)
    return any(tree.has_child(noun, "acl") or tree.has_child(noun, "relcl") for noun in following)


def _joins(tree: Tree, token: int, comma: int) -> bool:
    """Whether a comma stands between conjuncts: "red, white and blue"."""
    return tree.words[comma] == "," and any(child > comma for child in tree.children_by(token, "conj"))


def _quantity_noun_of(tree: Tree, noun: int) -> int | None:
    """The "group" of "a group of people", if that speaks of these alone."""
    if tree.deps[noun] != "pobj":
        return None
    preposition = tree.heads[noun]
    outer = tree.heads[preposition]
    if quantified_nouns(tree, outer) == [noun] and outer < preposition < noun:
        return outer
    return None
