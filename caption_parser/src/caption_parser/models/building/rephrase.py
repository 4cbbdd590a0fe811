"""Trees of constructions that captions have too rarely to be learnt from them, made out of those they have.

"a red car" gives "a car, which is red," and "a car that is red"; noun phrases of several captions give a list.
"""

import random
from collections.abc import Sequence

from caption_parser.models.building.trees import CaptionTree, insert, subtree, without

PLURAL_TAGS = frozenset({"NNS", "NNPS"})
MAX_LISTED_WORDS = 3
LIST_LENGTHS = range(2, 6)


def relative_clause(tree: CaptionTree, rng: random.Random) -> CaptionTree:
    """One attributive adjective moved into a relative clause behind its noun."""
    movable = [index for index in range(len(tree.words)) if _is_movable(tree, index)]
    if not movable:
        return tree
    adjective = rng.choice(movable)
    word = tree.words[adjective]
    verb = "are" if tree.tags[tree.heads[adjective]] in PLURAL_TAGS else "is"
    verb_tag = "VBP" if verb == "are" else "VBZ"
    noun = tree.heads[adjective] - 1
    rest = without(tree, {adjective})
    if rng.random() < 0.5:
        return insert(
            rest,
            noun + 1,
            ("that", verb, word),
            ("WDT", verb_tag, "JJ"),
            (noun + 2, noun, noun + 2),
            ("nsubj", "relcl", "acomp"),
        )
    closed = noun + 1 < len(rest.words) and rest.deps[noun + 1] != "punct"
    comma = 1 if closed else 0
    return insert(
        rest,
        noun + 1,
        (",", "which", verb, word) + (",",) * comma,
        (",", "WDT", verb_tag, "JJ") + (",",) * comma,
        (noun, noun + 3, noun, noun + 3) + (noun,) * comma,
        ("punct", "nsubj", "relcl", "acomp") + ("punct",) * comma,
    )


def noun_list(trees: Sequence[CaptionTree], rng: random.Random) -> CaptionTree | None:
    """Short noun phrases of several random captions, with commas, with or without a final "and"."""
    phrases = [_short_noun_phrase(rng.choice(trees), rng) for _ in range(rng.choice(LIST_LENGTHS))]
    items = [phrase for phrase in phrases if phrase is not None]
    if len(items) < 2:
        return None
    result = items[0]
    for number, item in enumerate(items[1:], start=2):
        is_last = number == len(items)
        result = _append_conjunct(result, item, "and" if is_last and rng.random() < 0.5 else ",")
    return result


def _is_movable(tree: CaptionTree, index: int) -> bool:
    noun = tree.heads[index]
    return (
        tree.tags[index] == "JJ"
        and tree.deps[index] == "amod"
        and noun > index
        and tree.tags[noun].startswith("NN")
        and tree.deps[noun] not in {"compound", "nmod", "amod"}
        and not tree.children(index)
    )


def _short_noun_phrase(tree: CaptionTree, rng: random.Random) -> CaptionTree | None:
    phrases = [subtree(tree, index) for index, tag in enumerate(tree.tags) if tag.startswith("NN")]
    short = [phrase for phrase in phrases if len(phrase.words) <= MAX_LISTED_WORDS and "punct" not in phrase.deps]
    if not short:
        return None
    phrase = rng.choice(short)
    has_determiner = phrase.deps[0] == "det" and not phrase.children(0)
    return without(phrase, {0}) if has_determiner and rng.random() < 0.5 else phrase


def _append_conjunct(listed: CaptionTree, item: CaptionTree, link: str) -> CaptionTree:
    """The list with one more item, hung on the one before, as CLEAR hangs conjuncts."""
    previous = max(index for index, dep in enumerate(listed.deps) if dep in {"ROOT", "conj"})
    shift = len(listed.words) + 1
    root = item.roots()[0]
    return CaptionTree(
        (*listed.words, link, *item.words),
        (*listed.tags, "CC" if link == "and" else ",", *item.tags),
        (
            *listed.heads,
            previous,
            *(previous if index == root else head + shift for index, head in enumerate(item.heads)),
        ),
        (
            *listed.deps,
            "cc" if link == "and" else "punct",
            *("conj" if index == root else dep for index, dep in enumerate(item.deps)),
        ),
    )
