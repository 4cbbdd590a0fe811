"""Which words modify which noun: adjectives, participles and nouns, before and after it."""

from collections.abc import Iterator

from caption_parser.modes import ModeRules
from caption_parser.syntax.clauses import subjects
from caption_parser.syntax.phrases import Modifier, ModifierKind
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import MATERIAL_VERBS, PAINTING_VERBS

_BEFORE = frozenset({"amod", "compound"})
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
    modified = {head for head, dep in zip(tree.heads, tree.deps, strict=True) if dep in _BEFORE}
    for token, tag in enumerate(tree.tags):
        if tag in NOUN_TAGS:
            if token in modified:
                found.setdefault(token, set()).update(_before_noun(tree, token, rules))
        elif rules.predicates and tag in VERB_TAGS and (predicated := list(_predicated(tree, token))):
            nouns = list(filter(tree.is_noun, subjects(tree, token)))
            for modifier in predicated:
                for noun in nouns:
                    if noun != modifier.token:
                        found.setdefault(noun, set()).add(modifier)
    return {noun: tuple(sorted(modifiers)) for noun, modifiers in found.items() if modifiers}


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
        for word in tree.conjuncts(complement):
            if paints or tree.tags[word] in ADJECTIVE_TAGS or tree.tags[word] in PARTICIPLE_TAGS:
                yield Modifier(word, _kind(tree, word))
    if tree.words[predicate] in MATERIAL_VERBS:
        for noun in _materials(tree, predicate):
            yield Modifier(noun, ModifierKind.NOUN)


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
