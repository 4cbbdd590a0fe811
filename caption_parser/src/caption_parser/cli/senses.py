"""`capparse senses`: the word sense disambiguators."""

import typer

from caption_parser.cli.lazy import Command, LazyGroup


class _SensesCommands(LazyGroup):
    table = (
        Command(
            "evaluate",
            "caption_parser.cli.senses_evaluate:senses_evaluate_command",
            "Score a disambiguator on a sense-tagged set.",
        ),
    )


senses_app = typer.Typer(
    cls=_SensesCommands,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@senses_app.callback()
def senses(context: typer.Context) -> None:
    """Word sense disambiguators: how well they choose.

    Examples:

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --json

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --senses first
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
