"""The syntax steps as spaCy components: `nlp.add_pipe("caption_noun_phrases")`, results on `Doc._` and `Span._`.

`doc._.noun_phrases` holds the `NounPhrase` records. For a span that ends in the head noun of one (any of
spaCy's noun chunks, for example), `span._.noun_phrase`, `span._.modifiers`, `span._.count` and
`span._.extended_head` look it up.
"""

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc, Span

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.scene_graph import scene_graph_noun_phrases
from caption_parser.syntax.tree import Tree

NOUN_PHRASES = "caption_noun_phrases"
SCENE_GRAPH = "caption_scene_graph"
EXTENDED_HEADS = "caption_extended_heads"


def register_extensions() -> None:
    """Register the custom attributes; harmless when repeated."""
    if not Doc.has_extension("noun_phrases"):
        Doc.set_extension("noun_phrases", default=())
        Doc.set_extension("tree", default=None)
        Span.set_extension("noun_phrase", getter=_noun_phrase_of)
        Span.set_extension("modifiers", getter=_modifiers_of)
        Span.set_extension("count", getter=lambda span: getattr(_noun_phrase_of(span), "instances", None))
        Span.set_extension("extended_head", getter=_extended_head_of)


def _noun_phrase_of(span: Span) -> NounPhrase | None:
    return next((phrase for phrase in span.doc._.noun_phrases if phrase.head == span.root.i), None)


def _modifiers_of(span: Span) -> list[Span]:
    phrase = _noun_phrase_of(span)
    return [span.doc[modifier.token : modifier.token + 1] for modifier in phrase.modifiers] if phrase else []


def _extended_head_of(span: Span) -> Span | None:
    phrase = _noun_phrase_of(span)
    if phrase is None or phrase.extended_head is None:
        return None
    return span.doc[phrase.extended_head.start : phrase.extended_head.end]


@Language.factory(NOUN_PHRASES, assigns=["doc._.noun_phrases"], requires=["token.tag", "token.dep"])
def make_noun_phrases(nlp: Language, name: str, mode: str = "visual") -> Callable[[Doc], Doc]:
    """Noun phrases with their modifiers and counts; `mode` is "paper" or "visual"."""
    register_extensions()
    rules = ModeRules.of(Mode(mode))

    def find(doc: Doc) -> Doc:
        doc._.tree = tree = Tree.of(doc)
        doc._.noun_phrases = find_noun_phrases(tree, rules)
        return doc

    return find


@Language.factory(SCENE_GRAPH, assigns=["doc._.noun_phrases"], requires=["token.tag", "token.dep"])
def make_scene_graph(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Noun phrases as SceneGraphParser finds them, in place of `caption_noun_phrases`; extra `capparse[sng]`."""
    register_extensions()
    find_phrases = scene_graph_noun_phrases()

    def find(doc: Doc) -> Doc:
        doc._.tree = Tree.of(doc)
        doc._.noun_phrases = find_phrases(doc)
        return doc

    return find


@Language.factory(EXTENDED_HEADS, assigns=["doc._.noun_phrases"], requires=["doc._.noun_phrases"])
def make_extended_heads(
    nlp: Language, name: str, mode: str = "visual", phrases: list[str] | None = None
) -> Callable[[Doc], Doc]:
    """Extended heads and, in visual mode, flags; `phrases` are words and phrases beyond WordNet ("stop sign")."""
    # spaCy imports every registered factory with its first pipeline: what only this one needs comes late.
    from caption_parser.lexicon import default_lexicon
    from caption_parser.syntax.extended_heads import ExtendedHeadFinder
    from caption_parser.syntax.phrase_parser import NameStep

    register_extensions()
    rules = ModeRules.of(Mode(mode))
    find_names = NameStep(rules, ExtendedHeadFinder(default_lexicon(), rules, phrases or ()))

    def find(doc: Doc) -> Doc:
        doc._.noun_phrases = find_names(doc._.tree, doc._.noun_phrases)
        return doc

    return find
