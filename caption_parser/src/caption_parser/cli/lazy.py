"""A group of commands whose modules are imported when they are called, so that `--help` is there at once."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from caption_parser.cli.failures import reported_failures


@dataclass(frozen=True, slots=True)
class Command:
    """A command before its module is imported."""

    name: str
    target: str
    """`module:function`, whose docstring is the help; or `module:app`, a Typer application, for a group."""
    summary: str


class LazyGroup(TyperGroup):
    """Knows the names and summaries of `table`; imports a command when it is invoked or completed.

    Failures of the commands are reported as `reported_failures` does; the outermost group has a flag `--debug`.
    """

    table: ClassVar[tuple[Command, ...]]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            command.name: TyperCommand(command.name, help=command.summary, rich_markup_mode=None)
            for command in self.table
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The name of the command that `args` begin with, the command itself, and the arguments after it."""
        name, _, rest = super().resolve_command(ctx, args)
        target = next(command.target for command in self.table if command.name == name)
        return name, _imported(target), rest

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the group's options from the front of `args`, and `--debug` from anywhere."""
        for parameter in self.get_params(ctx):
            # Typer imports pydantic, 0.1 s, to check an absent flag that is None, but not one that is False.
            if getattr(parameter, "is_bool_flag", False) and parameter.default is None:
                parameter.default = False
        if "--debug" in args:
            args = ["--debug", *(argument for argument in args if argument != "--debug")]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with reported_failures(debug=ctx.find_root().params["debug"]):
            return super().invoke(ctx)


def _imported(target: str) -> Any:
    module, _, name = target.partition(":")
    found = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return get_command(found)
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    app.command()(found)
    return get_command(app)
