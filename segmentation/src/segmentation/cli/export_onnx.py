"""`capseg export-onnx`: a trained network for programs without torch."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.prediction.opening import open_model
from segmentation.runs.trained import model_files
from shared_runtime.files import check_output


def export_onnx_command(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A finished run, a folder that save_pretrained wrote, or OWNER/NAME on the hub."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.onnx", help="The file to write.")],
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(
            metavar="HEIGHT WIDTH",
            help="Take images of this size alone  [default: all sizes of s·k + 1 pixels a side at stride "
            "s; of transformers, that of the crops]",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a network as an ONNX file and compare what it gives with what torch gives.

    Its input 'images' is [B, 3, H, W] in float32, RGB from 0 to 255; it normalises them itself. A segmenter gives
    'logits' [B, 1 + classes, h, w] at its cells, the background first; a localizer 'heatmaps' [B, classes, h, w].
    Sides of images are s·k + 1 pixels at stride s: resize them to the nearest; others get other classes than here.
    Names of classes and stride are in the file's metadata. Needs the extra 'onnx'.

    Example:

      capseg export-onnx runs/segmenter -o segmenter.onnx
    """
    opened = open_model(model)
    check_output(output, model_files(opened), overwrite=overwrite)

    from segmentation.prediction.onnx_export import export_onnx

    done = export_onnx(opened, output, size=size)
    typer.echo(
        f"{output}: takes {done.takes}, gives {done.output}; differs from torch by {done.difference:.1e} at most"
    )
