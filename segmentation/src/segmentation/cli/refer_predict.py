"""`capseg refer predict`: masks of what texts refer to."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.outcome import outcome
from segmentation.cli.referring import ReferringArguments
from segmentation.masks.overlay import OVERLAYS
from segmentation.prediction.expression_files import SCORES, predict_expressions
from segmentation.prediction.referrer import Referrer
from segmentation.runs.left_out import fault_lines
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted, numbered


@with_arguments
def refer_predict_command(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE|DIR…", help="Images, and folders of images with all below them.")
    ],
    text: Annotated[
        list[str], typer.Option("--text", metavar="TEXT", help='What to look for: "a brown dog"; repeatable.')
    ],
    model: Annotated[
        str,
        typer.Option(
            metavar="RUN|FOLDER",
            help="A finished run of refer train, a folder that save_pretrained wrote, or OWNER/NAME on the hub.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Folder of the masks.")],
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Start over: what is in OUT of these images is made anew; what other options or texts made of "
            "other images is removed.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
    *,
    shared: ReferringArguments,
) -> None:
    """Make a mask of every text in every image: OUT/<image stem>/1-a-brown-dog.png, 0 or 255.

    Each mask stands over its image in OUT/overlays, with its text and score; OUT/scores.json has all scores, in
    [0, 1]: above .5, the network says that the image shows it. What is there already is not done again.

    Exit codes: 0 done; 1 failure, or most images could not be read; 2 usage; 3 done, but some images could not be
    read; 4 a model or a package is missing; 130 interrupted.

    Example:

      capseg refer predict photo.jpg --text "a brown dog" --text "the sofa" --model runs/referring -o masks
    """
    options = shared.options()
    referrer = Referrer.from_pretrained(model, options=options, device=shared.device)
    with progress_display(quiet=quiet) as show:
        done = predict_expressions(
            referrer,
            images,
            text,
            output,
            overwrite=overwrite,
            progress=lambda at, total: show("masks of images", at, total),
        )
    rejected = [f"{name}: {reason}" for name, reason in done.rejected]
    for line in fault_lines("no masks", rejected, f", all listed in {output / SCORES}"):
        typer.echo(line, err=True)
    if not quiet:
        typer.echo(
            f"{counted(done.written, 'image')} done, {numbered(done.present, 'was', 'were')} there already; "
            f"masks, {OVERLAYS} and {SCORES} in {output}"
        )
    ended = outcome(done.written + done.present, len(done.rejected))
    if ended is ExitCode.FAILURE:
        typer.echo(f"error: {output}: {counted(len(done.rejected), 'image')} got no masks", err=True)
    raise typer.Exit(ended)
