"""`capparse check-space`: whether the words of a label space are found."""

from typing import Annotated

import typer

from caption_parser.cli import options as shared
from shared_runtime.errors import ExitCode, UsageError

_WIDE = 1000


def check_space_command(
    label_space: Annotated[
        str,
        typer.Argument(
            metavar="SPACE.toml|NAME|CLASS,CLASS,…",
            help="A label space file, one that ships, or names of classes.",
        ),
    ],
    lemmas: Annotated[
        bool, typer.Option("--lemmas/--no-lemmas", help="Whether WordNet's words for the synsets are tried, too.")
    ] = True,
    least: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Fail (exit code 1) if a smaller share of the captions is found."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if anything is missed: --least 1.")] = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="List all words, not only those that are missed, and all meanings.")
    ] = False,
    senses: shared.Senses = "default",
    without: shared.Without = "",
    as_json: shared.AsJson = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no progress and no notes.")] = False,
) -> None:
    """Read every class's own words in plain captions: which are found, as what the others are read, what to add.

    Examples:

      capparse check-space farm.toml

      capparse check-space lighthouse,helmet,guitar

      capparse check-space lvis --no-lemmas --least 0.95 --json

    The words are a class's name, those that the file lists, and WordNet's for its synsets, in the singular and the
    plural. What to add stands in the table as a line to paste into the class. Of a label space of one's own, and
    with --all of any, what each class means follows, in WordNet's words.
    """
    options = locals()  # each goes by its name to the field of that name
    if strict and least is not None:
        raise UsageError("--strict is --least 1: give one of them")
    from caption_parser.config import ParserConfig
    from caption_parser.evaluation.space_check import check_space
    from caption_parser.evaluation.space_check_view import as_table, meanings, notes
    from shared_runtime.command_line.progress import progress_display
    from shared_schemas.label_space_file import SHIPPED

    with progress_display(quiet=quiet) as show:
        checked = check_space(
            label_space,
            lemmas=lemmas,
            progress=lambda done, of: show("reading captions", done, of),
            config=shared.from_options(ParserConfig, options),
        )
    if as_json:
        typer.echo(checked.model_dump_json(indent=2))
    else:
        import sys

        from rich.console import Console

        table = as_table(checked, show_all=show_all)
        if table.row_count:  # What goes into a pipe is not wrapped.
            Console(width=None if sys.stdout.isatty() else _WIDE).print(table)
        if show_all or label_space not in SHIPPED:
            typer.echo("\n".join(meanings(checked)))
    if not quiet:
        for note in notes(checked):
            typer.echo(note, err=True)
    if checked.share < (1.0 if strict else least or 0.0):
        raise typer.Exit(ExitCode.FAILURE)
