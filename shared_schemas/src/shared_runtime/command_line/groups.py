"""Groups of commands whose modules are imported when they are called, so that `--help` is there at once."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from shared_runtime.command_line.failures import reported_failures
from shared_runtime.command_line.termination import termination_as_interrupt
from shared_runtime.errors import ExitCode, UsageError

Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")]
"""The option of a program's outermost callback that `LazyGroup` reads."""

# Plain help: Rich's takes 0.2 s more, and `--help` should be there at once.
_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}


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
        root = ctx.find_root()
        with reported_failures(program=root.info_name or "this program", debug=root.params["debug"]):
            return super().invoke(ctx)


def lazy_app(table: Sequence[Command], *, completion: bool = False) -> typer.Typer:
    """An application of the commands in `table`, to be given a callback that shows the help where none is called.

    `completion`: with the options that install shell completion; for the outermost group.
    """
    return typer.Typer(
        cls=type("Commands", (LazyGroup,), {"table": tuple(table)}),
        invoke_without_command=True,
        add_completion=completion,
        context_settings={"help_option_names": ["-h", "--help"]},
        **_PLAIN,
    )


def show_help_alone(context: typer.Context) -> None:
    """Print the help of a group that was called without a command."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run_app(app: typer.Typer, name: str) -> None:
    """Run a program's command line; the process ends with an `ExitCode`."""
    try:
        try:
            with termination_as_interrupt():
                app(prog_name=name)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of stdout went away (`| head`); the interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.NO_READER)
    except UsageError as error:
        # Of a closed stdout, which the help of a command is written to.
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


def _imported(target: str) -> Any:
    module, _, name = target.partition(":")
    found = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return get_command(found)
    app = typer.Typer(add_completion=False, **_PLAIN)
    app.command()(found)
    return get_command(app)
