"""`capparse find`: images chosen by what their captions say."""

from enum import StrEnum
from typing import Annotated

import typer

from caption_parser.cli.options import LabelStream, from_options, tell_left_out
from shared_runtime.wording import counted


class Print(StrEnum):
    """What is printed of an image."""

    IDS = "ids"
    FILES = "files"
    RECORDS = "records"


def find_command(
    labels: LabelStream,
    classes: Annotated[
        list[str] | None, typer.Option("--class", metavar="NAME", help="It has this class; several: each of them.")
    ] = None,
    any_of: Annotated[
        list[str] | None, typer.Option("--any", metavar="NAME", help="It has this class, or another --any.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="NAME", help="It has not this class; repeatable.")
    ] = None,
    denied: Annotated[
        list[str] | None,
        typer.Option("--denied", metavar="NAME", help="Captions say that this class is not there; repeatable."),
    ] = None,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            help="One of these classes (of all, if none is given) has it; repeatable.",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="A caption has this text in it.")] = None,
    min_votes: Annotated[
        int,
        typer.Option(metavar="N", help="Least number of captions that name the class, and the attribute."),
    ] = 1,
    min_confidence: Annotated[float, typer.Option(metavar="X", help="Least confidence of a class, 0 to 1.")] = 0.0,
    min_count: Annotated[int, typer.Option(metavar="N", help="How many of a class there are, at least.")] = 1,
    what: Annotated[Print, typer.Option("--print", help="What is printed of each image.")] = Print.IDS,
    output: Annotated[str, typer.Option("-o", "--output", metavar="OUT", help="A file, or - .")] = "-",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Stop after so many.")] = None,
    label_space: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The label space of the labels  [default: as they name it]"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no count.")] = False,
) -> None:
    """Find images by what their captions say: all that is given must hold. Records are a label file again,
    with OUT.summary.json beside it.

    Examples:

      capparse find labels.jsonl --class cat --attribute black --min-votes 2

      capparse find labels.jsonl --class dog --without person --print records -o dogs.jsonl
    """
    options = locals()  # each goes by its name to the field of that name
    import json
    import sys
    from contextlib import nullcontext
    from itertools import islice
    from pathlib import Path

    from caption_parser.captions import file_name_of
    from caption_parser.export.find import Query, matching
    from caption_parser.export.source import open_labels
    from caption_parser.runs.files_read import files_of_labels_space
    from caption_parser.runs.options import is_stream
    from caption_parser.runs.output_paths import OutputPaths, check_label_file_name
    from shared_runtime.files import check_output
    from shared_runtime.made_with import recorded_space_file
    from shared_schemas.compression import open_output
    from shared_schemas.files import replace_file
    from shared_schemas.jsonl import dump

    query = from_options(Query, options)
    inputs = {"the label file": Path(labels)} if labels != "-" else {}
    if output != "-":
        inputs |= files_of_labels_space(label_space, labels)
        check_output(Path(output), inputs, overwrite=overwrite)
    summary = None
    if what is Print.RECORDS and not is_stream(output):
        check_label_file_name(Path(output))
        summary = OutputPaths(Path(output)).summary
        check_output(summary, inputs, overwrite=True)
        OutputPaths(Path(output)).check_summary(overwrite=overwrite)
    with open_labels(labels, label_space) as source:
        found = islice(matching(source, query), limit)
        number = 0
        target = nullcontext(sys.stdout.buffer) if output == "-" else open_output(Path(output))
        with target as stream:
            for record in found:
                number += 1
                if what is Print.RECORDS:
                    stream.write(dump(record))
                else:
                    name = file_name_of(record) if what is Print.FILES else str(record.image_id)
                    stream.write(f"{name}\n".encode("utf-8", "backslashreplace"))
        if summary is not None:
            # Other commands find the label space of a label file in it.
            config = {"label_space": str(label_space or recorded_space_file(labels) or source.label_space.name)}
            content = {"images": number, "status": "found", "labels": labels, "config": config}
            replace_file(summary, f"{json.dumps(content, indent=1)}\n".encode())
        if not quiet:
            typer.echo(f"{number:,} of {counted(source.n_images, 'image')}", err=True)
        tell_left_out(source.left_out)
