"""Metrics of referring expressions: what is averaged over expressions, and what over all pixels together."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import Field

from shared_runtime.configuration import FrozenModel

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Of precision, as on RefCOCO and PhraseCut."""

Pixels = npt.NDArray[np.int64]


class ExpressionMeasures(FrozenModel):
    """The quality of one mask for each of some expressions."""

    expressions: int
    miou: float = Field(description="Mean over expressions of the IoU of their masks.")
    macro_miou: float | None = Field(
        description="Mean over classes of the mean IoU of their expressions; null: no class is known."
    )
    oiou: float = Field(description="All intersections over all unions: large objects count more.")
    precision_at: dict[str, float] = Field(description="Share of expressions whose IoU reaches the threshold.")


def expression_measures(intersections: Pixels, unions: Pixels, groups: Sequence[str]) -> ExpressionMeasures:
    """Measures of N expressions, from the pixels that mask and truth share and those that one of them has, (N,).

    `groups`: the class of each, empty where it is not known. Raises `ValueError` without an expression, and for
    an expression whose union is empty.
    """
    if not len(unions) or not unions.all():
        raise ValueError("got no expression, or one of which neither mask nor truth has a pixel")
    ious = intersections / unions
    by_class = [ious[np.array(groups) == name].mean() for name in sorted({*groups} - {""})]
    return ExpressionMeasures(
        expressions=len(ious),
        miou=float(ious.mean()),
        macro_miou=float(np.mean(by_class)) if by_class else None,
        oiou=float(intersections.sum() / unions.sum()),
        precision_at={f"{threshold:g}": float((ious >= threshold).mean()) for threshold in THRESHOLDS},
    )
