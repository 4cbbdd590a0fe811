"""`capparse export`: labels for other programs."""

from typing import Annotated

import typer

from caption_parser.cli.options import LabelStream, from_options, tell_left_out
from shared_runtime.wording import counted


def export_command(
    labels: LabelStream,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="coco|odvg|imagefolder|fiftyone|parquet|csv",
            help="coco: image-level labels, with LVIS's neg_category_ids; odvg: grounding lines; imagefolder: "
            "metadata.jsonl and a card for Hugging Face; fiftyone: classifications; csv: images × classes.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="OUT", help="A file, or - ; of imagefolder a folder, that of the images."
        ),
    ],
    label_space: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The label space of the labels  [default: as they name it]"),
    ] = None,
    boxes: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANCES.json",
            help="odvg: boxes to ground mentions in, as 'capseg export --to coco' writes.",
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(metavar="images|classes|mentions", help="parquet: what a row is  [default: classes]"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no summary.")] = False,
) -> None:
    """Write the labels of a file for other programs.

    What of the labels each format has a place for: docs/exports.md.

    Exit codes: 0 done; 1 failure; 2 usage; 3 done, but some lines were left out.

    Examples:

      capparse export labels.jsonl --to coco -o labels.json

      capparse export labels.jsonl --to imagefolder -o train2017
    """
    options = locals()  # each goes by its name to the field of that name
    from caption_parser.export.options import ExportOptions
    from caption_parser.export.run import export_labels

    summary = export_labels(labels, to, output, from_options(ExportOptions, options), overwrite=overwrite)
    if not quiet:
        typer.echo(
            f"{output}: {counted(summary.n_images, 'image')}, {counted(summary.n_captions, 'caption')}", err=True
        )
    tell_left_out(summary.left_out)
