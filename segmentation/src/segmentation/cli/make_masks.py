"""`capseg make-masks`: masks of labelled images, by any network that was trained here."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.label_rules import LabelRuleArguments
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
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.viewing import ViewingArguments
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions, ResolvedMaskOptions
from segmentation.masks.overlay import OVERLAYS
from segmentation.masks.refinement import CRF, CrfPreset, Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.scores.contract import MOST_STEPS, PRESENCE
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.command_line.progress import progress_display
from shared_runtime.wording import numbered
from shared_runtime.workers import usable_cores


@dataclass(frozen=True, slots=True)
class ScoringArguments(ViewingArguments):
    """Fields of `MaskOptions`, but for its labels: how heatmaps become scores, and these masks."""

    input_size: Annotated[
        str,
        typer.Option(
            metavar="auto|train|original|PIXELS",
            help="Side of the square that images are resized to, or their shorter side for a segmentation "
            "network; train: the side of the training crops; "
            "auto: twice that if the backbone was pre-trained, 1.25 times for a network that learned against a "
            "background.",
        ),
    ] = "auto"
    refine: Annotated[
        Refinement | None,
        typer.Option(
            help="dense-crf needs the extra 'crf'; mean-field is the same model without it, but slower; pamr "
            "and pixel-walk need neither: they average over neighbours of like colours  [default: pixel-walk for "
            "networks that know the background, else dense-crf]"
        ),
    ] = None
    crf_preset: Annotated[
        CrfPreset, typer.Option(help="Parameters of the CRF, named after the code that uses them.")
    ] = CrfPreset.SEC
    conversion: Annotated[
        str,
        typer.Option(
            metavar="algorithm-1|midpoint",
            help="midpoint: heatmaps less the mean of their minimum and maximum, beside a background of 0, as "
            "TAM-Net has it; with --refine none.",
        ),
    ] = "algorithm-1"
    alpha: Annotated[float | None, typer.Option(help="α of Eq. 11  [default: by backbone]")] = None
    gamma: Annotated[float, typer.Option(help="γ of Eq. 13.")] = 0.7
    absolute: Annotated[
        float | None,
        typer.Option(
            help="Weight, 0 to 1, of scores that compare a class with the background's logit, beside scores "
            "relative to the maximum of its map  [default: by network]"
        ),
    ] = None
    background_logit: Annotated[
        float | None,
        typer.Option(
            help="The background's logit in these: a higher one makes objects smaller  [default: as in training]"
        ),
    ] = None
    compounds: Annotated[bool, typer.Option(help="Add the maps of class-attribute pairs.")] = True
    positive_background: Annotated[bool, typer.Option(help="Use the maps of background classes.")] = True
    propagation: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST_STEPS, help="Steps that carry maps to cells that look alike  [default: by backbone]"
        ),
    ] = None
    consensus: Annotated[
        bool,
        typer.Option(
            "--consensus/--no-consensus",
            help="Mix in what all images of LABELS together say about how a class looks: the masks of an image "
            "depend on the others, so that parts of a label file give other masks than the whole.",
        ),
    ] = True
    presence: Annotated[
        float | None,
        typer.Option(
            metavar="0…1",
            help="How far a segmentation network believes that the classes of LABELS are there; 0: they compete, "
            f"no more  [default: {PRESENCE}]",
        ),
    ] = None
    sharpness: Annotated[
        float | None,
        typer.Option(
            metavar="POWER",
            help="Power of what each class has of a cell, before refinement: higher leaves less to edges  "
            "[default: 3 for a network that learned against a background, else 1]",
        ),
    ] = None
    ignore_band: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            help="Write 255, 'ignore', where the best class has between LOW and HIGH of what it and the "
            "background score together; 0.5 is where the one gives way to the other.",
        ),
    ] = None
    precision: PrecisionOption = "float32"

    def options(self, labels: LabelRuleArguments) -> MaskOptions:
        """What they ask for. Raises UsageError for wrong ones."""
        with option_errors():
            return MaskOptions.model_validate({**asdict(self), **self.values(), "labels": labels.given()})


@with_arguments
def make_masks_command(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="Folder of a finished run of train-localizer, train-segmenter, train-grounding or refer train.",
        ),
    ],
    images: Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")],
    labels: Annotated[
        Path,
        typer.Option(
            "--labels",
            metavar="LABELS.jsonl",
            callback=one_label_file,
            help="Label file of the images to make masks of.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MASKS", help="Folder of the masks.")],
    *,
    scoring: ScoringArguments,
    rules: LabelRuleArguments,
    only_classes_of: OnlyClassesOf = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Only the first N labelled images, to try it out; the consensus is then of these alone.",
        ),
    ] = None,
    overlay: Annotated[
        bool,
        typer.Option("--overlay", help=f"Also show masks over their images: MASKS/{OVERLAYS}/<image stem>.jpg."),
    ] = False,
    rle: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Also write all masks as COCO results; .jsonl: one per line."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that refine and write masks  [default: one per core]")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Images that the network sees at a time.")] = 8,
    device: Annotated[str, typer.Option(help="cpu, cuda, …; auto: what is there.")] = "auto",
    allow_missing: AllowMissing = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Start over in a folder of masks; those that other options made of other images are removed. "
            "What was mended by hand there is lost: move it away first.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Make a mask of every labelled image: <image stem>.png, 0 background, class ids, 255 ignore.

    Run the same command again to continue where it stopped. Images without a mask are listed in
    MASKS/rejected.jsonl, those among them whose labels name no class as well; these are no fault.

    Exit codes: 0 done; 1 failure, or most images got no mask; 2 usage; 3 done, but some images got no mask; 4 a
    package is missing; 130 interrupted.

    Examples:

      capseg make-masks runs/first --images train2017 --labels labels.jsonl -o masks --overlay

      capseg make-masks runs/first --images train2017 --labels labels.jsonl -o masks --refine mean-field
    """
    target = target_space(only_classes_of, rle)
    with progress_display(quiet=quiet) as show:
        made = make_masks(
            MaskInputs(run, images, labels, allow_missing, target, limit),
            output,
            scoring.options(rules),
            MaskMachine(device, processes or usable_cores(), batch_size),
            rle=rle,
            overlays=overlay,
            overwrite=overwrite,
            progress=lambda counts: show(*counts.progress),
        )
    counts, left_out = made.counts, made.left_out
    if as_json:
        summary = {
            "written": counts.written,
            "present": counts.present,
            "rejected": len(counts.rejected),
            "refined_at_a_smaller_size": counts.reduced,
            "skipped": len(left_out.skipped),
            "unlabelled": len(left_out.unlabelled),
            "options": made.options.model_dump(mode="json"),
        }
        typer.echo(json.dumps(summary, indent=2))
    elif not quiet:
        shown = f"; over the images in {output / OVERLAYS}" if overlay else ""
        typer.echo(f"{output}: {written(counts)}; refinement: {_refinement(made.options)}{shown}")
        for line in found_classes(counts, made.label_space):
            typer.echo(line)
    if not quiet:
        tell_reduced(counts)
    if left_out.unlabelled and not quiet:
        unlabelled = numbered(len(left_out.unlabelled), "image has", "images have")
        typer.echo(f"{unlabelled} no class in the labels, and so no mask", err=True)
    raise end_of_masks(counts, [f"{labels}:{line.line}: {line.message}" for line in left_out.faults], output)


def _refinement(options: ResolvedMaskOptions) -> str:
    how = options.refine
    return f"{how}, preset {options.crf_preset}" if how in CRF else how
