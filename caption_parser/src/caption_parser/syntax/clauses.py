"""What clauses speak of: subjects and objects of verbs, phrases behind words, and what is joined with them."""

from collections.abc import Iterator

from caption_parser.syntax.quantities import quantified_nouns, referents
from caption_parser.syntax.tree import VERB_TAGS, Tree

RELATIVE_PRONOUNS = frozenset({"that", "which", "who", "whom"})
_ADVERBIAL = frozenset({"when", "where", "why"})
_SUBJECTS = ("nsubj", "nsubjpass")
_INHERITING = frozenset({"advcl", "conj", "dep", "pcomp", "xcomp"})
"""How a verb hangs on the one whose subject it shares: "walks while holding", "tries to hit"."""
NOUN_CLAUSES = frozenset({"acl", "relcl"})
"""How a verb hangs on a noun."""
_PARTS = frozenset("bit bits half halves part parts piece pieces portion section slice slices some wedge".split())
"""What of them is gone leaves the rest: "a slice of the pizza is missing"."""


def subjects(tree: Tree, predicate: int) -> Iterator[int]:
    """The nouns that a verb speaks of, through relative pronouns, coordination and quantity nouns."""
    found = list(tree.children_by(predicate, *_SUBJECTS))
    while not found and tree.deps[predicate] == "conj":
        predicate = tree.heads[predicate]
        found = list(tree.children_by(predicate, *_SUBJECTS))
    if tree.deps[predicate] in NOUN_CLAUSES and all(tree.words[s] in RELATIVE_PRONOUNS for s in found):
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
    if tree.deps[verb] in NOUN_CLAUSES:
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


def subject_before(tree: Tree, token: int) -> Iterator[int]:
    """The subject of the clause that a word of its predicate stands in."""
    head = token
    for _ in range(4):
        found = [*tree.children_by(head, "nsubj", "nsubjpass")]
        if found:
            for noun in found:
                yield from _of_relative(tree, head, noun)
            return
        if tree.deps[head] in ("acl", "relcl", "amod") or tree.deps[head] == "prep":
            noun = tree.heads[head]
            if tree.is_noun(noun) and noun < token:
                yield from members_of(tree, noun)
                return
        head = tree.heads[head]


def _of_relative(tree: Tree, verb: int, subject: int) -> Iterator[int]:
    """The subject itself, or the noun that "which" stands for."""
    if tree.is_noun(subject):
        yield from members_of(tree, subject)
    elif tree.deps[verb] == "relcl" and tree.is_noun(tree.heads[verb]):
        yield tree.heads[verb]


def members_of(tree: Tree, noun: int) -> Iterator[int]:
    """A noun and those coordinated with it; not "a slice" of what is whole otherwise."""
    for member in tree.conjuncts(noun):
        if tree.is_noun(member) and not (tree.words[member] in _PARTS and quantified_nouns(tree, member)):
            yield member


def phrase_behind(tree: Tree, start: int) -> Iterator[int]:
    """The head of the noun phrase that begins at `start`, and what shares its denial ("a dog or cat")."""
    noun = start
    if start < len(tree) and tree.tags[start] in VERB_TAGS:
        return  # "rather than brushing the dog"
    while noun < len(tree) and not tree.is_noun(noun):
        if tree.words[noun] in (",", ";", ".", "and", "or", "but", "that", "with") or noun - start > 6:
            return
        noun += 1
    while noun + 1 < len(tree) and tree.is_noun(noun + 1):
        noun += 1
    if noun < len(tree):
        yield from alternatives(tree, noun)


def alternatives(tree: Tree, noun: int) -> Iterator[int]:
    """A denied noun and those that share its denial: "no cars or people", but not "no cars and a bus"."""
    pending = [noun]
    for denied in pending:
        yield denied
        joined = {tree.words[child] for child in tree.children_by(denied, "cc")}
        for conjunct in tree.children_by(denied, "conj"):
            bare = all(tree.deps[child] in ("cc", "conj", "punct", "prep") for child in tree.children[conjunct])
            if not joined & {"but", "yet"} and (joined & {"or", "nor"} or bare):
                pending.append(conjunct)
