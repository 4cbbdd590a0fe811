"""`capparse show`: the records of a label file, for a person."""

from typing import Annotated

import typer


def show_command(
    labels: Annotated[str, typer.Argument(help="A label file (.jsonl, .gz, .zst), or - for standard input.")],
    limit: Annotated[int, typer.Option(min=1, help="How many records to show.")] = 20,
) -> None:
    """Show the labels of captions, with the words that gave them highlighted.

    Examples:

      capparse show labels.jsonl

      capparse show labels.jsonl.zst --limit 100 | less -R
    """
    import sys
    from itertools import islice

    from rich.console import Console

    from caption_parser.report.record_view import show_record
    from shared_schemas.jsonl import read_labels

    console = Console()
    for record in islice(read_labels(sys.stdin.buffer if labels == "-" else labels), limit):
        show_record(record, console)
