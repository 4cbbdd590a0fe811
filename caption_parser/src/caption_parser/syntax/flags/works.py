"""What films, stories and books are about, and what they are called.

"A new film starring a talking dog", "a novel about a lost cat", "The Kite Runner by Khaled Hosseini, paperback".
"""

from collections.abc import Iterator

from caption_parser.syntax.clauses import phrase_behind
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import QUOTES, WITH_ANIMALS, in_both_numbers

_WORKS = in_both_numbers(
    """
    book comedy documentary drama fable fairytale film movie musical novel poem sitcom song story trilogy
    """
) | frozenset("series".split())
_PLAYED = frozenset({"featuring", "starring", "stars"})
_BEFORE_WHO_PLAYS = frozenset({"a", "an", "three", "two"})
"""Whoever plays without one of these is named, and seen on the picture of a film."""
_BINDINGS = frozenset("audiobook ebook edition hardback hardcover novel paperback".split())
"""What is said of a book behind its title and author."""
_LONGEST_TITLE = 7
_IN_TITLES = frozenset("a and at for in of on the to with".split())
_PARTS = frozenset("episode episodes finale recap season seasons sequel soundtrack spoilers trailer".split())
"""What stands behind the title of a series or a film."""
_FEWEST = 2
_TOLD = in_both_numbers("lecture lesson seminar webinar") | frozenset("reads".split())
"""What speaks of a thing that is elsewhere, too: "reads about horses", "a lecture about bears"."""
_LEARNED = frozenset({"learn", "learning", "learns"})
_TRIGGERS = _WORKS | _TOLD | _LEARNED
_AT_SCHOOL = frozenset({"class", "classroom", "lecture", "school"})
"""Where what one learns about is not."""
_BEFORE_ANIMALS = WITH_ANIMALS | {"farmer", "farmers"}
"""Where, and from whom, also a class learns about what it sees."""


def works_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that a work speaks of."""
    found = nouns_told_by(tree, _TRIGGERS, _content)
    if not _PARTS.isdisjoint(tree.words):
        found.update(_before_a_part(tree))
    return found if _BINDINGS.isdisjoint(tree.words) else found.union(_title(tree))


def _before_a_part(tree: Tree) -> Iterator[int]:
    """The title in quotes right before a part of a series: `"The Bear" season 3`."""
    for part, word in enumerate(tree.words):
        if word not in _PARTS or part < _FEWEST:
            continue
        last = part - 1
        if tree.words[last] in QUOTES:
            opening = next((at for at in range(last - 1, -1, -1) if tree.words[at] in QUOTES), last)
            yield from range(opening + 1, last)


def _content(tree: Tree, token: int, word: str) -> Iterator[int]:
    following = tree.words[token + 1 : token + 3]
    if len(following) < 2:
        return
    if word in _LEARNED and (_AT_SCHOOL.isdisjoint(tree.words) or not _BEFORE_ANIMALS.isdisjoint(tree.words)):
        return
    roughly = tree.tags[token + 2] == "CD"
    if following[0] == "about" or (following[0] in _PLAYED and following[1] in _BEFORE_WHO_PLAYS):
        for noun in phrase_behind(tree, token + 2):
            if not (roughly and tree.words[noun] in _WORKS):  # "reads about five books" a month
                yield from tree.conjuncts(noun)


def _title(tree: Tree) -> range:
    """The words of the title that a text opens with, before the author of a book and how it is bound.

    Before the author, such a word is of anything: "Limited Edition Vase by Jonathan Adler".
    """
    by = tree.words.index("by") if "by" in tree.words else 0
    named = 0 < by <= _LONGEST_TITLE and all(map(tree.has_capital, (0, by - 1, min(by + 1, len(tree) - 1))))
    if not named or not any(_is_a_binding(tree, token) for token in range(by + 2, len(tree))):
        return range(0)
    in_title = all(tree.has_capital(token) or tree.words[token] in _IN_TITLES for token in range(by))
    return range(by if in_title else 0)


def _is_a_binding(tree: Tree, token: int) -> bool:
    """Whether a word says how a book is bound; where it lies is said of one that is seen: "novel on the sill"."""
    return tree.words[token] in _BINDINGS and (token + 1 == len(tree) or tree.tags[token + 1] != "IN")
