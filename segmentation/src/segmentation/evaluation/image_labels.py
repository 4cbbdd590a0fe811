"""How well a network's scores of whole images rank those that have a class before those that have not."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt
from pydantic import Field

from segmentation.evaluation.records import ratio
from shared_runtime.configuration import FrozenModel
from shared_runtime.ranking import average_precision


class ClassRanking(FrozenModel):
    """One class."""

    id: int = Field(description="Contiguous class id.")
    name: str
    average_precision: float | None = Field(description="Null: no image has the class.")
    images: int = Field(description="How many have it.")


class LabelRanking(FrozenModel):
    """The quality of the scores of images."""

    average_precision: float | None = Field(
        description="Mean over the classes that an image has; null: none has any."
    )
    chance: float | None = Field(description="What scores without sense would get: mean share of the images.")
    images: int
    classes_in_truth: int = Field(description="The means are over these.")
    classes: tuple[ClassRanking, ...] = Field(description="In the order of ids.")


def label_ranking(
    scores: npt.NDArray[np.floating], present: npt.NDArray[np.bool_], names: Sequence[str]
) -> LabelRanking:
    """Average precision per class and its mean (macro); `scores`, any numbers, and `present` are (N, K)."""
    classes = tuple(
        ClassRanking(
            id=column + 1,
            name=name,
            average_precision=average_precision(scores[:, column], present[:, column]),
            images=int(present[:, column].sum()),
        )
        for column, name in enumerate(names)
    )
    found = [one for one in classes if one.average_precision is not None]
    return LabelRanking(
        average_precision=fmean(one.average_precision or 0.0 for one in found) if found else None,
        chance=fmean(one.images / len(present) for one in found) if found else None,
        images=len(present),
        classes_in_truth=len(found),
        classes=classes,
    )


def ranking_table(ranking: LabelRanking) -> Iterator[str]:
    """Lines of a table: the classes that images have, then the mean."""
    shown = [one for one in ranking.classes if one.images]
    width = max(len(name) for name in ("class", *(one.name for one in shown)))
    yield f"{'class':{width}}  {'average precision':>17}  {'images':>6}"
    for one in shown:
        yield f"{one.name:{width}}  {ratio(one.average_precision):>17}  {one.images:>6,}"
    yield f"{'mean':{width}}  {ratio(ranking.average_precision):>17}  {ranking.images:>6,}"
