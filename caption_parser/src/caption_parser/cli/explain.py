"""`capparse explain`: why one caption gets its labels."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from caption_parser.cli import options as shared

_WIDE = 1000
"""Columns where no terminal says how many there are: what goes into a pipe is not wrapped."""


def explain_command(
    caption: Annotated[str, typer.Argument(help="The caption, in quotes; - reads one a line.")],
    label_space: shared.LabelSpaceOfMode = None,
    mode: shared.Mode = "visual",
    senses: shared.Senses = "default",
    spacy_model: shared.SpacyModel = None,
    attributes: shared.Attributes = "low-level",
    block: shared.Block = "all",
    without: shared.Without = "",
    also: shared.Also = "",
    as_json: shared.AsJson = False,
) -> None:
    """Show how a caption is read: its parse, every noun with its senses, what was dropped and why.

    Examples:

      capparse explain "a black cat on a sofa"

      capparse explain "a man surfing, no sharks" --without implied --block none

      capparse explain "two hot dogs on a plate" --json
    """
    options = locals()  # each goes by its name to the field of that name
    import sys

    from caption_parser.config import ParserConfig
    from caption_parser.report.explanation import explain_each

    config = shared.from_options(ParserConfig, options)
    captions, left_out = shared.given_captions(caption, "explain")
    explanations = list(explain_each(captions, config))
    if as_json:
        for explanation in explanations:
            content = asdict(explanation) | {"labels": explanation.labels.model_dump(mode="json")}
            typer.echo(json.dumps(content, ensure_ascii=False, indent=2 if len(explanations) == 1 else None))
        shared.tell_left_out(left_out)
        return

    from rich.console import Console

    from caption_parser.report.explanation_view import show_explanation

    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        show_explanation(explanation, console)
    shared.tell_left_out(left_out)
