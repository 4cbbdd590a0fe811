"""`capparse show`, `validate` and `schema`: label files looked at, checked and described."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caption_parser.cli.options import LabelStream, tell_left_out
from shared_runtime.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared_schemas import ImageLabels

_SHOWN = 20


def show_command(
    labels: LabelStream,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="ID", help="Only this image, by its id or file name; repeatable."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="How many records to show  [default: 20, all of --image]"),
    ] = None,
) -> None:
    """Show the labels of captions, with the words that gave them highlighted.

    Examples:

      capparse show labels.jsonl

      capparse show labels.jsonl --image 139 --image 000000000285.jpg

      capparse show labels.jsonl.zst --limit 100 | less -R

    Exit codes: 0 done; 1 failure; 2 usage, or an image that is not there; 3 done, but some lines were no records.
    """
    import sys
    from itertools import islice

    from rich.console import Console

    from caption_parser.export.source import LeftOut
    from caption_parser.report.chosen_records import chosen_records
    from caption_parser.report.record_view import show_record
    from shared_runtime.errors import InputError
    from shared_runtime.file_kinds import made_into_labels
    from shared_schemas.errors import RecordError
    from shared_schemas.jsonl import iter_labels

    console = Console()
    sound, damaged = 0, list[LeftOut]()

    def records() -> "Iterator[ImageLabels]":
        nonlocal sound
        for record in iter_labels(sys.stdin.buffer if labels == "-" else labels):
            if isinstance(record, RecordError):
                damaged.append(LeftOut(record.line, record.message))
                continue
            sound += 1
            yield record
        if damaged and not sound:
            made = made_into_labels(Path(labels)) if labels != "-" else None
            line, reason = damaged[0]
            raise InputError(f"{labels}: {made or f'got no usable record; line {line}: {reason}'}")

    shown = records() if image is None else chosen_records(records(), image, labels)
    for record in islice(shown, _SHOWN if limit is None and image is None else limit):
        show_record(record, console)
    if not sound:
        typer.echo(f"{labels}: no record", err=True)
    tell_left_out(damaged)


def validate_command(
    labels: LabelStream,
    label_space: Annotated[
        str | None,
        typer.Option(
            help="Also check against coco, coco-panoptic, voc, youtube-objects, lvis, or a TOML or JSON file."
        ),
    ] = None,
) -> None:
    """Check a label file line by line; print one "file:line: code message" for each problem.

    Examples:

      capparse validate labels.jsonl

      capparse validate labels.jsonl.zst --label-space coco
    """
    import sys

    from shared_runtime.made_with import other_version
    from shared_schemas.checks import validate
    from shared_schemas.label_space_file import load_label_space

    space = load_label_space(label_space) if label_space is not None else None
    findings = 0
    for finding in validate(sys.stdin.buffer if labels == "-" else labels, space):
        typer.echo(f"{labels}:{finding.line}: {finding.code} {finding.message}")
        findings += 1
    if labels != "-" and (warning := other_version(labels)):
        typer.echo(f"warning: {labels}: {warning}", err=True)
    typer.echo(f"{labels}: {findings} problems found" if findings else f"{labels}: no problem found", err=True)
    if findings:
        raise typer.Exit(ExitCode.FAILURE)


class SchemaName(StrEnum):
    """The formats that have a schema."""

    IMAGE_LABELS = "image_labels"
    LABEL_SPACE = "label_space"


def schema_command(
    name: Annotated[SchemaName, typer.Argument(help="Which format.")] = SchemaName.IMAGE_LABELS,
) -> None:
    """Print a JSON Schema: of one line of a label file, or of a label space file.

    Examples:

      capparse schema

      capparse schema label_space > label_space.schema.json
    """
    from shared_schemas.schema import rendered

    typer.echo(rendered(name.value), nl=False)
