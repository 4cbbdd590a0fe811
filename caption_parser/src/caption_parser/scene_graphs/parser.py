"""Captions in, scene graphs out, without a label space or a sense model."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from caption_parser.lexicon import default_lexicon
from caption_parser.models import load_nlp
from caption_parser.models.caption_trees import CaptionTrees
from caption_parser.modes import Mode, ModeRules
from caption_parser.readers.checks import one_caption
from caption_parser.scene_graphs.graph import SceneGraph
from caption_parser.scene_graphs.reading import GraphReader
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.phrase_parser import PhraseParser
from caption_parser.syntax.segmented import SegmentedParser
from caption_parser.syntax.text.segments import Segmenter
from caption_parser.syntax.words.named_words import NamedWords
from shared_runtime.errors import UsageError
from shared_schemas.errors import did_you_mean

_BATCH = 256
_PARSERS = 4


class GraphParser:
    """Parses captions into scene graphs."""

    def __init__(
        self, mode: str = "visual", spacy_model: str | Path | None = None, *, pronouns: bool = False
    ) -> None:
        """`spacy_model`: as in `caption_parser.load`; `pronouns`: as in `GraphReader`.

        Raises `UsageError` for an unknown mode, and what `caption_parser.load` raises.
        """
        if mode not in set(Mode):
            hint = did_you_mean(mode, map(str, Mode))
            raise UsageError(f"scene_graph(mode={mode!r}): expected 'visual' or 'paper'.{hint}")
        lexicon, rules = default_lexicon(), ModeRules.of(Mode(mode))
        segmenter = Segmenter(lexicon) if rules.segments else None
        find_extended_head = ExtendedHeadFinder(lexicon, rules, NamedWords(()))
        nlp = load_nlp(spacy_model)
        read_trees = CaptionTrees(nlp) if spacy_model is None else None
        self._parse = SegmentedParser(nlp, PhraseParser(rules, find_extended_head), segmenter, read_trees)
        self._read = GraphReader(lexicon, rules, pronouns=pronouns)

    def __call__(self, captions: Iterable[str]) -> Iterator[SceneGraph]:
        """The graph of each caption, in order, each from that caption alone."""
        waiting = iter(captions)
        while batch := list(islice(waiting, _BATCH)):
            for parsed in self._parse(batch):
                yield self._read(parsed.caption, parsed.tree, parsed.phrases)


_parser = lru_cache(_PARSERS)(GraphParser)


def scene_graph(caption: str, *, mode: str = "visual", spacy_model: str | Path | None = None) -> SceneGraph:
    """The objects of a caption, their attributes, and the relations between them.

    Models are loaded once. `mode`: "visual", or "paper" for the noun phrases of Vilar & Perez 2021, who read no
    relations. Raises `UsageError` for an unknown mode or what is no caption, else as `caption_parser.load`.

    >>> print(scene_graph("two men in red shirts are playing tennis"))
    ( men , in , shirts ) , ( men , play , tennis ) , ( men , is , 2 ) , ( shirts , is , red )
    """
    (graph,) = _parser(mode, spacy_model)([one_caption(caption, "scene_graph")])
    return graph
