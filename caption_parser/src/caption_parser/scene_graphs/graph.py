"""`SceneGraph`: what one caption says of objects, as one small object."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caption_parser.syntax.phrases import ModifierKind
from shared_runtime.errors import MissingResourceError
from shared_schemas import Flag

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True, slots=True)
class GraphAttribute:
    """What is said of an object, at `caption[start:end]`, lower-cased: "red", "light blue", "sitting down"."""

    text: str
    kind: ModifierKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GraphObject:
    """A thing or a being that a caption names."""

    name: str
    """Lower-cased, as written: "tennis racket", "dogs"."""
    head: str
    """The last word of the name."""
    attributes: tuple[GraphAttribute, ...]
    """In text order."""
    count: int | None
    """How many there are, where the caption states it."""
    quantity: str | None
    """The noun that gathers or divides it: "group" of "a group of people"."""
    start: int
    """The name is `caption[start:end]`."""
    end: int
    flags: tuple[Flag, ...]
    """Reasons not to take it for an object that can be seen, such as `negated`."""


@dataclass(frozen=True, slots=True)
class GraphRelation:
    """Subject, predicate, object; subject and object are indices of `SceneGraph.objects`."""

    subject: int
    predicate: str
    """The normal form: "sit on", "in front of", "have"."""
    object: int
    start: int
    """The words that say so are `caption[start:end]`."""
    end: int
    negated: bool = False
    """The caption says that it is not so."""


@dataclass(frozen=True, slots=True)
class SceneGraph:
    """The objects of a caption in text order, and the relations between them."""

    caption: str
    objects: tuple[GraphObject, ...]
    relations: tuple[GraphRelation, ...]

    def __str__(self) -> str:
        """All that it says, in the text form of FACTUAL: "( man , ride , horse ) , ( horse , is , brown )"."""
        names = [one.name for one in self.objects]
        said = {index for one in self.relations for index in (one.subject, one.object)}
        triples = [
            f"{names[one.subject]} , {one.predicate} , {names[one.object]}"
            for one in self.relations
            if not one.negated
        ]
        for index, one in enumerate(self.objects):
            attributes = [attribute.text for attribute in one.attributes]
            if one.count is not None and one.count > 1:
                attributes.append(str(one.count))
            triples += [f"{one.name} , is , {attribute}" for attribute in attributes]
            if not attributes and index not in said:
                triples.append(one.name)
        return " , ".join(f"( {triple} )" for triple in dict.fromkeys(triples))

    def to_networkx(self) -> "networkx.MultiDiGraph[int]":
        """A directed graph: nodes are indices of objects with their fields, edges have a `predicate` and a span.

        Raises `MissingResourceError` if networkx is not installed.
        """
        try:
            import networkx
        except ImportError as error:
            raise MissingResourceError(
                "to_networkx needs networkx, which is not installed. Try: pip install 'capparse[graphs]'"
            ) from error
        graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph(caption=self.caption)
        for number, one in enumerate(self.objects):
            graph.add_node(number, **_fields(one) | {"attributes": tuple(a.text for a in one.attributes)})
        for relation in self.relations:
            said = {name: value for name, value in _fields(relation).items() if name not in ("subject", "object")}
            graph.add_edge(relation.subject, relation.object, **said)
        return graph


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def written_triples(graph: str) -> list[tuple[str, ...]]:
    """The triples of a graph in text form, whatever the spaces in it; single objects have one member."""
    text = " ".join(re.sub(r"([(),])", r" \1 ", graph).split())
    return [tuple(triple.split(" , ")) for triple in text.removeprefix("( ").removesuffix(" )").split(" ) , ( ")]
