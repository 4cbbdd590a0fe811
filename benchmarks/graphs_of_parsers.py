"""What parsers say of a caption in the form that `caption_parser.evaluation.scene_graphs` compares."""

from collections.abc import Iterable, Mapping
from typing import Any

from caption_parser.evaluation.scene_graphs import Entity, predicate_lemmas
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.phrases import Modifier, ModifierKind, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag

_ONLY_MODIFY = frozenset({Flag.MODIFIER, Flag.PART})
_COMPLEMENTS = ("dobj", "dative", "prep", "agent", "prt")


def parsed_entities(tree: Tree, phrases: Iterable[NounPhrase]) -> tuple[Entity, ...]:
    """The noun phrases that our rules find in a parse; nouns that only modify are attributes of those."""
    return tuple(
        Entity(
            tree.words[phrase.head],
            (
                *(tree.words[m.token] for m in phrase.modifiers if not _is_relation(tree, phrase.head, m)),
                *([str(phrase.instances)] if phrase.instances else ()),
            ),
        )
        for phrase in phrases
        if _ONLY_MODIFY.isdisjoint(phrase.flags)
    )


def scene_graph_parser_entities(graph: Mapping[str, Any]) -> tuple[Entity, ...]:
    """The entities of what `sng_parser.parse` returns; its determiners ("a", "the") are not attributes."""
    return tuple(
        Entity(entity["head"], tuple(m["span"] for m in entity["modifiers"] if m["dep"] != "det"))
        for entity in graph["entities"]
    )


def scene_graph_parser_text(graph: Mapping[str, Any], lexicon: Lexicon) -> str:
    """What `sng_parser.parse` returns in the text form of FACTUAL, with the lemmas of its predicates."""
    heads = [entity["head"] for entity in graph["entities"]]
    triples = [
        f"{heads[one['subject']]} , {predicate_lemmas(one['relation'], lexicon)} , {heads[one['object']]}"
        for one in graph["relations"]
    ]
    related = {index for one in graph["relations"] for index in (one["subject"], one["object"])}
    for index, entity in enumerate(graph["entities"]):
        said = [f"{heads[index]} , is , {m['span']}" for m in entity["modifiers"] if m["dep"] != "det"]
        triples += said or ([] if index in related else [heads[index]])
    return " , ".join(f"( {triple} )" for triple in dict.fromkeys(triples))


def _is_relation(tree: Tree, noun: int, modifier: Modifier) -> bool:
    """Whether it is the "holding" of "a man holding a bat": the truth writes that as a relation."""
    if modifier.kind is not ModifierKind.VERB or modifier.token < noun:
        return False
    adverbs = tree.children_by(modifier.token, "advmod")
    return any(tree.has_child(modifier.token, dep) for dep in _COMPLEMENTS) or any(
        tree.has_child(adverb, "prep")
        for adverb in adverbs  # "sitting next to a tree"
    )
