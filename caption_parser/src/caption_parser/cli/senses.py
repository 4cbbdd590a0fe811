"""`capparse senses`: the word sense disambiguators."""

import typer

from shared_runtime.command_line.groups import Command, lazy_app, show_help_alone

senses_app = lazy_app(
    (
        Command(
            "evaluate",
            "caption_parser.cli.senses_evaluate:senses_evaluate_command",
            "Score a disambiguator on a sense-tagged set.",
        ),
        Command("prior", "caption_parser.cli.senses_prior:senses_prior_command", "Learn a prior from captions."),
        Command("train", "caption_parser.cli.senses_train:senses_train_command", "Train a sense model."),
    )
)


@senses_app.callback()
def senses(context: typer.Context) -> None:
    """Word sense disambiguators: how well they choose.

    Examples:

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --json

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --senses first
    """
    show_help_alone(context)
