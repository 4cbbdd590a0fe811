"""From a parsed caption to its `SceneGraph`."""

from collections.abc import Iterator, Sequence

from caption_parser.lexicon import Lexicon
from caption_parser.modes import ModeRules
from caption_parser.scene_graphs.graph import GraphAttribute, GraphObject, GraphRelation, SceneGraph
from caption_parser.syntax.modifiers import find_modifiers
from caption_parser.syntax.noun_phrases import NotAnObject, phrase_heads, why_not_object
from caption_parser.syntax.phrases import Modifier, NounPhrase
from caption_parser.syntax.pieces import in_pieces
from caption_parser.syntax.quantities import quantity_noun_of
from caption_parser.syntax.relations.finder import RelationFinder
from caption_parser.syntax.relations.prepositions import is_link
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import QUANTIFYING_ADJECTIVES
from shared_schemas import Flag

_DEGREES = frozenset(
    {"all", "also", "just", "mostly", "not", "now", "quite", "really", "so", "still", "too", "very"}
)
_INSIDE = frozenset({"advmod", "amod", "compound", "npadvmod"})
_SHADES = frozenset({"bright", "dark", "deep", "light", "pale"})
_COLOURS = frozenset("black blue brown colored coloured gray green grey orange pink purple red tan yellow".split())
_PERSONAL = frozenset({"he", "she", "they", "them", "him", "her", "someone", "something"})
_PLACES = frozenset({"back", "background", "base", "edge", "foreground", "spot", "spots", "top"})
"""Of the nouns that say where, those that are seen themselves."""
_PRONOUN_DEPS = frozenset({"nsubj", "nsubjpass", "dobj", "pobj"})


class GraphReader:
    """Reads the graphs of captions."""

    def __init__(self, lexicon: Lexicon, rules: ModeRules, *, pronouns: bool = False) -> None:
        """`pronouns`: those that stand for nothing in their caption ("she holds a racket") are objects, too."""
        self._find_relations = RelationFinder(lexicon)
        self._rules = rules
        self._pronouns = pronouns

    def __call__(self, caption: str, tree: Tree, phrases: Sequence[NounPhrase]) -> SceneGraph:
        """The graph of a caption from its parse and its noun phrases."""
        objects = [phrase for phrase in phrases if Flag.MODIFIER not in phrase.flags]
        objects += in_pieces(tree, (), lambda piece, _: self._places(piece))
        if self._pronouns:
            objects += _pronouns(tree)
        objects.sort(key=lambda phrase: phrase.head)
        relations = self._find_relations(tree, objects)
        number = {phrase.head: index for index, phrase in enumerate(objects)}
        stated = {token for relation in relations for token in range(relation.start, relation.end)}
        return SceneGraph(
            caption,
            tuple(_object(caption, tree, phrase, stated, number) for phrase in objects),
            tuple(
                GraphRelation(
                    number[one.subject],
                    one.predicate,
                    number[one.object],
                    tree.starts[one.start],
                    tree.ends[one.end - 1],
                    one.negated,
                )
                for one in relations
            ),
        )

    def _places(self, tree: Tree) -> Iterator[NounPhrase]:
        """Nouns that say where and stand for themselves: "trees in the background", "the top is blue"."""
        found = [
            noun
            for noun in phrase_heads(tree, self._rules)
            if tree.words[noun] in _PLACES
            and why_not_object(tree, noun, self._rules) is NotAnObject.PLACE
            and not is_link(tree, noun)
        ]
        if found:
            modifiers = find_modifiers(tree, self._rules)
            for noun in found:
                yield NounPhrase(tree.left_edges[noun], noun + 1, noun, modifiers.get(noun, ()))


def _pronouns(tree: Tree) -> Iterator[NounPhrase]:
    for token, word in enumerate(tree.words):
        if word in _PERSONAL and tree.deps[token] in _PRONOUN_DEPS:
            yield NounPhrase(token, token + 1, token)


def _object(
    caption: str, tree: Tree, phrase: NounPhrase, stated: set[int], objects: dict[int, int]
) -> GraphObject:
    first = min(phrase.extended_head.start, phrase.head) if phrase.extended_head else phrase.head
    last = phrase.head
    while first < last and (first in objects or tree.words[first] in ("'s", "'")):
        first += 1
    said = [
        modifier
        for modifier in phrase.modifiers
        if not first <= modifier.token <= last
        and modifier.token not in stated
        and modifier.token not in objects
        and tree.words[modifier.token] not in QUANTIFYING_ADJECTIVES
    ]
    start, end = tree.starts[first], tree.ends[last]
    holder = quantity_noun_of(tree, phrase.head)
    return GraphObject(
        name=caption[start:end].lower(),
        head=tree.words[phrase.head],
        attributes=tuple(_attributes(caption, tree, said)),
        count=phrase.instances,
        quantity=None if holder is None else tree.words[holder],
        start=start,
        end=end,
        flags=phrase.flags,
    )


def _attributes(caption: str, tree: Tree, modifiers: Sequence[Modifier]) -> Iterator[GraphAttribute]:
    """One for each modifier, with what says how before it ("light blue") and its particle ("sitting down")."""
    words = {modifier.token for modifier in modifiers}
    for token, kind in modifiers:
        if token + 1 in words and _belongs(tree, token, token + 1, words):
            continue
        if tree.has_child(token, "xcomp") or tree.has_child(token, "dobj"):
            continue
        first = last = token
        while first and _belongs(tree, first - 1, first, words):
            first -= 1
        while first > 1 and tree.words[first - 1] == "-" and first - 2 in words | {tree.heads[first - 2]}:
            first -= 2
        for particle in tree.children_by(token, "prt"):
            last = max(last, particle)
        start, end = tree.starts[first], tree.ends[last]
        yield GraphAttribute(caption[start:end].lower(), kind, start, end)


def _belongs(tree: Tree, token: int, behind: int, words: set[int]) -> bool:
    if tree.words[token] in _SHADES and tree.words[behind] in _COLOURS:
        return True
    if tree.heads[token] != behind or tree.words[token] in _DEGREES:
        return False
    return token in words or tree.deps[token] in _INSIDE
