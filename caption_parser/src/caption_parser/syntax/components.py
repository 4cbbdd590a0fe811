"""The syntax steps as spaCy components: `nlp.add_pipe("caption_noun_phrases")`, results on `Doc._` and `Span._`.

`doc._.noun_phrases` holds the `NounPhrase` records. For a span that ends in the head noun of one (any of
spaCy's noun chunks, for example), `span._.noun_phrase`, `span._.modifiers`, `span._.count` and
`span._.extended_head` look it up. `caption_parser.load()` gives a pipeline with all of it.
"""

from collections.abc import Callable
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.doc_attributes import register_extensions
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.sng_phrases import scene_graph_noun_phrases
from caption_parser.syntax.tree import Tree
from shared_runtime.errors import UsageError

NOUN_PHRASES = "caption_noun_phrases"
SCENE_GRAPH = "caption_scene_graph"
EXTENDED_HEADS = "caption_extended_heads"


class NounPhrasesComponent:
    """Sets `doc._.noun_phrases`."""

    def __init__(self, name: str, mode: str = "visual", *, scene_graph: bool = False) -> None:
        """`scene_graph`: as SceneGraphParser finds them, whatever the mode."""
        register_extensions()
        self._made_with = name, mode, scene_graph
        self._name = name
        self._rules = ModeRules.of(Mode(mode))
        self._read = _reader(self._rules)
        self._find: Callable[[Doc], tuple[NounPhrase, ...]] | None = (
            scene_graph_noun_phrases() if scene_graph else None
        )

    def __call__(self, doc: Doc) -> Doc:
        """Raises `UsageError` for a `Doc` without tags or dependencies."""
        for annotation, what in (("TAG", "tags: a tagger"), ("DEP", "dependencies: a parser")):
            if len(doc) and not doc.has_annotation(annotation):
                raise UsageError(
                    f"{self._name}: this Doc has no {what} must come before it in the pipeline. Use"
                    " caption_parser.load(), or a pipeline that has both, such as en_core_web_sm"
                )
        doc._.noun_phrases = self._find(doc) if self._find else find_noun_phrases(self._read(doc), self._rules)
        return doc

    def __reduce__(self) -> tuple[Any, ...]:
        return _noun_phrases_component, self._made_with


def _noun_phrases_component(name: str, mode: str, scene_graph: bool) -> NounPhrasesComponent:
    return NounPhrasesComponent(name, mode, scene_graph=scene_graph)


class ExtendedHeadsComponent:
    """Completes `doc._.noun_phrases`."""

    def __init__(self, name: str, mode: str = "visual", phrases: list[str] | None = None) -> None:
        """`phrases`: words and phrases beyond WordNet."""
        # spaCy imports every registered factory with its first pipeline: what only this one needs comes late.
        from caption_parser.lexicon import default_lexicon
        from caption_parser.syntax.extended_heads import ExtendedHeadFinder
        from caption_parser.syntax.phrase_parser import NameStep
        from caption_parser.syntax.words.named_words import NamedWords

        register_extensions()
        self._made_with = name, mode, phrases
        self._name = name
        rules = ModeRules.of(Mode(mode))
        self._read = _reader(rules)
        self._find_names = NameStep(rules, ExtendedHeadFinder(default_lexicon(), rules, NamedWords(phrases or ())))

    def __call__(self, doc: Doc) -> Doc:
        """Raises `UsageError` for a `Doc` in which nobody looked for noun phrases."""
        if not doc._.has_noun_phrases:
            raise UsageError(
                f"{self._name}: this Doc has no noun phrases. Add {NOUN_PHRASES} (or {SCENE_GRAPH}) before it:"
                f' nlp.add_pipe("{NOUN_PHRASES}", before="{self._name}"), or use caption_parser.load()'
            )
        doc._.noun_phrases, _ = self._find_names(self._read(doc), doc._.noun_phrases)
        return doc

    def __reduce__(self) -> tuple[Any, ...]:
        return ExtendedHeadsComponent, self._made_with


def _reader(rules: ModeRules) -> Callable[[Doc], Tree]:
    from caption_parser.lexicon import default_lexicon
    from caption_parser.syntax.repairs.tree_repairs import TreeRepairs

    return TreeRepairs(default_lexicon(), rules).read


@Language.factory(NOUN_PHRASES, assigns=["doc._.noun_phrases"], requires=["token.tag", "token.dep"])
def make_noun_phrases(nlp: Language, name: str, mode: str = "visual") -> NounPhrasesComponent:
    """Noun phrases with their modifiers and counts; `mode` is "paper" or "visual"."""
    return NounPhrasesComponent(name, mode)


@Language.factory(SCENE_GRAPH, assigns=["doc._.noun_phrases"], requires=["token.tag", "token.dep"])
def make_scene_graph(nlp: Language, name: str) -> NounPhrasesComponent:
    """Noun phrases as SceneGraphParser finds them, in place of `caption_noun_phrases`; extra `capparse[sng]`."""
    return NounPhrasesComponent(name, scene_graph=True)


@Language.factory(EXTENDED_HEADS, assigns=["doc._.noun_phrases"], requires=["doc._.noun_phrases"])
def make_extended_heads(
    nlp: Language, name: str, mode: str = "visual", phrases: list[str] | None = None
) -> ExtendedHeadsComponent:
    """Extended heads and, in visual mode, flags; `phrases` are words and phrases beyond WordNet ("stop sign")."""
    return ExtendedHeadsComponent(name, mode, phrases)
