"""Nouns of prohibitions, warnings, wishes and refusals, of which an image need show none.

"Do not feed the ducks", "beware of the dog", "I want a kitten", "I'm sorry, I can't describe the dog".
"""

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
_ABLE = frozenset({"able", "ca", "can", "unable"})
_SAYING = frozenset(
    """
    analyze assist describe detect determine discuss help identify interpret provide recognise recognize see tell
    view
    """.split()
)
"""What language models cannot do for whoever asks, in the place of a caption."""
_TRIGGERS = _WISHING | _SEEKING | _WARNING | _ABLE | frozenset({"do", "never", "beware"})
_ENDS = SENTENCE_ENDS | {",", ";", ":"}


def wished_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that an order, a warning or a wish speaks of."""
    if _TRIGGERS.isdisjoint(tree.words):
        return set()
    found: set[int] = set()
    first = 1 if tree.words[:1] == ["please"] else 0
    if _forbids(tree, first):
        found.update(_clause(tree, first + 2))
    for token, word in enumerate(tree.words):
        following = tree.word(token + 1)
        if word == "beware" and following == "of":
            found.update(phrase_behind(tree, token + 2))
        elif word in _WISHING and tree.word(token - 1) in _WISHERS and following in _INDEFINITE:
            found.update(phrase_behind(tree, token + 1))
        elif word in _SEEKING and following == "for":
            if tree.words[token + 2 : token + 3] and tree.words[token + 2] in _INDEFINITE:
                found.update(phrase_behind(tree, token + 2))
        elif word in _ABLE and (verb := _refused(tree, token)) is not None:
            found.update(_clause(tree, verb + 1))
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


def _refused(tree: Tree, able: int) -> int | None:
    """The verb that "I" am not able to, behind the "can" or "able" of it; none: it is none of `_SAYING`."""
    verb = able + 1
    is_denied = tree.words[able] == "unable" or tree.word(able - 1) in NOT
    while tree.word(verb) in NOT or tree.word(verb) in ("to", "accurately", "directly", "clearly"):
        is_denied = is_denied or tree.word(verb) in NOT
        verb += 1
    is_own = not {"i", "we"}.isdisjoint(tree.words[max(0, able - 3) : able])
    return verb if is_denied and is_own and tree.word(verb) in _SAYING else None


def _clause(tree: Tree, first: int) -> Iterator[int]:
    """The nouns from `first` to the next end of a clause."""
    for token in range(first, len(tree)):
        if tree.words[token] in _ENDS:
            return
        if tree.is_noun(token):
            yield token
