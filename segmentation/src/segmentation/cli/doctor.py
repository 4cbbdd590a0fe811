"""`capseg doctor`: what is installed, which weights are there, and how to get what is missing."""

from typing import Annotated

import typer


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Try every part that commands use; for one that is missing, show what it is for and how to install it.

    Missing extras are no failure; the exit code is 4 where nothing can work.

    Examples:

      capseg doctor

      capseg doctor --json
    """
    from segmentation.doctor import parts
    from shared_runtime.command_line.doctor import examine, report_findings

    report_findings(examine(parts()), as_json=as_json)
