"""`capseg predict`: masks of new images."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.masks import (
    OnlyClassesOf,
    PrecisionOption,
    end_of_masks,
    found_classes,
    option_errors,
    target_space,
    tell_reduced,
    written,
)
from segmentation.cli.viewing import ViewingArguments
from segmentation.masks.overlay import OVERLAYS
from segmentation.masks.refinement import CrfPreset, Refinement
from segmentation.prediction.files import PredictionInputs, PredictionOutputs, predict_files
from segmentation.prediction.options import MIN_SCORE, PredictionOptions
from segmentation.prediction.segmenter import Segmenter
from segmentation.scores.contract import PRESENCE, WINDOW
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted


@with_arguments
def predict_command(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE|DIR…", help="Images, and folders of images with all below them.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Folder of the masks.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|FOLDER",
            help="A finished run of train-segmenter or train-localizer, a folder that save_pretrained wrote, or "
            "OWNER/NAME on the hub  [default: the model that ships]",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="LABELS.jsonl",
            callback=one_label_file,
            help="Of each image, only the classes of its record compete; images without one are left out.",
        ),
    ] = None,
    presence: Annotated[
        float | None,
        typer.Option(
            metavar="0…1",
            help="How far a segmenter believes that the classes of --labels are there; 0: they compete, no more  "
            f"[default: {PRESENCE}]",
        ),
    ] = None,
    min_score: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="S",
            help="A class that a segmenter sees nowhere as surely as this is left out; 0: none is. Those of "
            "--labels never are.",
        ),
    ] = MIN_SCORE,
    classes: Annotated[
        str | None, typer.Option(metavar="A,B,…", help="Only these classes compete, in every image.")
    ] = None,
    only_classes_of: OnlyClassesOf = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the first N images, to try it out.")
    ] = None,
    *,
    viewing: ViewingArguments,
    window: Annotated[
        int, typer.Option(metavar="PIXELS", min=1, help="Images that are larger to the network go in windows.")
    ] = WINDOW,
    refine: Annotated[
        Refinement | None,
        typer.Option(
            help="How masks are fitted to edges  [default: pamr; pixel-walk for a localizer that knows "
            "the background]"
        ),
    ] = None,
    crf_preset: Annotated[
        CrfPreset | None,
        typer.Option(help="Parameters of the CRF  [default: deeplab; sec for a localizer]"),
    ] = None,
    precision: PrecisionOption = "float32",
    overlay: Annotated[
        bool,
        typer.Option(
            "--overlay",
            help=f"Also show masks over their images: OUT/{OVERLAYS}/<image stem>.jpg; drawn "
            "again where a mask was mended since.",
        ),
    ] = False,
    rle: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl", help="Also write all masks of OUT as COCO results; .json: as one array."
        ),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes that refine and write masks.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Images that the network sees at a time.")] = 1,
    device: Annotated[str, typer.Option(help="cpu, cuda, …; auto: what is there.")] = "auto",
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Start over: masks of these images that are in OUT are made anew; those that other options "
            "made of other images are removed. What was mended by hand there is lost: move it away first.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Make a mask of every image: OUT/<image stem>.png, 0 background, class ids, with a palette.

    What is there already is not done again. Images without a mask are listed in OUT/rejected.jsonl.

    Exit codes: 0 done; 1 failure, or most images got no mask; 2 usage; 3 done, but some images got no mask; 4 a
    model or a package is missing; 130 interrupted.

    Examples:

      capseg predict photo.jpg -o masks --overlay

      capseg predict photos -o masks --model runs/segmenter --scales 0.75,1,1.25 --flip

      capseg predict photos -o masks --model runs/localizer --labels labels.jsonl
    """
    if presence is not None and labels is None:
        raise UsageError(
            "--presence says how far the classes of --labels are believed. Give --labels, or leave it out"
        )
    with option_errors():
        options = PredictionOptions.model_validate(
            viewing.values()
            | {
                "window": window,
                "presence": PRESENCE if presence is None else presence,
                "min_score": min_score,
                "refine": refine,
                "crf_preset": crf_preset,
                "precision": precision,
            }
        )
    names = None if classes is None else [name.strip() for name in classes.split(",") if name.strip()]
    if names == []:
        raise UsageError(f"--classes: got {classes!r}, expected names of classes: --classes dog,cat")
    segmenter = Segmenter.from_pretrained(model, options=options, device=device)
    with progress_display(quiet=quiet) as show:
        done = predict_files(
            segmenter,
            PredictionInputs(images, labels, names, limit, target_space(only_classes_of, rle)),
            output,
            PredictionOutputs(overlay, rle, overwrite),
            processes=processes,
            batch_size=batch_size,
            progress=lambda counts: show(*counts.progress),
        )
    if not quiet:
        shown = f"; over the images in {output / OVERLAYS}" if overlay else ""
        typer.echo(f"{output}: {written(done.counts)}; refinement: {done.refine}{shown}")
        for line in found_classes(done.counts, segmenter.model.vocabulary.label_space):
            typer.echo(line)
        tell_reduced(done.counts)
        if done.unnamed:
            typer.echo(f"{counted(done.unnamed, 'image')} left out, without a record in {labels}", err=True)
    damaged = [f"{labels}:{line.line}: {line.message}" for line in done.skipped]
    raise end_of_masks(done.counts, [], output, unread=damaged)
