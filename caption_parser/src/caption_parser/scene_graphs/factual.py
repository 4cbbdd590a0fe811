"""Scene graphs in the words of FACTUAL's annotators (Li et al. 2023), as their evaluation reads them.

"( man , wear , shirt ) , ( shirt , is , red )". Their conventions were read off the training and
development parts.
"""

from collections.abc import Iterator
from functools import lru_cache

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.scene_graphs.graph import GraphAttribute, GraphObject, GraphRelation, SceneGraph
from caption_parser.syntax.phrases import ModifierKind

_ADJECTIVES = frozenset(
    """
    acoustic american barbed beige big black blue brown dark double electronic facial floating flowering folding
    framed gold golden gray green grey hardwood large light little long male female mashed old orange pink plastic
    purple raw red short silver single sliding small stuffed tall tan thatched white yellow young
    """.split()
)
_SIDES = frozenset("back bottom front left lower rear right side top upper".split())
_AGES = frozenset({"adult", "baby"})
_SEEN_APART = frozenset("branch branches leaf leaves face screen".split())
_PORTIONS = frozenset("patch patches part piece pieces pile slice slices".split())
_PRONOUNS = {"he": "man", "him": "man", "she": "woman", "her": "woman", "they": "people", "them": "people"}
_NAMES = {
    "guy": "person",
    "guys": "people",
    "someone": "person",
    "tee shirt": "t-shirt",
    "t shirt": "t-shirt",
    "cell phone": "cellphone",
    "cell phones": "cellphones",
}
_CLOSED = frozenset({"countertop", "sidewalk", "snowboard", "surfboard", "wetsuit"})
_ADJECTIVE_OF = {
    "wood": "wooden",
    "stripe": "striped",
    "blond": "blonde",
    "multicolored": "multi-colored",
    "multi colored": "multi-colored",
}
_PREPOSITIONS = {
    "at bottom of": "on bottom of",
    "at corner of": "in corner of",
    "at edge of": "on edge of",
    "at end of": "in end of",
    "at side of": "on side of",
    "at top of": "on top of",
    "to top of": "on top of",
    "atop": "on top of",
    "before": "in front of",
    "beneath": "under",
    "below": "under",
    "in between": "between",
    "in middle of": "on middle of",
    "in side of": "on side of",
    "inside of": "inside",
    "off of": "off",
    "on end of": "in end of",
    "on front of": "in front of",
    "outside of": "outside",
    "out out of": "of",
    "thru": "through",
    "to left of": "at the left of",
    "to right of": "on the right side of",
    "underneath": "under",
    "upon": "on",
}
_BARE = frozenset({"do", "leave", "load", "locate", "smile"})
_PLATES = frozenset("plate plates platter tray trays".split())
_PHOTOS = frozenset("photo photos picture pictures photograph photographs".split())


