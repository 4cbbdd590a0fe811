"""Which words modify which noun: adjectives, participles and nouns, before and after it."""

from collections.abc import Iterator
from itertools import chain

from caption_parser.modes import ModeRules
from caption_parser.syntax.clauses import subjects
from caption_parser.syntax.phrases import Modifier, ModifierKind
from caption_parser.syntax.quantities import quantity_noun_of
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import MATERIAL_VERBS, PAINTING_VERBS, in_both_numbers

_BEFORE = frozenset({"amod", "compound"})
_PIECES = in_both_numbers("bit bunch chunk pair piece set slice stack string wedge")
"""Quantity nouns that look like what they are of."""
_MOST_COMPOUNDS = 32
"""A longer chain of nouns is a list of keywords and no name: each of its nouns would take all before it."""


def find_modifiers(tree: Tree, rules: ModeRules) -> dict[int, tuple[Modifier, ...]]:
    """Modifiers by noun, in text order and without repetition.

    The scene-graph rules take what stands before the noun: adjectival modifiers with their conjuncts, and
    compounds with their own modifiers. `rules.predicates` adds predicates, relative clauses and participles;
    these distribute over coordinated subjects ("the cat and the dog are black"), while an adjective before
    the first of two nouns belongs to that one alone ("red apples and bananas").
    """
    found: dict[int, set[Modifier]] = {}
    for noun in {head for head, dep in zip(tree.heads, tree.deps, strict=True) if dep in _BEFORE}:
        if tree.tags[noun] in NOUN_TAGS:
            found[noun] = set(_before_noun(tree, noun, rules))
    if rules.predicates:
        for noun, modifier in chain(_elsewhere(tree), _predicates(tree)):
            found.setdefault(noun, set()).add(modifier)
    return {noun: tuple(sorted(modifiers)) for noun, modifiers in found.items()}


def _before_noun(tree: Tree, noun: int, rules: ModeRules) -> Iterator[Modifier]:
    pending = [noun]
    for modified in pending:
        for child in tree.children[modified]:
            if tree.deps[child] == "amod":
                for adjective in tree.conjuncts(child):
                    yield Modifier(adjective, _kind(tree, adjective))
                    if rules.predicates:
                        yield from _inside_adjective(tree, adjective)
            elif tree.deps[child] == "compound":
                yield Modifier(child, _kind(tree, child))
                if len(pending) < _MOST_COMPOUNDS:
                    pending.append(child)


def _elsewhere(tree: Tree) -> Iterator[tuple[int, Modifier]]:
    """Nouns with adjectives that the parse has at another one.

    Those of "a white piece of cake", "a gold and white dog", "a beard and orange tie".
    """
    if not _PIECES.isdisjoint(tree.words):
        for noun in filter(tree.is_noun, range(len(tree))):
            piece = quantity_noun_of(tree, noun)
            if piece is not None and tree.words[piece] in _PIECES:
                for child in tree.children_by(piece, "amod"):
                    adjectives = (one for one in tree.conjuncts(child) if one < piece)
                    yield from ((noun, Modifier(one, ModifierKind.ADJECTIVE)) for one in adjectives)
    for token, dep in enumerate(tree.deps):
        if dep == "nmod" and tree.is_noun(token) and tree.is_noun(noun := tree.heads[token]):
            of_one = [one for one in tree.conjuncts(token) if one < noun]
            if any(tree.tags[one] in ADJECTIVE_TAGS for one in of_one):
                joined = tree.tags[token - 1] == "IN"  # "a field of grass and yellow flowers"
                yield from ((noun, Modifier(one, _kind(tree, one))) for one in of_one[int(joined) :])
        elif (
            dep == "conj" == tree.deps[token - 1]
            and tree.tags[token - 1] in ADJECTIVE_TAGS
            and tree.is_noun(token)
        ):
            yield token, Modifier(token - 1, ModifierKind.ADJECTIVE)


def _predicates(tree: Tree) -> Iterator[tuple[int, Modifier]]:
    """The subjects of verbs with what these say of them."""
    for verb, tag in enumerate(tree.tags):
        if tag in VERB_TAGS and (predicated := list(_predicated(tree, verb))):
            for noun in filter(tree.is_noun, subjects(tree, verb)):
                yield from ((noun, modifier) for modifier in predicated if modifier.token != noun)


def _inside_adjective(tree: Tree, adjective: int) -> Iterator[Modifier]:
    """ "snow" and "white" of "a snow covered, white tipped mountain"."""
    for child in tree.children_by(adjective, "npadvmod", "amod", "compound", "nmod"):
        yield Modifier(child, _kind(tree, child))


def _predicated(tree: Tree, predicate: int) -> Iterator[Modifier]:
    """What a verb says of its subject: itself if a participle, its complements, the material it names."""
    if tree.has_child(predicate, "neg"):
        return
    if tree.tags[predicate] in PARTICIPLE_TAGS:
        yield Modifier(predicate, ModifierKind.VERB)
    paints = tree.words[predicate] in PAINTING_VERBS
    for complement in tree.children_by(predicate, "acomp", "oprd", "attr", *(("dobj",) if paints else ())):
        if tree.words[complement] in PAINTING_VERBS:
            for color in tree.children_by(complement, "acomp", "advmod", "dobj", "oprd"):
                yield from (Modifier(one, ModifierKind.ADJECTIVE) for one in tree.conjuncts(color))
        for word in _affirmed(tree, complement):
            if paints or tree.tags[word] in ADJECTIVE_TAGS or tree.tags[word] in PARTICIPLE_TAGS:
                yield Modifier(word, _kind(tree, word))
    if tree.words[predicate] in MATERIAL_VERBS:
        for noun in _materials(tree, predicate):
            yield Modifier(noun, ModifierKind.NOUN)


def _affirmed(tree: Tree, complement: int) -> list[int]:
    """A complement and what is joined with it; of "not red but green" the latter, of "not red" nothing."""
    if not tree.has_child(complement, "neg"):
        return tree.conjuncts(complement)
    contrasted = any(tree.words[child] == "but" for child in tree.children_by(complement, "cc"))
    return tree.conjuncts(complement)[1:] if contrasted else []


def _materials(tree: Tree, predicate: int) -> Iterator[int]:
    """ "wood" and "glass" of "made of wood and glass", "made out of wood"."""
    for preposition in tree.children_by(predicate, "prep"):
        for innermost in (preposition, *tree.children_by(preposition, "prep")):
            for material in tree.children_by(innermost, "pobj"):
                yield from tree.conjuncts(material)


def _kind(tree: Tree, token: int) -> ModifierKind:
    if tree.tags[token] in VERB_TAGS:
        return ModifierKind.VERB
    return ModifierKind.NOUN if tree.is_noun(token) else ModifierKind.ADJECTIVE
