"""A group of commands whose modules are imported when they are called: torch alone takes seconds to import."""

import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from segmentation.cli.failures import describe_failure
from shared_runtime.errors import ExitCode


class CommandTable(TyperGroup):
    """Lists `table` without importing anything; a failure of a command ends as one message and an exit code.

    The flag `--debug`, which may stand anywhere on the line, puts the traceback before the message.
    """

    table: ClassVar[Mapping[str, tuple[str, str]]]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # The keys are what Typer suggests from when a name is mistyped.
        self.commands = {name: TyperCommand(name) for name in self.table}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, imported, or None."""
        if cmd_name not in self.table:
            return None
        module, _, function = self.table[cmd_name][0].partition(":")
        single = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        single.command(cmd_name)(getattr(import_module(module), function))
        return get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the names and summaries of all commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the group's options from the front of `args`, and `--debug` from anywhere."""
        front = ["--debug"] if "--debug" in args else []
        return super().parse_args(ctx, front + [argument for argument in args if argument != "--debug"])

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            # Typer reports these itself; a reader that went away (`| head`) is no failure to report.
            raise
        except KeyboardInterrupt:
            message, exit_code = "interrupted", ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001  the outermost ring: nothing may reach the user as a bare traceback
            if ctx.params["debug"]:
                traceback.print_exc()
            message, exit_code = describe_failure(error)
        typer.echo(message, err=True)
        raise typer.Exit(exit_code)