class FactualForm:
    """Writes graphs as FACTUAL's annotators would."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._is_a = lru_cache(1 << 14)(self._find_out)
        self._is_material = lru_cache(1 << 14)(self._find_material)

    def __call__(self, graph: SceneGraph) -> str:
        """All triples, each once; "( sky )" of an object of which nothing else is said."""
        names, attributes = [], []
        for one in graph.objects:
            name, said = self._name(one)
            names.append(name)
            attributes.append(said)
        pairs = {(one.subject, one.object) for one in graph.relations if one.predicate != "have"}
        pairs |= {(b, a) for a, b in pairs}
        triples: list[str] = []
        used: set[int] = set()
        for relation in self._kept(graph):
            if self._is_one_name(graph, relation):
                whole, part = graph.objects[relation.subject], graph.objects[relation.object]
                names[relation.object] = f"{whole.name} {part.name}"
                attributes[relation.object] += attributes[relation.subject]
                attributes[relation.subject] = []
                used.add(relation.subject)
        for relation in self._kept(graph):
            if self._is_one_name(graph, relation):
                continue
            subject, predicate, target = self._relation(graph, relation)
            if predicate == "have" and (subject, target) in pairs and relation.predicate == "have":
                continue
            if predicate == "is":
                attributes[subject].append("taking photo")
                used.add(target)
                continue
            triples.append(f"{names[subject]} , {predicate} , {names[target]}")
            used |= {subject, target}
        for index, (name, said) in enumerate(zip(names, attributes, strict=True)):
            triples += [f"{name} , is , {text}" for text in said]
            if not said and index not in used and graph.objects[index].name not in _PRONOUNS:
                triples.append(name)
        return " , ".join(f"( {triple} )" for triple in dict.fromkeys(triples))

    def _kept(self, graph: SceneGraph) -> Iterator[GraphRelation]:
        """Without what is said twice: of "a plate with food on it" the "with"."""
        said_back = {(one.object, one.subject) for one in graph.relations if one.predicate not in ("with", "have")}
        for one in graph.relations:
            if one.predicate in ("with", "have") and (one.subject, one.object) in said_back:
                continue
            yield one

    def _is_one_name(self, graph: SceneGraph, relation: GraphRelation) -> bool:
        """Whether a whole before its part is one name with it: "tree trunk", but not "tree branch"."""
        whole, part = graph.objects[relation.subject], graph.objects[relation.object]
        return (
            relation.predicate == "have"
            and (relation.start, relation.end) == (whole.start, part.end)
            and part.name not in _SEEN_APART
            and f"{whole.name} {part.name}".replace(" ", "_") in self._lexicon
        )

    def _relation(self, graph: SceneGraph, relation: GraphRelation) -> tuple[int, str, int]:
        subject, target, predicate = relation.subject, relation.object, relation.predicate
        whole, other = graph.objects[subject], graph.objects[target]
        if predicate == "of":
            if whole.head in _PLATES:
                return target, "on", subject
            if self._is_a(whole.head, "container.n.01"):
                return target, "in", subject
            if self._is_a(whole.head, "representation.n.02", "picture.n.01", "forest.n.01", "tract.n.01"):
                return subject, "have", target
            return target, "have", subject
        if predicate in ("cover in", "cover with", "cover by"):
            return target, "cover", subject
        if predicate == "take" and other.head in _PHOTOS:
            return subject, "is", target
        if (
            predicate in ("in", "dress in", "have on", "clothe in")
            and self._is_a(other.head, "clothing.n.01", "footwear.n.01")
            and self._is_person(whole.head)
        ):
            return subject, "wear", target
        if predicate == "full of":
            return (
                (target, "in", subject) if self._is_a(whole.head, "container.n.01") else (subject, "have", target)
            )
        return subject, self._predicate(predicate), target

    def _predicate(self, predicate: str) -> str:
        first, *others = predicate.split()
        if first == "lie":
            first = "lay"
        if others and first in _BARE:
            first, *others = others
        words = " ".join([first, *others])
        for length in (3, 2, 1):
            end = " ".join(words.split()[-length:])
            if end in _PREPOSITIONS:
                return words.removesuffix(end) + _PREPOSITIONS[end]
        return words

    def _is_person(self, word: str) -> bool:
        return word in ("people", "he", "she", "they") or self._is_a(word, "person.n.01")

    def _name(self, one: GraphObject) -> tuple[str, list[str]]:
        """The name and the attributes."""
        words = one.name.split()
        said: list[str] = []
        while len(words) > 1 and words[0] in _ADJECTIVES:
            said.append(words.pop(0))
        start = one.start
        for attribute in reversed(one.attributes):
            if not said and attribute.end + 1 == start and len(words) == 1 and self._names(attribute):
                words.insert(0, attribute.text)
                start = attribute.start
            else:
                said.append(_ADJECTIVE_OF.get(attribute.text, attribute.text))
        if one.quantity == "group":
            said.append("group of")
        elif one.quantity in _PORTIONS:
            said.append(one.quantity)
        if one.count is not None and one.count > 1 and one.quantity != "pair":
            said.append(str(one.count))
        name = " ".join(words)
        closed = name.replace(" ", "")
        singular = (self._lexicon.base_forms(closed) or ("",))[-1]
        if name in _NAMES or name in _PRONOUNS:
            name = _NAMES.get(name) or _PRONOUNS[name]
        elif singular in _CLOSED:
            name = closed
        return name, said

    def _names(self, attribute: GraphAttribute) -> bool:
        """Whether a word before a noun belongs to its name: "city street", "front legs", but "brick wall"."""
        word = attribute.text
        if word in _SIDES:
            return True
        if attribute.kind is not ModifierKind.NOUN or word in _ADJECTIVES or word in _AGES:
            return False
        return not self._is_material(word.split()[-1])

    def _find_out(self, word: str, *above: str) -> bool:
        below = Below(self._lexicon, *above)
        return any(sense in below for sense in self._lexicon.frequent_senses(word))

    def _find_material(self, word: str) -> bool:
        roots = ("fabric.n.01", "building_material.n.01", "chromatic_color.n.01")
        materials = Below(self._lexicon, *roots)
        return any(
            self._lexicon.lexname(sense) == "noun.substance" or sense in materials
            for sense in self._lexicon.frequent_senses(word, of_each=2)
        )
