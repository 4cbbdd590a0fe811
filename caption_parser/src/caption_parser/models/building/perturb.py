"""Surface forms of a caption and its tree: what people write when they do not write newswire.

Each function takes a tree and returns one over other words or fewer; where it does not apply, the tree itself.
They serve training, applied at random, and evaluation, applied one at a time.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from caption_parser.models.building.conventions import FINAL_PUNCTUATION
from caption_parser.models.building.rephrase import relative_clause
from caption_parser.models.building.trees import CaptionTree, insert, subtree, without

ARTICLES = frozenset({"a", "an", "the"})
MIN_TYPO_LENGTH = 4
SPACES = (" ", "  ", "\n", "\t")
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Perturbation = Callable[[CaptionTree, random.Random], CaptionTree]

TRAINING_MIX: tuple[tuple[float, Perturbation], ...]
"""Probability of each perturbation in training, applied in this order, independently of each other."""


def upper(tree: CaptionTree, _: random.Random) -> CaptionTree:
    """TWO DOGS ON A SOFA."""
    return replace(tree, words=tuple(word.upper() for word in tree.words))


def lower(tree: CaptionTree, _: random.Random) -> CaptionTree:
    """two dogs on a sofa."""
    return replace(tree, words=tuple(word.lower() for word in tree.words))


def title(tree: CaptionTree, _: random.Random) -> CaptionTree:
    """Two Dogs On A Sofa."""
    return replace(tree, words=tuple(word[:1].upper() + word[1:] for word in tree.words))


def drop_period(tree: CaptionTree, _: random.Random) -> CaptionTree:
    """two dogs on a sofa"""
    last = len(tree.words) - 1
    if last > 0 and tree.words[last] in FINAL_PUNCTUATION and not tree.children(last):
        return without(tree, {last})
    return tree


def toggle_period(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """Drop the final period, or add one."""
    if tree.words[-1] in FINAL_PUNCTUATION:
        return drop_period(tree, rng)
    return _add_period(tree)


def drop_articles(tree: CaptionTree, _: random.Random) -> CaptionTree:
    """man riding horse"""
    articles = {
        index
        for index, word in enumerate(tree.words)
        if word.lower() in ARTICLES and tree.deps[index] == "det" and not tree.children(index)
    }
    return without(tree, articles)


def noun_fragment(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """One of the noun phrases, with all that hangs on it, on its own."""
    nouns = [
        index
        for index, tag in enumerate(tree.tags)
        if tag.startswith("NN") and tree.heads[index] != index and tree.deps[index] != "compound"
    ]
    fragments = [subtree(tree, noun) for noun in nouns]
    fragments = [fragment for fragment in fragments if len(fragment.words) > 1]
    return rng.choice(fragments) if fragments else tree


def typo(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """One word with a letter dropped, doubled, replaced, or swapped with the next."""
    long_words = [
        index for index, word in enumerate(tree.words) if len(word) >= MIN_TYPO_LENGTH and word.isalpha()
    ]
    if not long_words:
        return tree
    index = rng.choice(long_words)
    words = list(tree.words)
    words[index] = _misspell(words[index], rng)
    return replace(tree, words=tuple(words))


def double_space(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """A word of whitespace, hung on its neighbour as spaCy's own pipelines do."""
    at = rng.randrange(len(tree.words))
    neighbour = at - 1 if at else 1
    return insert(tree, at, (rng.choice(SPACES),), ("_SP",), (neighbour,), ("dep",))


def join_sentences(first: CaptionTree, second: CaptionTree) -> CaptionTree:
    """Two captions in one text, the first closed by a period."""
    if first.words[-1] not in FINAL_PUNCTUATION:
        first = _add_period(first)
    shift = len(first.words)
    return CaptionTree(
        first.words + second.words,
        first.tags + second.tags,
        first.heads + tuple(head + shift for head in second.heads),
        first.deps + second.deps,
    )


def _add_period(tree: CaptionTree) -> CaptionTree:
    return insert(tree, len(tree.words), (".",), (".",), (tree.roots()[-1],), ("punct",))


def _misspell(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    before, letter, following, after = word[:at], word[at], word[at + 1], word[at + 2 :]
    return before + rng.choice(
        [
            following + after,
            letter + letter + following + after,
            rng.choice(LETTERS) + following + after,
            following + letter + after,
        ]
    )


def training_form(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """A surface form to train on: the tree as it is, or perturbed by some of `TRAINING_MIX`."""
    for probability, perturb in TRAINING_MIX:
        if rng.random() < probability:
            tree = perturb(tree, rng)
    return tree


TRAINING_MIX = (
    (0.03, relative_clause),
    (0.08, noun_fragment),
    (0.06, drop_articles),
    (0.35, toggle_period),
    (0.10, typo),
    (0.02, double_space),
)
EVALUATION_FORMS: dict[str, Perturbation] = {
    "clean": lambda tree, _: tree,
    "upper": upper,
    "lower": lower,
    "title": title,
    "no period": drop_period,
    "typo": typo,
}
"""Column of the model card → how the captions are perturbed."""
