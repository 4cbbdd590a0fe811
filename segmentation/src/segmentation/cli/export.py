"""`capseg export`: masks for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.masks import option_errors, tell_lost
from segmentation.exchange.contract import MaskExportOptions
from segmentation.exchange.run import ExportWriting, MaskSource, export_masks
from shared_runtime.command_line.progress import progress_display
from shared_runtime.wording import counted
from shared_runtime.workers import usable_cores


def export_command(
    masks: Annotated[
        Path, typer.Argument(metavar="MASKS", help="Folder of masks, as make-masks and predict write it.")
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="coco|panoptic|cvat|voc|label-studio|imagefolder|mmseg|detectron2|yolo|fiftyone",
            help="coco: instances as one JSON file; cvat: its 'Segmentation mask 1.1'; imagefolder: Hugging Face.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help="A new folder, or OUT.zip; of coco a file OUT.json."),
    ],
    images: Annotated[
        list[Path] | None,
        typer.Option("--images", metavar="DIR", help="Folder of images; repeatable  [default: as MASKS says]"),
    ] = None,
    label_space: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="What the values of masks mean  [default: as MASKS says]"),
    ] = None,
    components: Annotated[
        bool | None,
        typer.Option(
            "--components",
            help="coco, panoptic, voc, cvat: each connected part of a class is an object, in place of all of it.",
        ),
    ] = None,
    ignore_as: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="cvat: what 255 is  [default: ignore]"),
    ] = None,
    subset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of this part of the data  [default: train]"),
    ] = None,
    url_prefix: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="label-studio: what stands before image names  [default: /data/local-files/?d=]"
        ),
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy images, in place of hard links to them.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that convert masks  [default: one per core]")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file or an archive; folders are never replaced.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Write masks for other programs: a folder (or OUT.zip) as they import it, with images where these belong.

    What of the masks each layout has a place for: docs/exports.md.

    Exit codes: 0 done; 1 failure, or most masks were left out; 2 usage; 3 done, but some were left out.

    Examples:

      capseg export masks --to cvat --images train2017 -o cvat.zip

      capseg export masks --to coco --images train2017 -o instances.json --components
    """
    given = {"components": components, "ignore_as": ignore_as, "subset": subset, "url_prefix": url_prefix}
    with option_errors():
        options = MaskExportOptions.model_validate({name: v for name, v in given.items() if v is not None})
    with progress_display(quiet=quiet) as show:
        exported = export_masks(
            MaskSource(masks, images or (), label_space),
            to,
            output,
            options,
            ExportWriting(overwrite, copy, processes or usable_cores()),
            progress=lambda done, total: show("exporting masks", done, total),
        )
    if not quiet:
        typer.echo(f"{output}: {counted(exported.n_masks, 'mask')}", err=True)
    raise tell_lost(exported.n_masks, [f"{mask.key}: {mask.reason}" for mask in exported.left_out])
