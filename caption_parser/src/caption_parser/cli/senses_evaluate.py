"""`capparse senses evaluate`: a disambiguator on a sense-tagged evaluation set."""

from pathlib import Path
from typing import Annotated

import typer


def senses_evaluate_command(
    data: Annotated[Path, typer.Argument(metavar="DATA.xml", help="The instances, in their sentences.")],
    gold: Annotated[Path, typer.Argument(metavar="GOLD.key.txt", help="The gold standard's sense keys.")],
    senses: Annotated[
        str, typer.Option(metavar="first|default|PATH|glosses:PATH", help="The disambiguator to score.")
    ] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Score word senses as the unified evaluation framework of Raganato et al. (2017) does: F1 by part of speech.

    Examples:

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --json

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --senses first
    """
    from rich.console import Console

    from caption_parser.senses.evaluation import evaluate_senses
    from caption_parser.senses.presentation import as_table, notes

    evaluation = evaluate_senses(data, gold, senses)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        Console().print(as_table(evaluation))
    for note in notes(evaluation):
        typer.echo(note, err=True)
