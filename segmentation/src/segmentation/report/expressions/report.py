"""`expression_report`: the worst and the best images of an evaluation, with all that was looked for in them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.data.folders import ImageFolders
from segmentation.data.referring.expressions import ExpressionSet
from segmentation.evaluation.expressions import ExpressionEvaluation
from segmentation.report.expressions.page import PageContent, render
from segmentation.report.expressions.rows import ExpressionRow, JudgedImage, expression_row
from segmentation.report.survey import Extremes
from shared_runtime.errors import InputError
from shared_runtime.files import writing
from shared_schemas.files import replace_file

if TYPE_CHECKING:
    from segmentation.referring.predict import ExpressionPredictor


@dataclass(frozen=True, slots=True)
class ExpressionReportOptions:
    """What a report shows."""

    title: str
    """What the network is called."""
    count: int = 40
    """How many images: half of them the worst, half the best."""
    most: int = 8
    """Expressions of an image that are shown, the worst of them."""


def expression_report(
    evaluation: ExpressionEvaluation,
    truth: ExpressionSet,
    images: Sequence[Path],
    predictor: "ExpressionPredictor",
    output: Path,
    options: ExpressionReportOptions,
) -> int:
    """Write an HTML page about what `evaluation` scored; returns how many images it shows.

    `truth` and `images` are those of the evaluation, `predictor` its network, which looks at the images that are
    shown once more. Images without a prediction are not shown. Raises OutputError where the page cannot be
    written.
    """
    judged = {image.key: image for image in judged_images(evaluation, truth)}
    extremes = Extremes((options.count + 1) // 2, options.count // 2)
    by_group: defaultdict[str, list[float]] = defaultdict(list)
    lost = {image.key for image in evaluation.protocol.missing}
    for key, image in judged.items():
        if key not in lost:
            extremes.add(image.score, key)
        for expression, iou in zip(image.expressions, image.ious, strict=True):
            if expression.group:
                by_group[expression.group].append(iou)
    notes = [*evaluation.protocol.warnings()]
    chosen = [judged[one.key] for one in sorted({*extremes.worst(), *extremes.best()})]
    rows = [*_rows(chosen, options.most, predictor, ImageFolders(images), notes)]
    content = PageContent(options.title, evaluation, by_group, rows, notes)
    with writing(output):
        replace_file(output, render(content).encode("utf-8", "replace"))
    return len(rows)


def judged_images(evaluation: ExpressionEvaluation, truth: ExpressionSet) -> Iterator[JudgedImage]:
    """The images of a truth with the IoUs of their expressions."""
    start = 0
    for expressions in truth.by_image():
        yield JudgedImage(expressions, evaluation.ious[start : start + len(expressions)])
        start += len(expressions)


def _rows(
    chosen: Sequence[JudgedImage],
    most: int,
    predictor: "ExpressionPredictor",
    folders: ImageFolders,
    notes: list[str],
) -> Iterator[ExpressionRow]:
    """The lowest score first; what is wrong with an image is noted."""
    for number, judged in enumerate(chosen, 1):
        try:
            yield expression_row(f"image-{number}", judged, most, predictor, folders)
        except InputError as error:
            notes.append(f"Not shown: {error}")
