"""`capseg synthesize`."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.synthetic.writing import write_world
from shared_runtime.wording import counted


def synthesize_command(
    output: Annotated[Path, typer.Argument(help="A new folder.", show_default=False)],
    images: Annotated[int, typer.Option(min=1, help="How many.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another world.")] = 0,
    classes: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,…",
            help="The only objects there are, of boat, sheep, car, airplane and dog.",
            show_default="all",
        ),
    ] = None,
) -> None:
    """Draw a synthetic world: captioned images with exact masks, to try everything on in minutes.

    Writes images/, captions.jsonl (for 'capparse label'), instances.json (the masks, for 'capseg evaluate
    --truth'), truth_labels.jsonl (what perfect captions would give, for 'capseg train-localizer') and
    label_space.json (the classes of the world, for --label-space of all three).

    Example:

      capseg synthesize world --images 300 --seed 1
    """
    names = None if classes is None else [name.strip() for name in classes.split(",") if name.strip()]
    files = write_world(output, images=images, seed=seed, classes=names)
    typer.echo(
        f"{counted(images, 'image')} in {files.images}, captions in {files.captions}, masks in {files.instances}"
    )
