"""Scene graphs of a parser against those of FACTUAL, by its authors' measures and by ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from caption_parser.evaluation.scene_graphs import (
    AnnotatedCaption,
    SceneGraph,
    SceneGraphScores,
    annotated_entities,
    annotated_relations,
    normalise,
    read_scene_graphs,
    score_scene_graphs,
)
from caption_parser.evaluation.spice import GraphMatch
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.scene_graphs.factual import FactualForm
from caption_parser.scene_graphs.parser import GraphParser
from shared_runtime.errors import InputError


@dataclass(frozen=True, slots=True)
class GraphEvaluation:
    """How near the graphs of a parser come to those of the truth; all figures in [0, 1]."""

    captions: int
    set_match: float
    """The share of captions whose triples are all those of the truth and no others."""
    spice: float
    """The mean over captions."""
    scores: SceneGraphScores
    """Counts summed over captions, names by their last words."""


def evaluate_graphs(
    truth: str | Path, *, mode: str = "visual", spacy_model: str | Path | None = None, limit: int | None = None
) -> GraphEvaluation:
    """Parse the captions of a CSV of FACTUAL and compare: what `capparse evaluate-graphs` does.

    Args:
        truth: a file with the columns `caption` and `scene_graph`.
        mode, spacy_model: as in `scene_graph`.
        limit: only the first captions.

    Raises:
        InputError: the file cannot be read, or holds no captions.
        UsageError, MissingResourceError: as `scene_graph` does.
    """
    rows = list(read_scene_graphs(Path(truth)))[:limit]
    if not rows:
        raise InputError(f"{truth}: got no captions, expected rows below its header")
    parse = GraphParser(mode, spacy_model, pronouns=True)
    write = FactualForm(default_lexicon())
    return compare_graphs(rows, [write(graph) for graph in parse([row.caption for row in rows])])


def compare_graphs(rows: Sequence[AnnotatedCaption], found: Sequence[str]) -> GraphEvaluation:
    """Graphs in text form, one for each row, against the truth. There must be one row at least."""
    lexicon = default_lexicon()
    match = GraphMatch(lexicon)
    pairs = list(zip((row.written for row in rows), found, strict=True))
    return GraphEvaluation(
        captions=len(rows),
        set_match=fmean(match.set_match(candidate, reference) for reference, candidate in pairs),
        spice=fmean(match.spice(candidate, reference) for reference, candidate in pairs),
        scores=score_scene_graphs(
            (_sets(reference, lexicon), _sets(candidate, lexicon)) for reference, candidate in pairs
        ),
    )


def _sets(graph: str, lexicon: Lexicon) -> SceneGraph:
    if not graph:
        return SceneGraph(frozenset(), frozenset())
    return normalise(annotated_entities(graph), lexicon, annotated_relations(graph))
