"""`capparse validate`: is this a label file, and does it hold together?"""

from typing import Annotated

import typer

from shared_runtime.errors import ExitCode


def validate_command(
    labels: Annotated[str, typer.Argument(help="A label file (.jsonl, .gz, .zst), or - for standard input.")],
    label_space: Annotated[
        str | None, typer.Option(help="Also check against coco, voc, youtube-objects, or a TOML or JSON file.")
    ] = None,
) -> None:
    """Check a label file line by line; print one "file:line: code message" for each problem.

    Examples:

      capparse validate labels.jsonl

      capparse validate labels.jsonl.zst --label-space coco
    """
    import sys

    from shared_schemas.checks import validate
    from shared_schemas.label_space_file import load_label_space

    space = load_label_space(label_space) if label_space is not None else None
    findings = 0
    for finding in validate(sys.stdin.buffer if labels == "-" else labels, space):
        typer.echo(f"{labels}:{finding.line}: {finding.code} {finding.message}")
        findings += 1
    typer.echo(f"{labels}: {findings} problems found" if findings else f"{labels}: no problem found", err=True)
    if findings:
        raise typer.Exit(ExitCode.FAILURE)
