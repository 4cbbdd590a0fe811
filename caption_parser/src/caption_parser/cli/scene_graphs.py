"""`capparse scene-graph` and `capparse evaluate-graphs`: what captions say, and how well that is read."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from caption_parser.cli import options as shared


def scene_graph_command(
    caption: Annotated[
        str, typer.Argument(help="The caption, in quotes; - reads one a line, and prints one for each.")
    ],
    mode: shared.Mode = "visual",
    spacy_model: shared.SpacyModel = None,
    factual: Annotated[
        bool,
        typer.Option("--factual", help="In the words of FACTUAL's annotators, as their evaluation reads them."),
    ] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Print the objects, attributes and relations of a caption, a line per caption.

    What is no caption, such as an empty line, has an empty line, with --json null.

    Examples:

      capparse scene-graph "two men in red shirts are playing tennis"

      capparse scene-graph - --json < captions.txt
    """
    from caption_parser.lexicon import default_lexicon
    from caption_parser.scene_graphs.factual import FactualForm
    from caption_parser.scene_graphs.parser import GraphParser

    lines, left_out = shared.given_lines(caption, "scene-graph")
    write = FactualForm(default_lexicon()) if factual else str
    captions = (line for line in lines if line is not None)
    graphs = GraphParser(mode, spacy_model, pronouns=factual)(captions)
    for line in lines:
        graph = None if line is None else next(graphs)
        if as_json:
            typer.echo(json.dumps(graph and asdict(graph), ensure_ascii=False))
        else:
            typer.echo(graph and write(graph))
    shared.tell_left_out(left_out)


def evaluate_graphs_command(
    truth: Annotated[Path, typer.Argument(metavar="FACTUAL.csv", help="Columns caption and scene_graph.")],
    mode: shared.Mode = "visual",
    spacy_model: shared.SpacyModel = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N captions.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Score scene graphs as FACTUAL does (Set Match, SPICE), and objects, attributes and relations by themselves.

    Examples:

      capparse evaluate-graphs factual/test.csv

      capparse evaluate-graphs factual/dev.csv --mode paper --limit 500 --json
    """
    from rich.console import Console

    from caption_parser.evaluation.graph_evaluation import evaluate_graphs
    from caption_parser.evaluation.presentation import as_graph_table

    evaluation = evaluate_graphs(truth, mode=mode, spacy_model=spacy_model, limit=limit)
    if as_json:
        typer.echo(json.dumps(asdict(evaluation), indent=2))
    else:
        Console().print(as_graph_table(evaluation))
