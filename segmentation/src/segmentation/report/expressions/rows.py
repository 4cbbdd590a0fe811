"""One image of a report with some of its expressions: what the network makes of each, beside its truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentation.data.folders import ImageFolders
from segmentation.data.referring.expressions import Expression
from segmentation.evaluation.expressions import image_of
from segmentation.report.pictures import heat, jpeg, mask_png, thumbnail
from segmentation.report.rows import Picture

if TYPE_CHECKING:
    from segmentation.referring.predict import ExpressionPredictor


@dataclass(frozen=True, slots=True)
class JudgedImage:
    """An image with its expressions, and how good their masks are."""

    expressions: Sequence[Expression]
    ious: Sequence[float]
    """Of each of them."""

    @property
    def key(self) -> str:
        """As that of its expressions."""
        return self.expressions[0].key

    @property
    def score(self) -> float:
        """The mean over its expressions."""
        return float(np.mean(self.ious))


@dataclass(frozen=True, slots=True)
class ShownExpression:
    """An expression with all that is shown of it."""

    text: str
    group: str
    """Its class; empty: it is not known."""
    iou: float
    confidence: float
    """In [0, 1]: above .5, the network says that the image shows it."""
    map: Picture
    layers: Sequence[Picture]
    """The mask and the truth; their background is transparent."""


@dataclass(frozen=True, slots=True)
class ExpressionRow:
    """One image with all that is shown of it."""

    id: str
    """Its place on the page."""
    key: str
    score: float
    image: str
    """A data URI."""
    expressions: Sequence[ShownExpression]
    """The lowest IoU first."""
    left_out: int
    """Expressions of the image that are not shown."""


def expression_row(
    row_id: str, judged: JudgedImage, most: int, predictor: "ExpressionPredictor", folders: ImageFolders
) -> ExpressionRow:
    """One image with the `most` worst of its expressions, which are asked together with all others.

    Raises InputError where it is not there any more, or cannot be read.
    """
    image = image_of(judged.expressions[0], folders)
    texts = [*dict.fromkeys(expression.text for expression in judged.expressions)]
    maps = predictor.maps(predictor.encode(image), texts)
    masks, strengths = predictor.masks(image, maps), predictor.strengths(maps)
    small = thumbnail(image)
    shown = []
    for place in np.argsort(judged.ious, kind="stable")[:most].tolist():
        expression, asked = judged.expressions[place], texts.index(judged.expressions[place].text)
        shown.append(
            ShownExpression(
                expression.text,
                expression.group,
                judged.ious[place],
                float(maps.confidences[asked]),
                Picture("map", jpeg(heat(small, strengths[asked], maps.margin))),
                [
                    Picture("mask", mask_png(masks[asked].astype(np.uint8))),
                    Picture("truth", mask_png(expression.region.mask().astype(np.uint8))),
                ],
            )
        )
    left_out = len(judged.expressions) - len(shown)
    return ExpressionRow(row_id, judged.key, judged.score, jpeg(small), shown, left_out)
