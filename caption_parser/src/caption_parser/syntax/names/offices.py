"""Who holds an office, right before what such people do in the news: "Texas Governor signs bill"."""

from collections.abc import Iterator

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.word_kinds import WordKinds

OFFICES = frozenset(
    """
    ambassador cardinal ceo chancellor chief commissioner congressman congresswoman councilman envoy governor
    mayor minister mp pm premier president prosecutor secretary senator sheriff spokesman spokesperson
    spokeswoman treasurer
    """.split()
)
"""Who speaks and waves in the news without a name: "Texas Governor signs bill"."""
ACTS_OF_OFFICE = frozenset(
    """
    addresses announces answers arrives attends boards briefs casts delivers departs gestures greets holds hosts
    inspects joins lays leaves listens looks meets opens poses receives salutes shakes signs speaks stands steps
    swears takes talks testifies tours unveils visits votes walks waves welcomes
    """.split()
)
_LONGEST_NAME = 2
_FINITE = (["VB"], ["VBD"], ["VBP"], ["VBZ"])


class Offices(WordKinds):
    """Finds those who hold an office and do what they do in it."""

    def __call__(self, tree: Tree) -> Iterator[int]:
        """Offices before their verbs, however it is parsed: "US President waves", "PM Sunak steps out"."""
        if OFFICES.isdisjoint(tree.words):
            return
        for token, word in enumerate(tree.words[:-1]):
            if word in OFFICES and any(map(tree.has_capital, range(max(0, token - 2), token + 1))):
                verb = token + 1
                while (
                    verb <= token + _LONGEST_NAME
                    and verb + 1 < len(tree)
                    and tree.has_capital(verb)
                    and self.is_uncommon(tree.words[verb])
                ):
                    verb += 1
                if (
                    tree.words[verb] in ACTS_OF_OFFICE
                    and not tree.has_capital(verb)
                    and tree.tags[verb + 1 : verb + 2] not in _FINITE
                ):
                    yield token
