"""What groups are made of: "a family of ducks" and "a duck family" show no person, "a family of tourists" does."""

from collections.abc import Collection, Iterator, Sequence

from caption_parser.labels.people_groups import people_groups
from caption_parser.labels.reading import CaptionReading, CaptionStep, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import hypernym_distances
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import SAID_OF_GROUPS

_DEFINITE = frozenset({"the", "this", "that", "a", "an", "each", "every"})


class MembersOfGroups(CaptionStep):
    """Takes the label from groups whose members are named and are no persons."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._groups = people_groups(lexicon).synsets
        self._animal = lexicon.synset("animal.n.01")
        person = lexicon.synset("person.n.01")
        self._people = self._groups.union((person,), lexicon.holonyms(person))

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption without the labels of groups of other things."""
        others = {
            found.candidate.token
            for found in caption.objects
            if found.decision is not None
            and not self._groups.isdisjoint(found.candidate.synsets)
            and self._is_of_others(caption.tree, found)
        }
        return caption.without_label(others) if others else caption

    def _is_of_others(self, tree: Tree, group: ObjectReading) -> bool:
        """Whether the members are named and are no persons."""
        token = group.candidate.token
        if any(self._names_animal(tree.words[noun]) for noun in tree.children_by(token, "compound")):
            return True
        members = list(_members(tree, token))
        return bool(members) and not any(self._names_person(tree.words[noun]) for noun in members)

    @remembered
    def _names_animal(self, word: str) -> bool:
        """By its first sense: a "wolf" is also a man."""
        return any(self._is_below(senses[0], {self._animal}) for senses in self._senses(word))

    @remembered
    def _names_person(self, word: str) -> bool:
        """By one of its three first senses, but for animals."""
        senses = [synset for of_lemma in self._senses(word) for synset in of_lemma[:3]]
        return not self._names_animal(word) and any(self._is_below(synset, self._people) for synset in senses)

    def _senses(self, word: str) -> Iterator[Sequence[int]]:
        return filter(None, map(self._lexicon.synsets, self._lexicon.base_forms(word)))

    def _is_below(self, synset: int, above: Collection[int]) -> bool:
        return not hypernym_distances(self._lexicon, synset).keys().isdisjoint(above)


def _members(tree: Tree, group: int) -> Iterator[int]:
    """The nouns that say what a group is made of: "ducks" of "a family of ducks".

    What stands with an article is the whole that the group belongs to: "the choir of the church".
    """
    for noun in tree.complements(group, "of"):
        is_whole = any(tree.words[det] in _DEFINITE for det in tree.children_by(noun, "det"))
        if tree.is_noun(noun) and not is_whole and tree.words[noun] not in SAID_OF_GROUPS:
            yield from tree.conjuncts(noun)
