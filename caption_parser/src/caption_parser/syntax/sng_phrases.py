"""SceneGraphParser as the object finder: the public parser that the paper modifies, fed with our parses.

The package (PyPI: `SceneGraphParser`, import name `sng_parser`) parses one caption per call with a spaCy
model of its own; here it reads the `Doc` that the pipeline already made, so that only its rules differ.
Source: https://github.com/vacancy/SceneGraphParser
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from spacy.tokens import Doc

from caption_parser.syntax.phrases import Modifier, ModifierKind, NounPhrase
from caption_parser.syntax.pieces import in_pieces
from caption_parser.syntax.quantities import stated_count
from caption_parser.syntax.tree import Tree
from shared_runtime.errors import MissingResourceError


def scene_graph_noun_phrases() -> Callable[[Doc], tuple[NounPhrase, ...]]:
    """A function from a parsed `Doc` to the entities of its scene graph, extended heads still unset.

    Raises `MissingResourceError` if SceneGraphParser is not installed.
    """
    try:
        import_module("sng_parser.backends.spacy_parser")  # registers its parser
        from sng_parser.parser import Parser
    except ImportError as error:
        raise MissingResourceError(
            "--objects sng needs SceneGraphParser, which is not installed. Try: pip install 'capparse[sng]'"
        ) from error

    backend = Parser._backend_registry["spacy"]
    parser = backend.__new__(backend)  # its constructor would load a spaCy model of its own
    parser.nlp = lambda doc: doc

    def entities_of(doc: Doc, tree: Tree, _: tuple[NounPhrase, ...]) -> Iterator[NounPhrase]:
        inside = None if len(tree) == len(doc) else doc.char_span(tree.starts[0], tree.ends[-1])
        part = doc if inside is None else inside.as_doc()
        for entity in parser.parse(part)["entities"]:
            yield _noun_phrase(part, tree, *entity["span_bounds"])

    def find(doc: Doc) -> tuple[NounPhrase, ...]:
        return in_pieces(Tree.of(doc), (), partial(entities_of, doc))

    return find


def _noun_phrase(doc: Doc, tree: Tree, start: int, end: int) -> NounPhrase:
    head = doc[start:end].root.i
    modifiers = [
        Modifier(adjective, ModifierKind.ADJECTIVE)
        for child in tree.children_by(head, "amod")
        for adjective in (child, *tree.children_by(child, "conj"))
    ]
    modifiers += [Modifier(child, ModifierKind.NOUN) for child in tree.children_by(head, "compound")]
    return NounPhrase(start, end, head, tuple(sorted(modifiers)), stated_count(tree, head))
