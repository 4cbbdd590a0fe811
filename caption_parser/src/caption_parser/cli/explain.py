"""`capparse explain`: why one caption gets its labels."""

import json
from dataclasses import asdict
from typing import Annotated

import typer


def explain_command(
    caption: Annotated[str, typer.Argument(help="The caption, in quotes.")],
    label_space: Annotated[str, typer.Option(help="coco, voc, youtube-objects, or a TOML or JSON file.")] = "coco",
    mode: Annotated[
        str, typer.Option(metavar="visual|paper", help="All that helps, or Vilar & Perez 2021 as published.")
    ] = "visual",
    senses: Annotated[str, typer.Option(help="Word senses: first, default, or a model's path.")] = "default",
    spacy_model: Annotated[
        str | None, typer.Option(help="A spaCy pipeline in place of the one that ships.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how a caption is read: its parse, every noun with its senses, what was dropped and why.

    Examples:

      capparse explain "a black cat on a sofa"

      capparse explain "two hot dogs on a plate" --mode visual --json
    """
    from caption_parser.report.explanation import explain
    from caption_parser.runs.options import parser_config

    explanation = explain(
        caption, parser_config(label_space=label_space, mode=mode, senses=senses, spacy_model=spacy_model)
    )
    if as_json:
        content = asdict(explanation) | {"labels": explanation.labels.model_dump(mode="json")}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return

    from rich.console import Console

    from caption_parser.report.explanation_view import show_explanation

    show_explanation(explanation, Console())
