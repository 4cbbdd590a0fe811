"""What a verb speaks of: its subjects and its objects, wherever the sentence has put them."""

from collections.abc import Iterator

from caption_parser.syntax.quantities import referents
from caption_parser.syntax.tree import VERB_TAGS, Tree

RELATIVE_PRONOUNS = frozenset({"that", "which", "who", "whom"})
_ADVERBIAL = frozenset({"when", "where", "why"})
_SUBJECTS = ("nsubj", "nsubjpass")
_INHERITING = frozenset({"advcl", "conj", "dep", "pcomp", "xcomp"})
"""How a verb hangs on the one whose subject it shares: "walks while holding", "tries to hit"."""
_NOMINAL = frozenset({"acl", "relcl"})


def subjects(tree: Tree, predicate: int) -> Iterator[int]:
    """The nouns that a verb speaks of, through relative pronouns, coordination and quantity nouns."""
    found = list(tree.children_by(predicate, *_SUBJECTS))
    while not found and tree.deps[predicate] == "conj":
        predicate = tree.heads[predicate]
        found = list(tree.children_by(predicate, *_SUBJECTS))
    if tree.deps[predicate] in _NOMINAL and all(tree.words[s] in RELATIVE_PRONOUNS for s in found):
        yield from referents(tree, tree.heads[predicate])
    elif found:
        for subject in found:
            for noun in tree.conjuncts(subject):
                yield from referents(tree, noun)


def agents(tree: Tree, verb: int) -> list[int]:
    """The subjects of a verb, also those that it shares with the verb that it hangs on."""
    for _ in range(len(tree)):
        found = list(subjects(tree, verb)) or list(tree.children_by(verb, "npadvmod"))
        if found:
            return [*found, *_coordinated(tree, verb)]
        expletive = list(tree.children_by(verb, "attr")) if tree.has_child(verb, "expl") else []
        if expletive:
            return [noun for attr in expletive for one in tree.conjuncts(attr) for noun in referents(tree, one)]
        head = tree.heads[verb]
        if tree.deps[verb] not in _INHERITING or head == verb:
            return []
        if tree.tags[head] not in VERB_TAGS:
            return list(referents(tree, head)) if tree.is_noun(head) else []
        verb = head
    return []


def _coordinated(tree: Tree, verb: int) -> Iterator[int]:
    """What is coordinated with the noun that a clause modifies: "trees and bushes growing on a lawn"."""
    while tree.deps[verb] == "conj":
        verb = tree.heads[verb]
    if tree.deps[verb] in _NOMINAL:
        noun = tree.heads[verb]
        for member in tree.conjuncts(tree.first_conjuncts[noun]):
            if member < verb and member != noun:
                yield from referents(tree, member)


def objects(tree: Tree, verb: int) -> Iterator[int]:
    """The nouns that a verb acts on; in "a board that a man rides" the board."""
    found = list(tree.children_by(verb, "dobj"))
    heads = [noun for noun in found if tree.words[noun] not in RELATIVE_PRONOUNS]
    yield from heads
    if not heads and tree.deps[verb] == "relcl" and _leaves_a_gap(tree, verb):
        yield tree.heads[verb]


def is_passive(tree: Tree, verb: int) -> bool:
    """Whether the verb is done to its subject: "is held", "a road lined with trees"."""
    if tree.tags[verb] != "VBN":
        return tree.has_child(verb, "auxpass")
    return not tree.has_child(verb, "aux") or tree.has_child(verb, "auxpass")


def _leaves_a_gap(tree: Tree, verb: int) -> bool:
    """Whether a relative clause has another subject than what it says of, and no other word for that."""
    found = list(tree.children_by(verb, *_SUBJECTS))
    return (
        any(tree.words[subject] not in RELATIVE_PRONOUNS for subject in found)
        and not any(tree.words[child] in _ADVERBIAL for child in tree.children[verb])
        and not any(tree.words[child] == "whose" for subject in found for child in tree.children[subject])
    )
