"""Who holds an office, right before what such people do in the news: "Texas Governor signs bill"."""

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.roles import ACTS_OF_OFFICE, OFFICES
from caption_parser.syntax.words.word_kinds import WordKinds

_LONGEST_NAME = 2
_FINITE = (["VB"], ["VBD"], ["VBP"], ["VBZ"])


class Offices(WordKinds):
    """Finds those who hold an office and do what they do in it."""

    def __call__(self, tree: Tree) -> set[int]:
        """Offices before their verbs, however it is parsed: "US President waves", "PM Sunak steps out"."""
        found: set[int] = set()
        if OFFICES.isdisjoint(tree.words):
            return found
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
                    found.add(token)
        return found
