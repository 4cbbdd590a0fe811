"""`capparse evaluate`: label quality against ground truth."""

from pathlib import Path
from typing import Annotated

import typer

from caption_parser.cli import options as shared
from caption_parser.evaluation.records import Missing


def evaluate_command(
    labels: shared.LabelFile,
    truth: shared.Truth,
    against: Annotated[
        Path | None, typer.Option(metavar="OTHER.jsonl", help="Second label file, compared class by class.")
    ] = None,
    label_space: shared.LabelSpace = "coco",
    min_votes: Annotated[
        int, typer.Option(min=1, help="Count a class only if this many captions of the image assert it.")
    ] = 1,
    crowd: shared.Crowd = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the truth for an annotation whose mask is none.")
    ] = False,
    missing: Annotated[
        Missing,
        typer.Option(help="How images without a record are scored: as nothing predicted, or not at all."),
    ] = Missing.NOTHING,
    as_json: shared.AsJson = False,
) -> None:
    """Score a label file against ground truth: IoU, precision, recall, per class and averaged.

    Examples:

      capparse evaluate labels.jsonl --truth instances.json --json

      capparse evaluate labels.jsonl --truth instances.json --against old.jsonl

      capparse evaluate part.jsonl --truth instances.json --missing skip
    """
    from rich.console import Console

    from caption_parser.evaluation.evaluate import evaluate
    from caption_parser.evaluation.presentation import as_table, coverage, notes

    evaluation = evaluate(
        labels,
        truth,
        label_space=label_space,
        against=against,
        min_votes=min_votes,
        include_crowd=crowd,
        strict=strict,
        missing=missing,
    )
    for note in coverage(evaluation):
        typer.echo(note, err=True)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        Console().print(as_table(evaluation))
    for note in notes(evaluation):
        typer.echo(note, err=True)
