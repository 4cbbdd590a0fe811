"""Persons of whom a caption says no more than where they are: "Elton John at the piano", "Cast of Friends"."""

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.names.athletes import Athletes
from caption_parser.syntax.names.name_words import BODIES, NameWords
from caption_parser.syntax.tree import PLURAL_TAGS, Tree
from caption_parser.syntax.words.vehicles import vehicle_makes

_AT = frozenset({"at", "behind", "during", "in", "on"})
_WHERE = frozenset(
    """
    afterparty banquet ceremony concert conference court drums funeral gala graduation hearing inauguration
    interview lectern mic microphone photocall piano podium premiere pulpit rally reception rehearsal
    screening stage trial
    """.split()
)
"""Where somebody is, and what belongs to somebody else is not."""
_WHERE_OF_TWO_WORDS = frozenset({("press", "call"), ("press", "conference"), ("red", "carpet")})
_LONGEST_NAME = 3
_FEWEST_WORDS = 2
_FURTHEST_PLACE = 5
_ENDS = frozenset({",", ".", "-", "|", ":", ";"})
_OF_PLASTER = frozenset("bones bronze fossil fossils footprint mold mould museum plaster skeleton skull".split())


class PeopleAtEvents(NameWords):
    """Finds names before where persons are, casts, and teams called as animals, that open a caption."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._athletes = Athletes(lexicon)
        self._animals = Below(lexicon, "animal.n.01")

    def __call__(self, tree: Tree) -> set[int]:
        """The last words of those names, or the nouns."""
        found: set[int] = set()
        if tree.capitals[:1] != [0] or len(tree) <= _FEWEST_WORDS:
            return found
        first = int(tree.words[0] == "the")
        if tree.words[first : first + 2] == ["cast", "of"] and _is_of_actors(tree, first + 2):
            found.add(first)
        if self._is_a_team(tree):
            found.add(0)
        last = 0
        while last + 1 < len(tree) and tree.has_capital(last + 1) and tree.words[last + 1].isalpha():
            last += 1
        if self._is_somebody(tree.words[: last + 1]) and _is_somewhere(tree, last + 1):
            found.add(last)
        return found

    def _is_somebody(self, words: list[str]) -> bool:
        joined = "_".join(words)
        return (
            _FEWEST_WORDS <= len(words) <= _LONGEST_NAME
            and self.begins_a_name(words[0])
            and all(self._may_be_a_name(word) for word in words[1:])
            and words[-1] not in BODIES
            and not self._are_things(words[-1])
            and vehicle_makes().isdisjoint((words[0], " ".join(words), " ".join(words[:2])))
            and not self._is_other_name(joined)
            and all(self._kind(sense) == "person" for sense in self._lexicon.synsets(joined))
        )

    def _are_things(self, word: str) -> bool:
        """Whether a word is known for the plural of another alone: "jars", but not "Brooks"."""
        return not self._lexicon.synsets(word) and any(base != word for base in self._lexicon.base_forms(word))

    def _is_a_team(self, tree: Tree) -> bool:
        """Whether animals do what only teams do: "Lionesses celebrate with the trophy"."""
        return (
            tree.tags[0] in PLURAL_TAGS
            and self._athletes.do(tree, 1, alone=False)
            and any(sense in self._animals for sense in self._lexicon.frequent_senses(tree.words[0], of_each=2))
        )


def _is_of_actors(tree: Tree, title: int) -> bool:
    """Whether the name of a work follows, and nothing speaks of plaster."""
    title += tree.word(title) == "the"
    return (
        title < len(tree)
        and tree.has_capital(title)
        and _OF_PLASTER.isdisjoint(tree.words)
        and "'s" not in tree.words[title : title + _FURTHEST_PLACE]
    )


def _is_somewhere(tree: Tree, place: int) -> bool:
    if tree.word(place) not in _AT:
        return False
    for token in range(place + 1, min(len(tree), place + 1 + _FURTHEST_PLACE)):
        if tree.words[token] in _ENDS:
            return False
        if tree.words[token] in _WHERE or tuple(tree.words[token : token + 2]) in _WHERE_OF_TWO_WORDS:
            return True
    return False
