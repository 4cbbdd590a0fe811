"""`capseg refer evaluate`: masks of what texts refer to, or of classes by their names, against the truth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.referring import ReferringArguments
from segmentation.data.referring.opening import open_expressions
from segmentation.data.truth.opening import open_truth, read_image_list
from segmentation.evaluation.expressions import measures_table
from segmentation.evaluation.records import score_table
from segmentation.masks.options import unused_option
from segmentation.referring.class_words import LABELS, NAMES, PAPER, class_words
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode, UsageError
from shared_runtime.wording import counted, numbered

if TYPE_CHECKING:
    from segmentation.evaluation.expressions import ExpressionEvaluation
    from segmentation.evaluation.records import MaskEvaluation
    from segmentation.referring.predict import ExpressionPredictor
    from segmentation.referring.run import TrainedReferring


@with_arguments
def refer_evaluate_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run of refer train.")],
    truth: Annotated[
        Path,
        typer.Option(
            "--truth",
            metavar="FILE|DIR",
            help="RefCOCO's folder or refs(…).p, PhraseCut's refer_….json, a list of expressions with ids of COCO "
            "objects, or a COCO instances file, whose classes then are the expressions. With --zero-shot, what "
            "'capseg evaluate' takes.",
        ),
    ],
    images: Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")],
    instances: Annotated[
        list[Path] | None,
        typer.Option(metavar="INSTANCES.json", help="COCO files with the objects; repeatable."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="LABELS.jsonl", callback=one_label_file, help="Attributes of the classes of a COCO file."
        ),
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Only this part: val, testA, …")] = None,
    regions: Annotated[Literal["masks", "boxes"], typer.Option(help="What counts as true.")] = "masks",
    zero_shot: Annotated[
        bool, typer.Option("--zero-shot", help="Find classes by their names, and score all pixels together.")
    ] = False,
    words: Annotated[
        str,
        typer.Option(
            metavar=f"{NAMES}|{LABELS}|{PAPER}|FILE.toml",
            help="What classes are asked by: their names, as people or as the label space write them; a person "
            "by the paper's eight words; or lists by class.",
        ),
    ] = NAMES,
    score_threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Confidence above which a word is in an image; with --rivals, the share of a cell that all words "
            "of a class have  "
            "[default: .5; with --rivals .2]",
        ),
    ] = None,
    label_space: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Classes of --zero-shot  [default: the truth's]")
    ] = None,
    image_list: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --zero-shot, score only these images.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="MASKS", help="Keep the masks of --zero-shot.")
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that refine and write the masks of --zero-shot.")
    ] = 1,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Images of --zero-shot that the network sees at a time.")
    ] = 1,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="PAGE.html",
            help="Also write a page with the worst and the best images: maps, masks and truth of what was asked.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing page, and masks in -o.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    *,
    shared: ReferringArguments,
) -> None:
    """Score what a trained network makes of referring expressions, beside the whole image and a central box.

    mIoU is the mean over expressions, as on PhraseCut and RefCOCO; images without a prediction count as 0.
    Thresholds are fixed. --zero-shot asks for the classes of a truth by their names: one mIoU over all pixels.

    Exit codes: 0 done; 1 failure; 2 usage; 3 done, but entries of the truth are damaged or images are missing.

    Examples:

      capseg refer evaluate runs/referring --truth refcoco --split val --images train2014 --report page.html

      capseg refer evaluate runs/referring --truth instances_val2017.json --images val2017 --json

      capseg refer evaluate runs/referring --truth VOC2012 --images VOC2012/JPEGImages --zero-shot --words paper
    """
    of_expressions = _OfExpressions(tuple(instances or ()), labels, split, regions)
    of_classes = _OfClasses(words, score_threshold, label_space, image_list, output, processes, batch_size)
    if zero_shot:
        _refuse(of_expressions, "it is about expressions, and --zero-shot finds classes")
        if shared.min_score:
            raise unused_option("min_score", shared.min_score, "--score-threshold says which classes are there")
        if report is not None:
            raise UsageError(
                "the page of --report is about expressions. Of classes: -o MASKS, then capseg report MASKS"
            )
    else:
        _refuse(of_classes, "it is about the classes that --zero-shot finds")
    options = shared.options()
    from segmentation.referring.run import load_referring

    model = load_referring(run)
    scored = _Scored(truth, images, partial(model.predictor, options, shared.device), quiet)
    if zero_shot:
        raise typer.Exit(_tell_classes(*_classes(scored, of_classes, overwrite=overwrite), as_json))
    if report is not None:
        beside = [*of_expressions.instances, *([labels] if labels else [])]
        _check_page(
            report,
            model,
            {"the truth": truth, **{f"{path}, which is read": path for path in beside}},
            images,
            overwrite=overwrite,
        )
    raise typer.Exit(_tell_expressions(_expressions(scored, of_expressions, run, report), as_json))


@dataclass(frozen=True, slots=True)
class _OfExpressions:
    """Options of expressions alone."""

    instances: tuple[Path, ...] = ()
    labels: Path | None = None
    split: str | None = None
    regions: Literal["masks", "boxes"] = "masks"


@dataclass(frozen=True, slots=True)
class _OfClasses:
    """Options of --zero-shot alone."""

    words: str = NAMES
    score_threshold: float | None = None
    label_space: str | None = None
    image_list: Path | None = None
    output: Path | None = None
    processes: int = 1
    batch_size: int = 1


@dataclass(frozen=True, slots=True)
class _Scored:
    """What is scored, and on what."""

    truth: Path
    images: Sequence[Path]
    predictor: Callable[[], "ExpressionPredictor"]
    quiet: bool


def _refuse(options: _OfExpressions | _OfClasses, why: str) -> None:
    """Raises UsageError for the first of them that has another value than its default."""
    for option in fields(options):
        value = getattr(options, option.name)
        if value != option.default:
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            raise unused_option(option.name, shown, why)


def _classes(scored: _Scored, options: _OfClasses, *, overwrite: bool) -> tuple["MaskEvaluation", list[str]]:
    """The classes of a truth, found by their names; names of images without a mask."""
    from segmentation.referring.names import namesakes
    from segmentation.referring.zero_shot import ClassFinder, evaluate_zero_shot

    masks = open_truth(scored.truth, label_space=options.label_space)
    masks = masks if options.image_list is None else masks.restricted_to(read_image_list(options.image_list))
    asked = class_words(masks.label_space, options.words)
    by_id = {label.id: asked[label.name] for label in masks.label_space.foreground}
    predictor = scored.predictor()
    names = predictor.options.names
    same = namesakes(masks.label_space, names) if names else {}
    finder = ClassFinder(predictor, by_id, options.score_threshold, same)
    with progress_display(quiet=scored.quiet) as show:
        return evaluate_zero_shot(
            finder,
            masks,
            scored.images,
            options.output,
            lambda done, total: show("images", done, total),
            overwrite=overwrite,
            processes=options.processes,
            batch_size=options.batch_size,
        )


def _expressions(
    scored: _Scored, options: _OfExpressions, run: Path, report: Path | None
) -> "ExpressionEvaluation":
    """The expressions of a truth; `report`: also the page of the worst and the best images."""
    expressions = open_expressions(
        scored.truth,
        instances=options.instances,
        labels=options.labels,
        regions=options.regions,
        split=options.split,
    )
    from segmentation.referring.evaluate import evaluate_referring

    predictor = scored.predictor()
    with progress_display(quiet=scored.quiet) as show:
        found = evaluate_referring(
            predictor,
            expressions,
            scored.images,
            str(run),
            progress=lambda done, total: show("images", done, total),
        )
    if report is not None:
        from segmentation.report.expressions.report import ExpressionReportOptions, expression_report

        title = ExpressionReportOptions(run.resolve().name)
        shown = expression_report(found, expressions, scored.images, predictor, report, title)
        typer.echo(f"{report}: {counted(shown, 'image')}", err=True)
    return found


def _check_page(
    page: Path, model: "TrainedReferring", read: Mapping[str, Path], images: Sequence[Path], *, overwrite: bool
) -> None:
    """Raises UsageError for a page in the place of what is read: `read`, the images, or a file of the model."""
    from segmentation.report.places import check_page
    from segmentation.runs.trained import model_files

    folders = {**read, **{f"the images {folder}": folder for folder in images}}
    check_page(page, {**model_files(model), **read}, folders, overwrite=overwrite, option="--report")


def _tell_expressions(evaluation: "ExpressionEvaluation", as_json: bool) -> ExitCode:
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        typer.echo("\n".join(measures_table(evaluation)))
        typer.echo(evaluation.protocol.line())
    for warning in evaluation.protocol.warnings():
        typer.echo(warning, err=True)
    damaged = evaluation.protocol.rejected or evaluation.protocol.missing
    return ExitCode.PARTIAL if damaged else ExitCode.OK


def _tell_classes(evaluation: "MaskEvaluation", lost: list[str], as_json: bool) -> ExitCode:
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        typer.echo("\n".join(score_table(evaluation)))
        typer.echo(evaluation.protocol.line())
    if lost:
        typer.echo(f"{numbered(len(lost), 'image has', 'images have')} no mask; the first: {lost[0]}", err=True)
    return ExitCode.PARTIAL if lost else ExitCode.OK
