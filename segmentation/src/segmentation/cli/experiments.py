"""`capseg experiments`: the named configurations."""

from typing import Annotated

import typer

from segmentation.experiments.catalog import experiments, find_experiment


def experiments_command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Describe this one.")] = None,
) -> None:
    """List the named configurations, or describe one: its commands, its cost, and what the paper reports.

    Examples:

      capseg experiments

      capseg experiments table6-full
    """
    if name is None:
        width = max(map(len, experiments()))
        for experiment in experiments().values():
            typer.echo(f"{experiment.name:{width}}  {experiment.summary}")
    else:
        found = find_experiment(name)
        typer.echo(f"{found.describe()}\n\n{found.config.model_dump_json(indent=2)}")
