"""F1 of the objects, attributes and relations of a caption parser against scene graphs written by hand.

The graphs are those of FACTUAL (Li et al. 2023, "FACTUAL: A Benchmark for Faithful and Consistent Textual Scene
Graph Parsing"): a CSV with the columns `caption` and `scene_graph`, the latter a list of triples such as
"( man , wear , hat ) , ( hat , is , red ) , ( men , is , 2 )". What was found out about them from their training
and development parts, and what is done about it, alike for the truth and for every parser:

- Subjects and objects are objects, but what follows "is" is an attribute; "( sky )" is an object of its own.
- Whether a noun before a noun belongs to the name or is an attribute differs from row to row ("tennis player",
  but "( mouse , is , computer )"; "brick wall" both ways). So a name is its last word, and the words before it
  are attributes of it.
- Names are plural where the caption is ("2 men" is "( men , is , 2 )"): the last word goes to the singular,
  by WordNet's morphology.
- Attributes of several words ("light blue", "in the distance", 5 % of all) are one attribute per word;
  "multi-colored" and "t-shirt" are two words. Numbers are attributes in digits; one is none.
- A verb with an object or a preposition is a relation ("( man , hold , bat )"), other verbs are attributes
  ("( man , is , smiling )"): the former are no attributes where a parser takes them for such.
- A relation is its predicate between the last words of both names; the words of the predicate go to the base
  forms of verbs, and forms of "be" and articles are left out ("is sitting on the" is "sit on").

Annotators also correct typos, resolve what "one" means and replace words ("guy" is "person"): nobody reaches 1.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from caption_parser.evaluation.metrics import ratio
from caption_parser.lexicon import Lexicon
from caption_parser.scene_graphs.graph import written_triples
from caption_parser.syntax.words.word_lists import NUMBERS
from shared_runtime.errors import InputError
from shared_runtime.files import reading


class Entity(NamedTuple):
    """An object and what is said of it, in the words of a caption or of an annotator."""

    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneGraph:
    """Objects, pairs of object and attribute, and relations, normalised so that they can be compared."""

    objects: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    relations: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class SetScores:
    """Sets compared caption by caption, the counts summed over all: ratios in [0, 1], None where undefined."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class SceneGraphScores:
    """How well a parser finds the objects, the attributes and the relations of the truth."""

    objects: SetScores
    attributes: SetScores
    relations: SetScores


class AnnotatedCaption(NamedTuple):
    """A caption with its scene graph."""

    caption: str
    entities: tuple[Entity, ...]
    written: str
    """The graph as it stands in the file."""


def read_scene_graphs(path: Path) -> Iterator[AnnotatedCaption]:
    """Captions with their scene graphs, in the order of the file.

    Raises `InputError` if the file cannot be read, lacks a column, or holds a graph that is not a list of triples.
    """
    try:
        with reading(path), path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"caption", "scene_graph"} - set(rows.fieldnames or ())
            if missing:
                raise InputError(
                    f"{path}: got the columns {', '.join(rows.fieldnames or ()) or '(none)'}, "
                    "expected caption and scene_graph, as in FACTUAL's test.csv"
                )
            for row in rows:
                try:
                    written = row["scene_graph"] or ""
                    yield AnnotatedCaption(row["caption"] or "", annotated_entities(written), written)
                except ValueError as error:
                    raise InputError(f"{path}:{rows.line_num}: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: got {error.reason} at byte {error.start}, expected UTF-8") from error


def annotated_entities(scene_graph: str) -> tuple[Entity, ...]:
    """The entities of a graph as FACTUAL writes it, an entity per mention; ValueError if it is not written so."""
    entities: list[Entity] = []
    for triple in written_triples(scene_graph):
        match triple:
            case (name,) if name and name not in "()":
                entities.append(Entity(name))
            case (subject, "is", attribute):
                entities.append(Entity(subject, (attribute,)))
            case (subject, _, target):
                entities += [Entity(subject), Entity(target)]
            case _:
                raise ValueError(
                    f"got {' , '.join(triple)!r} in a scene graph, expected '( subject , predicate , object )'"
                )
    return tuple(entities)


def annotated_relations(scene_graph: str) -> tuple[tuple[str, str, str], ...]:
    """Subject, predicate and object of the relations of a graph as FACTUAL writes it."""
    whole = (triple for triple in written_triples(scene_graph) if len(triple) == 3)
    return tuple((one, said, other) for one, said, other in whole if said != "is")


def normalise(
    entities: Iterable[Entity], lexicon: Lexicon, relations: Iterable[tuple[str, str, str]] = ()
) -> SceneGraph:
    """Entities and relations in sets of single words; the rules stand at the head of this module."""
    objects: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    for entity in entities:
        *before, last = _words(entity.name)
        noun = _singular(last, lexicon)
        objects.add(noun)
        said = [word for attribute in entity.attributes for word in _words(attribute)]
        attributes.update((noun, _number(word)) for word in (*before, *said) if _number(word) != "1")
    return SceneGraph(
        frozenset(objects),
        frozenset(attributes),
        frozenset(
            (
                _singular(_words(one)[-1], lexicon),
                predicate_lemmas(said, lexicon),
                _singular(_words(other)[-1], lexicon),
            )
            for one, said, other in relations
        ),
    )


def score_scene_graphs(pairs: Iterable[tuple[SceneGraph, SceneGraph]]) -> SceneGraphScores:
    """Scores of the second of each pair against the first, the truth."""
    graphs = list(pairs)
    return SceneGraphScores(
        objects=_micro((truth.objects, found.objects) for truth, found in graphs),
        attributes=_micro((truth.attributes, found.attributes) for truth, found in graphs),
        relations=_micro((truth.relations, found.relations) for truth, found in graphs),
    )


def _micro(pairs: Iterable[tuple[frozenset[Any], frozenset[Any]]]) -> SetScores:
    shared = expected = found = 0
    for truth, prediction in pairs:
        shared += len(truth & prediction)
        expected += len(truth)
        found += len(prediction)
    return SetScores(ratio(shared, found), ratio(shared, expected), ratio(2 * shared, expected + found))


def _words(text: str) -> list[str]:
    """The lower-cased words; a name of punctuation alone, which a parser may give, stays one word."""
    return text.lower().replace("-", " ").split() or [text]


def _number(word: str) -> str:
    return str(NUMBERS.get(word, word))


def predicate_lemmas(text: str, lexicon: Lexicon) -> str:
    """The words of a predicate in the base forms of verbs, without forms of "be" and articles."""
    bases = [(lexicon.base_forms(word, "v") or (word,))[-1] for word in _words(text)]
    return " ".join(base for base in bases if base not in ("be", "a", "an", "the"))


def _singular(noun: str, lexicon: Lexicon) -> str:
    """The last base form is the most reduced: "glasses" is a lemma itself, but "glass" comes after it."""
    return (lexicon.base_forms(noun) or (noun,))[-1]
