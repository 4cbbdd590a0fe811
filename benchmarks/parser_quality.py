"""The caption pipeline beside `en_core_web_sm`: scene graphs written by hand (FACTUAL), and the hard captions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from benchmarks.graphs_of_parsers import parsed_entities, scene_graph_parser_entities
from benchmarks.hard_captions import CASES, faults
from benchmarks.markdown import command_block, table
from benchmarks.surroundings import Options, en_core_web_sm, real_data, require_scene_graph_parser, this_python
from caption_parser.evaluation.scene_graphs import (
    Entity,
    SceneGraph,
    normalise,
    read_scene_graphs,
    score_scene_graphs,
)
from caption_parser.lexicon import default_lexicon
from caption_parser.modes import Mode
from caption_parser.pipeline import CaptionParser

SCENE_GRAPHS = "factual/test.csv"


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    yield table(
        ("scene graphs of FACTUAL's test part", "objects P", "R", "F1", "attributes P", "R", "F1"),
        _scene_graph_rows(options.limit),
    )
    yield (
        "Sets per caption, counts summed over captions; `caption_parser.evaluation.scene_graphs` says what counts "
        "as the same object and attribute."
    )
    yield table((f"{len(CASES)} hard captions", "passed", "failed"), _hard_caption_rows())
    yield "The command:"
    yield command_block([[this_python(), "-m", "benchmarks", "parser_quality"]])


def _pipelines(mode: str) -> Iterator[tuple[str, CaptionParser]]:
    for name, model in (("caption pipeline", None), ("en_core_web_sm", en_core_web_sm())):
        yield f"{mode} mode, {name}", CaptionParser(mode=Mode(mode), senses="first", spacy_model=model)


def _scene_graph_rows(limit: int | None) -> Iterator[Sequence[str]]:
    require_scene_graph_parser()
    from benchmarks.scene_graph_parser import load

    rows = list(islice(read_scene_graphs(real_data(SCENE_GRAPHS)), limit))
    captions = [row.caption for row in rows]
    truth = [normalise(entities, default_lexicon()) for _, entities, _ in rows]
    for mode in ("paper", "visual"):
        for name, parser in _pipelines(mode):
            parses = map(parser.synsets.parse_phrases, parser.synsets.nlp.pipe(captions))
            yield _scores(name, truth, (parsed_entities(tree, phrases) for tree, phrases, _ in parses))
    parse = load(en_core_web_sm())
    found = (scene_graph_parser_entities(parse(caption)) for caption in captions)
    yield _scores("SceneGraphParser, en_core_web_sm", truth, found)


def _scores(name: str, truth: Sequence[SceneGraph], found: Iterable[Sequence[Entity]]) -> Sequence[str]:
    graphs = (normalise(entities, default_lexicon()) for entities in found)
    scores = score_scene_graphs(zip(truth, graphs, strict=True))
    figures = [
        figure for part in (scores.objects, scores.attributes) for figure in (part.precision, part.recall, part.f1)
    ]
    return name, *("" if figure is None else f"{figure:.3f}" for figure in figures)


def _hard_caption_rows() -> Iterator[Sequence[str]]:
    for name, parser in _pipelines("visual"):
        records = parser.label([case.caption for case in CASES])
        failed = [case.caption for case, labels in zip(CASES, records, strict=True) if faults(case, labels)]
        yield name, str(len(CASES) - len(failed)), "; ".join(failed)
