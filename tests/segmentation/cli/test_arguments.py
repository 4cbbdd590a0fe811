"""Options that several commands share stand where the command has the parameter for them."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from segmentation.cli.arguments import with_arguments


@dataclass(frozen=True)
class Sizes:
    width: Annotated[int, typer.Option()] = 1
    height: Annotated[int, typer.Option()] = 2


@dataclass(frozen=True)
class LargeSizes(Sizes):
    width: Annotated[int, typer.Option()] = 10


@with_arguments
def command(name: str, *, sizes: LargeSizes, colour: Annotated[str, typer.Option()] = "red") -> None:
    typer.echo(f"{name} {sizes} {colour}")


def test_fields_take_the_place_of_their_parameter() -> None:
    assert [*inspect.signature(command).parameters] == ["name", "width", "height", "colour"]
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, ["box", "--height", "5"])
    assert done.output == "box LargeSizes(width=10, height=5) red\n"
