"""`capseg doctor`: what is installed, which weights are there, and how to get what is missing."""

from typing import Annotated

import typer

from shared_runtime.errors import ExitCode


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Try every part that commands use; for one that is missing, show what it is for and how to install it.

    Missing extras are no failure; the exit code is 4 where nothing can work.

    Examples:

      capseg doctor

      capseg doctor --json
    """
    import json
    from dataclasses import asdict

    from segmentation.doctor import examine

    findings = examine()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            mark = "ok     " if finding.ok else "BROKEN " if finding.required else "missing"
            typer.echo(f"{mark}  {finding.name:{width}}  {finding.found}")
            if finding.install:
                typer.echo(f"{'':9}{'':{width}}  for {finding.purpose}: {finding.install}")
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(ExitCode.MISSING_RESOURCE)
