"""The command `capseg`."""

from importlib.metadata import version
from typing import Annotated

import typer

app = typer.Typer(add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def _main(
    show_version: Annotated[bool, typer.Option("--version", help="Print versions and exit.")] = False,
) -> None:
    """Segmentation from captioned images. This version can be installed; it has no commands yet."""
    if show_version:
        from shared_schemas import SCHEMA_VERSION

        typer.echo(f"capseg {version('capparse-segmentation')} (records {SCHEMA_VERSION})")


def main() -> None:
    """Entry point of the console script."""
    app()
