"""Nouns that a caption denies: "no people", "without a helmet", "not a dog", "an empty street free of cars"."""

from collections.abc import Iterator

from caption_parser.syntax.clauses import alternatives
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import NOT

_NEGATIVE_NOUNS = frozenset({"nobody", "none", "nothing"})
_NEGATIVE_PREPOSITIONS = frozenset({"without", "minus", "sans"})
_ABSENCE = frozenset(
    {"empty", "free", "devoid", "void", "bare", "barren", "deprived", "lack", "absence", "instead"}
)
"""What "of" or "from" after them names is not there."""
_LACKING = frozenset({"lacking", "lacks", "lack"})
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "'s", "'re", "ai"})
_POSSESSING = frozenset(
    """
    carry carries carrying contain contains containing feature features featuring had has have having hold holding
    holds include includes including own owns see seen show showing shows use using wear wearing wears
    """.split()
)
"""Verbs whose denied object is denied too; a dog that is "not catching the frisbee" still has one before it."""
_AFFIRMING = frozenset({"all", "enough", "even", "every", "exactly", "just", "many", "much", "only"})
"""Words that turn "not" before them into "some"."""
_BUT = frozenset({"just", "merely", "only", "simply"})
_COMPARING = frozenset({"doubt", "fewer", "less", "matter", "more", "wonder"})
"""What "no" before them does not deny: "no fewer than two dogs"."""
_SIGNS = frozenset({"sign", "signs", "symbol", "symbols", "zone", "zones", "signage"})
_TRIGGERS = (
    frozenset({"no", "never", "neither", "nor"})
    | NOT
    | (_NEGATIVE_NOUNS | _NEGATIVE_PREPOSITIONS | _ABSENCE | _LACKING | {"missing"})
)


def negated_nouns(tree: Tree) -> set[int]:
    """The nouns that the caption says are not there."""
    return nouns_told_by(tree, _TRIGGERS, _denied_by)


def _denied_by(tree: Tree, token: int, word: str) -> Iterator[int]:
    head = tree.heads[token]
    if word in _NEGATIVE_NOUNS:
        yield token
    elif word in ("no", "neither", "nor"):
        if tree.word(token + 1) in _COMPARING:
            return
        if tree.is_noun(head) and head > token and not _names_a_prohibition(tree, token, head):
            yield from alternatives(tree, head)
        elif word == "nor":
            yield from _noun_after(tree, token)
    elif word in NOT or word == "never":
        if token + 1 < len(tree) and tree.words[token + 1] not in _AFFIRMING:
            yield from _denied_by_not(tree, token, head)
    elif word in _NEGATIVE_PREPOSITIONS:
        yield from _complements(tree, token)
    elif word in _LACKING and tree.has_child(token, "dobj"):
        for noun in tree.children_by(token, "dobj"):
            yield from alternatives(tree, noun)
    elif word == "missing":
        yield from _missing(tree, token, head)
    elif word in _ABSENCE and tree.word(token + 1) in ("of", "from"):
        yield from _complements(tree, token + 1)


def _denied_by_not(tree: Tree, token: int, head: int) -> Iterator[int]:
    if tree.is_noun(head) and head > token:
        yield from alternatives(tree, head)
    elif tree.words[head] in _BE:
        for noun in tree.children_by(head, "attr"):
            # "not a dog but a cat", "not a dog, only a cat": what follows "but" or "only" is there.
            if not any(tree.words[child] in _BUT for child in tree.children_by(noun, "advmod")):
                yield noun
    elif tree.words[head] in _POSSESSING:
        for noun in tree.children_by(head, "dobj"):
            yield from alternatives(tree, noun)


def _missing(tree: Tree, token: int, head: int) -> Iterator[int]:
    """ "a missing wheel", "a kitchen missing a sink"; a player "missing the ball" has it before him."""
    if tree.deps[token] == "amod":
        yield head
    elif tree.deps[token] == "acl":
        for noun in tree.children_by(token, "dobj"):
            if "the" not in (tree.words[child] for child in tree.children_by(noun, "det")):
                yield from alternatives(tree, noun)


def _complements(tree: Tree, preposition: int) -> Iterator[int]:
    """What a preposition denies; "without wearing a helmet" denies the helmet."""
    for noun in tree.children_by(preposition, "pobj"):
        yield from alternatives(tree, noun)
    for clause in tree.children_by(preposition, "pcomp"):
        for noun in tree.children_by(clause, "dobj"):
            yield from alternatives(tree, noun)


def _noun_after(tree: Tree, token: int) -> Iterator[int]:
    """The head of the noun phrase that begins right after the token, whatever the parse makes of "nor"."""
    noun = token + 1
    while noun < len(tree) and not (tree.is_noun(noun) and tree.left_edges[noun] == token + 1):
        noun += 1
    if noun < len(tree):
        yield noun


def _names_a_prohibition(tree: Tree, token: int, head: int) -> bool:
    """Whether it is the "no" of "a no parking sign": the sign is there."""
    return tree.words[head] in _SIGNS and head > token + 1
