"""Nouns of prohibitions, warnings and wishes: "do not feed the ducks", "beware of the dog", "I want a kitten"."""

from collections.abc import Iterator

from caption_parser.syntax.clauses import phrase_behind
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import NOT, SENTENCE_ENDS

_WISHING = frozenset({"want", "need", "wish", "crave", "miss", "prefer"})
_WISHERS = frozenset({"i", "we", "you"})
_SEEKING = frozenset(
    {"look", "looking", "looks", "searching", "searches", "search", "hunting", "hoping", "wishing", "asking"}
)
_INDEFINITE = frozenset({"a", "an", "another", "some", "any"})
_WARNING = frozenset({"warning", "warns", "about", "against"})
_SIGNS = frozenset({"sign", "signs"})
_TRIGGERS = _WISHING | _SEEKING | _WARNING | frozenset({"do", "never", "beware"})
_ENDS = SENTENCE_ENDS | {",", ";", ":"}


def wished_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that an order, a warning or a wish speaks of."""
    if _TRIGGERS.isdisjoint(tree.words):
        return set()
    found: set[int] = set()
    first = 1 if tree.words[:1] == ["please"] else 0
    if _forbids(tree, first):
        found.update(_clause(tree, first))
    for token, word in enumerate(tree.words):
        following = tree.word(token + 1)
        if word == "beware" and following == "of":
            found.update(phrase_behind(tree, token + 2))
        elif word in _WISHING and tree.word(token - 1) in _WISHERS and following in _INDEFINITE:
            found.update(phrase_behind(tree, token + 1))
        elif word in _SEEKING and following == "for":
            if tree.words[token + 2 : token + 3] and tree.words[token + 2] in _INDEFINITE:
                found.update(phrase_behind(tree, token + 2))
        elif word in _WARNING and not _SIGNS.isdisjoint(tree.words[max(0, token - 3) : token]):
            begin = token + 2 if following in ("of", "about", "against", "for") else token + 1
            if word not in ("warning", "warns") or begin == token + 2:
                found.update(phrase_behind(tree, begin))
    return found


def _forbids(tree: Tree, first: int) -> bool:
    words = tree.words[first : first + 3]
    if len(words) < 3 or tree.tags[first + (1 if words[0] == "never" else 2)] not in ("VB", "VBP", "NN", "JJ"):
        return False
    return words[0] == "never" or (words[0] == "do" and words[1] in NOT)


def _clause(tree: Tree, first: int) -> Iterator[int]:
    for token in range(first + 2, len(tree)):
        if tree.words[token] in _ENDS:
            return
        if tree.is_noun(token):
            yield token
