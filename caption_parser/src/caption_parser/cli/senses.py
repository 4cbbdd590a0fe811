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
        Command("prior", "caption_parser.cli.senses_prior:senses_prior_command", "Learn a prior from captions."),
        Command("train", "caption_parser.cli.senses_train:senses_train_command", "Train a sense model."),
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
