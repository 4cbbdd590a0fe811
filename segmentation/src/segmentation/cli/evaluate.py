"""`capseg evaluate`: masks against ground truth."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.label_spaces import MasksLabelSpace, MissingMasks, Strict, TruthLabelSpace, opened_truth
from segmentation.data.truth.coco import CocoRules, Crowd
from segmentation.data.truth.opening import read_image_list
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.records import EvaluationProtocol, Missing, score_table
from segmentation.runs.left_out import fault_lines
from shared_runtime.command_line.progress import progress_display


def evaluate_command(
    masks: Annotated[Path, typer.Argument(metavar="MASKS", help="Folder of masks <image stem>.png.")],
    truth: Annotated[
        Path,
        typer.Option(
            "--truth",
            metavar="INSTANCES.json|DIR",
            help="COCO instances, or a folder: VOC, YouTube-Objects, masks.",
        ),
    ],
    label_space: TruthLabelSpace = None,
    masks_label_space: MasksLabelSpace = None,
    crowd: Annotated[Crowd, typer.Option(help="How COCO's crowd regions are scored.")] = Crowd.CLASS,
    images_without_objects: Annotated[
        bool, typer.Option(help="Score images of a COCO file in which nothing is annotated.")
    ] = True,
    strict: Strict = False,
    image_list: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score only these images: one file stem per line.")
    ] = None,
    missing: MissingMasks = Missing.BACKGROUND,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Score a folder of masks: IoU, precision, recall, per class and averaged, over all pixels together.

    Examples:

      capseg evaluate masks --truth instances_train2017.json

      capseg evaluate masks --truth VOC2012 --image-list VOC2012/ImageSets/Segmentation/val.txt --json

      capseg evaluate masks --truth VOC2012 --masks-label-space coco

    Exit codes: 0 scored, also where some masks cannot be read, which are named; 1 the truth cannot be read, or not
    one mask can be scored; 2 usage, or masks of another label space; 130 interrupted.
    """
    rules = CocoRules(crowd=crowd, images_without_objects=images_without_objects, strict=strict)
    ground_truth = opened_truth(masks, truth, label_space, masks_label_space, rules)
    if image_list is not None:
        ground_truth = ground_truth.restricted_to(read_image_list(image_list))
    with progress_display(quiet=quiet) as show:
        evaluation = evaluate(
            masks,
            ground_truth,
            masks_label_space=masks_label_space,
            missing=missing,
            processes=processes,
            progress=_told(show, len(ground_truth)),
        )
    for line in (*evaluation.protocol.warnings(), *_not_scored(evaluation.protocol)):
        typer.echo(line, err=True)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        typer.echo("\n".join(score_table(evaluation)))
        typer.echo(evaluation.protocol.line())


def _told(show: Callable[[str, int, int | None], None], n_images: int) -> Callable[[int], None]:
    """What is told how many images more are done, and shows how many all of them are."""
    done = 0

    def more(images: int) -> None:
        nonlocal done
        done += images
        show("images", done, n_images)

    return more


def _not_scored(protocol: EvaluationProtocol) -> Iterator[str]:
    """Which masks cannot be read or do not fit, a line each."""
    bad = [f"{one.key}: {one.reason}" for one in (*protocol.bad_masks, *protocol.bad_truth)]
    yield from fault_lines("not scored", bad, " (--json lists all)")
