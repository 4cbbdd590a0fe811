"""`capseg import`: masks that people corrected."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.masks import tell_lost
from segmentation.data.legend import IGNORE_NAME
from segmentation.exchange.corrections import Corrected, import_masks
from shared_runtime.command_line.progress import progress_display
from shared_runtime.wording import counted


def import_command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="CORRECTED",
            help="A .zip or folder as CVAT ('Segmentation mask 1.1') or VOC has it, masks, or a COCO file.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MASKS", help="Folder of the masks.")],
    label_space: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="Its classes are found by name  [default: what the source says, or coco]"
        ),
    ] = None,
    ignore_as: Annotated[
        str, typer.Option(metavar="NAME", help="The label of what is to be ignored (255).")
    ] = IGNORE_NAME,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Start over in a folder of imported masks; those of another source are removed."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Read masks that people corrected in another program, into a folder like that of make-masks.

    Such masks go beside others into a training: train-segmenter --corrected MASKS.

    Exit codes: 0 done; 1 failure, or most masks were left out; 2 usage; 3 done, but some were left out.

    Examples:

      capseg import task_1_annotations.zip -o corrected

      capseg import instances_default.json -o corrected --label-space farm.toml
    """
    with progress_display(quiet=quiet) as show:
        imported = import_masks(
            Corrected(source, label_space, ignore_as),
            output,
            overwrite=overwrite,
            progress=lambda done, total: show("importing masks", done, total),
        )
    if not quiet:
        typer.echo(f"{output}: {counted(imported.n_masks, 'mask')}", err=True)
    raise tell_lost(imported.n_masks, [f"{mask.key}: {mask.reason}" for mask in imported.left_out])
