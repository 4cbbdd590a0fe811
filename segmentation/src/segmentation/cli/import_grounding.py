"""`capseg import-grounding`: a published grounding model."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.grounding.published import DsveFiles, import_dsve
from shared_runtime.command_line.label_files import one_label_file


def import_grounding_command(
    checkpoint: Annotated[
        Path, typer.Argument(metavar="CHECKPOINT", help="DSVE's weights, as dsve-loc publishes them (.pth.tar).")
    ],
    words: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder with skip-thoughts' dictionary.txt and utable.npy."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")],
    labels: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="LABELS.jsonl",
            callback=one_label_file,
            help="Keep only the words of their captions and of class names; may be given several times  "
            "[default: all words, 2.3 GB]",
        ),
    ] = None,
    label_space: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The classes that it will be asked for.")
    ] = "coco",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another run in RUN.")] = False,
) -> None:
    """Make a run of a published grounding model, which make-masks then asks for class names and phrases (Table 8).

    Nothing that is pickled in the file is run. The model of Engilberge et al. (2018): ResNet-152, SRUs, and
    skip-thoughts' vectors of words, which are two files of their own.

    Example:

      capseg import-grounding model.pth.tar --words skip-thoughts --labels labels.jsonl -o runs/dsve

    Exit codes: 0 done; 1 a file holds another model or cannot be read; 2 usage.
    """
    count = import_dsve(
        DsveFiles(checkpoint, words, labels or ()), output, label_space=label_space, overwrite=overwrite
    )
    typer.echo(f"{output}: DSVE with {count:,} words")
