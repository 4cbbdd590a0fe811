"""`capparse doctor`: is everything here that the commands need?"""

from typing import Annotated

import typer

from shared_runtime.errors import ExitCode


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check versions, models, data and optional parts; each line that fails names the command that mends it.

    Examples:

      capparse doctor

      capparse doctor --json
    """
    import json
    from dataclasses import asdict

    from caption_parser.doctor import diagnose

    diagnoses = diagnose()
    if as_json:
        typer.echo(json.dumps([asdict(diagnosis) for diagnosis in diagnoses], indent=2))
    else:
        for diagnosis in diagnoses:
            mark = "ok" if diagnosis.ok else "--" if diagnosis.optional else "!!"
            fix = f"   mend: {diagnosis.fix}" if diagnosis.fix and not diagnosis.ok else ""
            typer.echo(f"{mark}  {diagnosis.name:20}  {diagnosis.found}{fix}")
    if any(not diagnosis.ok and not diagnosis.optional for diagnosis in diagnoses):
        raise typer.Exit(ExitCode.MISSING_RESOURCE)
