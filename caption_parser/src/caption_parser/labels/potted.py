"""Plants in pots: "a potted ivy", "a pot with a cactus", "ivy growing in a planter" show a potted plant.

WordNet has no synset of it. The class is that which a label space gives to the phrase "potted plant" or to
houseplants, whatever its name; a label space without one is left alone.
"""

from collections.abc import Iterator, Sequence

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading, CaptionStep, ImpliedObject, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.senses import SenseChoice
from caption_parser.syntax.quantities import referents
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS, Tree
from shared_schemas import Route, Rule

_PHRASES = ("potted_plant", "potted_plants", "pot_plant", "houseplant", "house_plant", "pottedplant", "plant_pot")
_HOUSEPLANT = "houseplant.n.01"
_PLANT = "plant.n.02"
_FLOWER = "flower.n.02"
_POTS = frozenset("flowerpot flowerpots jardiniere jardinieres planter planters pot pots".split())
_FOR_PLANTS = frozenset(
    """
    brick cement ceramic clay concrete earthenware flower flowerpot flowerpots garden glazed hanging jardiniere
    jardinieres plant planter planters stone terracotta terra windowsill
    """.split()
)
"""Pots, and words before "pot", that hold no soup: what is a vegetable elsewhere grows in them."""
_IN = frozenset({"in", "inside", "into", "within"})
_HOLDING = frozenset(
    "containing contains full filled growing hold holding holds planted sprouting stuffed supporting with".split()
)
_SPEAKING_OF_PLANTS = frozenset(
    {"grow", "growing", "grown", "grows", "planted", "blooming", "sprouting", "potted"}
)
_LONGEST_PHRASE = 8
"""Words of a noun phrase, and nouns that share a pot."""
_LIKELY_SENSES = 3
"""How many of the senses of a word may be meant beside the chosen one."""


class PottedPlants(CaptionStep):
    """Labels plants that a caption puts in pots, beside their own class or in its place."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._synset = lexicon.synset(_HOUSEPLANT)
        found = [decisions.by_phrase[phrase] for phrase in _PHRASES if phrase in decisions.by_phrase]
        decision = found[0] if found else decisions.by_synset.get(self._synset)
        self._decision = decision and Decision(decision.label, Rule.IMPLIED)
        self._plants = Below(lexicon, _PLANT, _FLOWER)

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption, whose plants in pots have the class."""
        words, decision = caption.tree.words, self._decision
        if decision is None or ("potted" not in words and _POTS.isdisjoint(words)):
            return caption
        tellingly = dict(_in_pots(caption.tree))
        return caption.with_objects(
            lambda found: (
                self._labelled(found, decision)
                if found.candidate.token in tellingly and self._is_plant(found, tellingly[found.candidate.token])
                else found
            )
        )

    def _labelled(self, found: ObjectReading, decision: Decision) -> ObjectReading:
        labels = {found.decision and found.decision.label, *(one.decision.label for one in found.implied)}
        if decision.label in labels:
            return found
        if found.decision is None:
            choice = found.choice or SenseChoice(self._synset, Route.LABEL_SPACE)
            return found._replace(choice=choice, decision=decision)
        return found._replace(implied=(*found.implied, ImpliedObject(self._synset, decision)))

    def _is_plant(self, found: ObjectReading, tellingly: bool) -> bool:
        """Whether a word means a plant; where the words around it do not say so, only if it means no food."""
        senses = found.candidate.synsets
        if tellingly:
            return any(sense in self._plants for sense in senses)
        # A prior that takes "plant" for a factory knows nothing of the pot.
        likely = {found.synset, *senses[:_LIKELY_SENSES]}
        return any(sense in self._plants for sense in likely) and not self._is_food(senses)

    def _is_food(self, senses: Sequence[int]) -> bool:
        return any(self._lexicon.lexname(sense) == "noun.food" for sense in senses)


def _in_pots(tree: Tree) -> Iterator[tuple[int, bool]]:
    """The nouns that a caption puts in pots, and whether its words say that they are plants."""
    for token, word in enumerate(tree.words):
        if word == "potted":
            noun = _noun_behind(tree, token)
            if noun is not None:
                for member in _near_conjuncts(tree, noun):
                    yield member, True
        elif word in _POTS and (tree.is_noun(token) or tree.tags[token] == "VBZ"):
            telling = word in _FOR_PLANTS or any(
                tree.words[child] in _FOR_PLANTS for child in tree.children[token]
            )
            for noun, grows in (*_held_by(tree, token), *_inside(tree, token)):
                yield noun, telling or grows


def _noun_behind(tree: Tree, token: int) -> int | None:
    """The last noun of those right behind a word, with adjectives between."""
    noun, end = token + 1, min(len(tree), token + _LONGEST_PHRASE)
    while noun < end and tree.tags[noun] in ADJECTIVE_TAGS | PARTICIPLE_TAGS:
        noun += 1
    if noun == end or tree.tags[noun] not in NOUN_TAGS:
        return noun - 1 if noun - 1 > token else None
    while noun + 1 < end and tree.tags[noun + 1] in NOUN_TAGS:
        noun += 1
    return noun


def _near_conjuncts(tree: Tree, noun: int) -> list[int]:
    """A noun and those coordinated after it, few of them however many there are."""
    found = [noun]
    for member in found:
        if len(found) < _LONGEST_PHRASE:
            found.extend(tree.children_by(member, "conj"))
    return found


def _inside(tree: Tree, pot: int) -> Iterator[tuple[int, bool]]:
    """The fern of "a fern in a pot", "a fern that sits in a pot", "a row of ferns in pots"."""
    preposition = tree.heads[tree.first_conjuncts[pot]]
    if tree.deps[tree.first_conjuncts[pot]] != "pobj" or tree.words[preposition] not in _IN:
        return
    head = tree.heads[preposition]
    grows = tree.words[head] in _SPEAKING_OF_PLANTS
    if tree.is_noun(head):
        nouns = [head]
    else:
        nouns = [noun for noun in tree.children_by(head, "nsubj", "nsubjpass", "dobj") if tree.is_noun(noun)]
        if not nouns and tree.deps[head] in ("acl", "relcl"):
            nouns = [tree.heads[head]]
    for noun in (told for one in nouns for told in referents(tree, one)):
        for member in _near_conjuncts(tree, noun):
            if member < pot:
                yield member, grows


def _held_by(tree: Tree, pot: int) -> Iterator[tuple[int, bool]]:
    """The fern of "a pot of ferns", "a pot with a fern", "pots filled with ferns"."""
    pending = list(tree.children_by(pot, "prep", "acl", "relcl", "amod"))
    behind = pot + 1
    if behind < len(tree) and tree.words[behind] == "with" and behind not in pending:
        pending.append(behind)  # "there stands a pot with a cactus"
    if tree.deps[pot] == "nsubj":
        pending.append(tree.heads[pot])
    for word in pending:
        if tree.words[word] in _HOLDING or (tree.deps[word] == "prep" and tree.words[word] == "of"):
            grows = tree.words[word] in _SPEAKING_OF_PLANTS
            pending.extend(tree.children_by(word, "prep", "acl"))
            for noun in tree.children_by(word, "pobj", "dobj", "nsubj"):
                if noun != pot:
                    yield from ((member, grows) for member in _near_conjuncts(tree, noun))
