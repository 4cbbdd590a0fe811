"""Masks of referring expressions against the truth, beside what masks that see nothing would get."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import Field

from segmentation.data.folders import ImageFolders
from segmentation.data.images import RgbImage, read_image
from segmentation.data.read_ahead import array_bytes, read_ahead
from segmentation.data.referring.expressions import BoolMask, Expression, ExpressionSet
from segmentation.evaluation.expression_metrics import THRESHOLDS, ExpressionMeasures, expression_measures
from segmentation.evaluation.records import BadMask, ratio
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError
from shared_runtime.wording import numbered

Predict = Callable[[RgbImage, Sequence[str]], BoolMask]
"""Masks (N, H, W) of N texts on one image (H, W, 3)."""


class ExpressionProtocol(FrozenModel):
    """How the figures came about, so that two of them can be compared."""

    truth: str
    split: str | None = Field(description="Null: all parts of the data set.")
    regions: str = Field(description="What counts as true: masks, or boxes.")
    prediction: str = Field(description="How masks were made, and whether their threshold was fixed or tuned.")
    images: int
    missing: tuple[BadMask, ...] = Field(
        description="Images of which there is no prediction; their expressions count as 0."
    )
    rejected: tuple[str, ...] = Field(description="Damaged entries of the truth, with their places.")
    without_region: int = Field(description="Entries without anything to score: not counted.")

    def line(self) -> str:
        """The protocol as one line to print beside a figure."""
        part = "" if self.split is None else f", split {self.split}"
        return (
            f"{self.truth}{part}: {self.images:,} images, {len(self.missing):,} without a prediction (their "
            f"expressions count as 0); true {self.regions}, several objects in one; mIoU: mean over expressions; "
            f"macro: over classes; oIoU: over all pixels together; P@t: IoU of t or more; {self.prediction}"
        )

    def warnings(self) -> Iterator[str]:
        """What changes the figures and may surprise, a sentence each."""
        if self.rejected:
            damaged = numbered(len(self.rejected), "entry of the truth is", "entries of the truth are")
            yield f"{damaged} damaged; the first: {self.rejected[0]}"
        if self.without_region:
            unseen = numbered(self.without_region, "entry of the truth refers", "entries of the truth refer")
            yield f"{unseen} to nothing that can be scored"
        if self.missing:
            first = self.missing[0]
            missing = numbered(len(self.missing), "image has", "images have")
            yield f"{missing} no prediction; the first: {first.key}: {first.reason}"


class ComparedMeasures(FrozenModel):
    """The quality of masks, and that of two masks that any image has."""

    masks: ExpressionMeasures
    whole_image: ExpressionMeasures = Field(description="Of masks of all pixels.")
    central_box: ExpressionMeasures = Field(description="Of boxes of half the height and width in the middle.")


class ExpressionEvaluation(ComparedMeasures):
    """The quality of the masks of referring expressions."""

    kinds: dict[str, ComparedMeasures] = Field(description="By data set, or by how expressions were made.")
    ious: tuple[float, ...] = Field(
        exclude=True, repr=False, description="Of the mask of each expression, image by image as in the truth."
    )
    protocol: ExpressionProtocol


@dataclass(slots=True)
class _Tally:
    """Pixels of masks and of their truth, an expression after the other."""

    intersections: list[int] = field(default_factory=list)
    unions: list[int] = field(default_factory=list)

    def add(self, predicted: BoolMask, true: BoolMask) -> None:
        self.intersections.append(int((predicted & true).sum()))
        self.unions.append(int((predicted | true).sum()))

    def ious(self) -> tuple[float, ...]:
        """By expression."""
        return tuple(one / other for one, other in zip(self.intersections, self.unions, strict=True))

    def measures(self, scored: Sequence[Expression], kind: str | None = None) -> ExpressionMeasures:
        """Of the expressions `scored`, in the order in which they were added, or those of a kind."""
        chosen = [place for place, one in enumerate(scored) if kind in (None, one.kind)]
        intersections, unions = (np.array(counts, dtype=np.int64) for counts in (self.intersections, self.unions))
        groups = [scored[place].group for place in chosen]
        return expression_measures(intersections[chosen], unions[chosen], groups)


def evaluate_expressions(
    truth: ExpressionSet,
    images: Sequence[Path],
    predict: Predict,
    *,
    prediction: str,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ExpressionEvaluation:
    """Scores what `predict` makes of every image of `truth` in the folders `images`, all its expressions at once.

    An image that is missing, cannot be read or has another size than its truth costs its expressions 0 and is
    told in the protocol, as PhraseCut's evaluation has it. `prediction` is for the protocol. Raises InputError
    where there is not one prediction.
    """
    folders = ImageFolders(images)
    own, whole, box = _Tally(), _Tally(), _Tally()
    scored: list[Expression] = []
    missing: list[BadMask] = []
    by_image = [*truth.by_image()]
    seen = read_ahead(by_image, lambda expressions: _read(expressions[0], folders), array_bytes)
    for done, (expressions, image) in enumerate(zip(by_image, seen, strict=True), 1):
        masks: list[BoolMask] | None = None
        try:
            masks = _predicted(expressions, image, predict)
        except (InputError, MemoryError) as error:
            missing.append(BadMask(key=expressions[0].key, reason=str(error)))
        for place, expression in enumerate(expressions):
            true = expression.region.mask()
            own.add(np.zeros_like(true) if masks is None else masks[place], true)
            whole.add(np.ones_like(true), true)
            box.add(central_box(*true.shape), true)
        scored += expressions
        progress(done, len(by_image))
    if len(missing) == len(by_image):
        raise InputError(f"not one image has a prediction; the first reason is: {missing[0].reason}")

    def compared(kind: str | None = None) -> ComparedMeasures:
        return ComparedMeasures(
            masks=own.measures(scored, kind),
            whole_image=whole.measures(scored, kind),
            central_box=box.measures(scored, kind),
        )

    return ExpressionEvaluation(
        **dict(compared()),
        kinds={kind: compared(kind) for kind in sorted({one.kind for one in scored})},
        ious=own.ious(),
        protocol=ExpressionProtocol(
            truth=str(truth.path),
            split=truth.split,
            regions=truth.regions,
            prediction=prediction,
            images=len(by_image),
            missing=tuple(missing),
            rejected=tuple(map(str, truth.rejected)),
            without_region=truth.without_region,
        ),
    )


def central_box(height: int, width: int) -> BoolMask:
    """The box of half the height and half the width in the middle of an image, (H, W)."""
    box = np.zeros((height, width), dtype=np.bool_)
    top, left = height // 4, width // 4
    box[top : top + (height + 1) // 2, left : left + (width + 1) // 2] = True
    return box


def measures_table(evaluation: ExpressionEvaluation) -> Iterator[str]:
    """Lines of a table: the masks and the two that see nothing, of all expressions and by their kinds."""
    rows = _rows(evaluation)
    for kind, of_kind in evaluation.kinds.items() if len(evaluation.kinds) > 1 else ():
        rows |= _rows(of_kind, f", {kind}")
    width = max(map(len, rows))
    heads = ("mIoU", "macro", "oIoU", *(f"P@{threshold:g}" for threshold in THRESHOLDS))
    yield f"{'':{width}}  {'N':>6}  {'  '.join(f'{head:>5}' for head in heads)}"
    for name, row in rows.items():
        values = (row.miou, row.macro_miou, row.oiou, *row.precision_at.values())
        yield f"{name:{width}}  {row.expressions:>6,}  {'  '.join(f'{ratio(value):>5}' for value in values)}"


def _rows(found: ComparedMeasures, suffix: str = "") -> dict[str, ExpressionMeasures]:
    named = {"masks": found.masks, "whole image": found.whole_image, "central box": found.central_box}
    return {f"{name}{suffix}": measures for name, measures in named.items()}


def _predicted(expressions: Sequence[Expression], image: RgbImage | Exception, predict: Predict) -> list[BoolMask]:
    """A mask for each expression of an image, each text being asked once. Raises why there is no image."""
    if isinstance(image, Exception):
        raise image
    texts = [*dict.fromkeys(expression.text for expression in expressions)]
    masks = dict(zip(texts, predict(image, texts), strict=True))
    return [masks[expression.text] for expression in expressions]


def _read(expression: Expression, folders: ImageFolders) -> RgbImage | Exception:
    """As `image_of`, or why there is no image: for a thread, which goes on."""
    try:
        return image_of(expression, folders)
    except (InputError, MemoryError) as error:
        return error


def image_of(expression: Expression, folders: ImageFolders) -> RgbImage:
    """The image that an expression speaks of. InputError where there is none, or one of another size."""
    path = folders.look_up(expression.file_name, expression.image_id)
    if isinstance(path, str):
        raise InputError(path)
    image = read_image(path)
    height, width = expression.region.height, expression.region.width
    if image.shape[:2] != (height, width):
        raise InputError(
            f"{path}: got {image.shape[1]} × {image.shape[0]} pixels, expected {width} × {height}, as in the truth"
        )
    return image
