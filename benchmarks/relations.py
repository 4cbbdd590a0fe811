"""Scene graphs beside FACTUAL's annotators, by their Set Match and SPICE; and what relations cost a `label` job.

SceneGraphParser reads the same parses. The two sides of the cost take turns, each a process of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median
from time import process_time

from benchmarks.captions import DUMP
from benchmarks.graphs_of_parsers import scene_graph_parser_text
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import Options, label_command, real_data, require_scene_graph_parser, this_python
from caption_parser.evaluation.graph_evaluation import GraphEvaluation, compare_graphs
from caption_parser.evaluation.scene_graphs import read_scene_graphs
from caption_parser.lexicon import default_lexicon
from caption_parser.models import load_nlp
from caption_parser.scene_graphs.factual import FactualForm
from caption_parser.scene_graphs.parser import GraphParser

_SPLITS = ("dev", "test")
_JOB = 3_000
"""Captions of the `label` job."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    require_scene_graph_parser()
    rows = [row for split in _SPLITS for row in _rows(split, options.limit)]
    yield table(
        ("scene graphs of FACTUAL", "Set Match", "SPICE", "objects F1", "attributes F1", "relations F1"), rows
    )
    yield _speed(options.limit)
    yield table(("label job", "captions", "CPU s", "of which relations"), list(_cost(options)))
    yield command_block([[this_python(), "-m", "benchmarks", "relations"]])


def _rows(split: str, limit: int | None) -> Iterator[Sequence[str]]:
    import sng_parser.backends.spacy_parser  # noqa: F401  registers its parser
    from sng_parser.parser import Parser

    annotated = list(islice(read_scene_graphs(real_data(f"factual/{split}.csv")), limit))
    captions = [row.caption for row in annotated]
    lexicon = default_lexicon()
    write = FactualForm(lexicon)
    for mode in ("visual", "paper"):
        graphs = list(GraphParser(mode, pronouns=True)(captions))
        yield _cells(
            f"{split}: {mode} mode, in the annotators' words", compare_graphs(annotated, list(map(write, graphs)))
        )
    plain = [str(graph) for graph in GraphParser()(captions)]
    yield _cells(f"{split}: visual mode, as records have it", compare_graphs(annotated, plain))
    backend = Parser._backend_registry["spacy"]
    parser = backend.__new__(backend)  # its constructor would load a spaCy model of its own
    parser.nlp = lambda doc: doc
    theirs = [scene_graph_parser_text(parser.parse(doc), lexicon) for doc in load_nlp().pipe(captions)]
    yield _cells(f"{split}: SceneGraphParser, the same parses", compare_graphs(annotated, theirs))


def _cells(name: str, found: GraphEvaluation) -> Sequence[str]:
    scores = (found.scores.objects, found.scores.attributes, found.scores.relations)
    return (
        name,
        f"{100 * found.set_match:.1f}",
        f"{100 * found.spice:.1f}",
        *("" if one.f1 is None else f"{one.f1:.3f}" for one in scores),
    )


def _speed(limit: int | None) -> str:
    captions = [row.caption for row in islice(read_scene_graphs(real_data("factual/test.csv")), limit)]
    parse = GraphParser()
    list(parse(captions[:64]))
    start = process_time()
    list(parse(captions))
    rate = len(captions) / (process_time() - start)
    return f"Captions to graphs, models loaded: {rate:,.0f} captions per second of one core's time."


def _cost(options: Options) -> Iterator[Sequence[str]]:
    limit = min(options.limit or _JOB, _JOB)
    sides = {
        name: label_command(
            str(real_data(DUMP)), name, "--senses", "first", "--processes", "1", "--limit", str(limit), *arguments
        )
        for name, arguments in (
            ("without relations", ()),
            ("with relations", ("--relations",)),
            ("all nouns, without relations", ("--keep-unlabelled",)),
            ("all nouns, with relations", ("--keep-unlabelled", "--relations")),
        )
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.rounds):
        for name, command in sides.items():
            seconds[name].append(run(command).cpu_seconds)
    for name, of_side in seconds.items():
        base = seconds[name.replace("with relations", "without relations")]
        share = median((one - other) / other for one, other in zip(of_side, base, strict=True))
        yield name, f"{limit:,}", f"{median(of_side):.1f}", "" if of_side is base else f"{100 * share:+.1f} %"
