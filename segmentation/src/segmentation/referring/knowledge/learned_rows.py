"""Where a network that learned the labels of captions finds a class, by its name. Not in the paper.

What the captions of an image name teaches a row per class sooner than their phrases teach two projections: where
a network has both, its class names start where the rows are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from segmentation.backbones.loading import read_tensors
from segmentation.data.phrases import class_text
from segmentation.localization.run import load_localizer
from segmentation.runs.trained import is_saved, said_of_saved
from shared_runtime.errors import InputError
from shared_schemas import LabelClass

_LINEAR_HEAD = "head.classifier.weight"
"""Of a segmenter: the rows of the background and of K classes."""


class NamedRows(NamedTuple):
    """Rows over the C channels of a backbone, and what they find."""

    texts: tuple[str, ...]
    """K, as `class_text` has them."""
    rows: Tensor
    """`[K C]`, none of them 0."""


def named_rows(weights: Path) -> NamedRows:
    """The rows of a localizer, from the weights in its run folder, or of a saved segmenter with a linear head.

    Raises InputError for another model.
    """
    folder = weights.parent
    if is_saved(folder):
        classes, rows = _saved_rows(folder, read_tensors(weights))
    else:
        localizer = load_localizer(folder)
        classes = localizer.vocabulary.classes
        rows = localizer.network.class_rows().rows
    # A class that was never seen, and that ImageNet lacks, has no direction.
    learned = rows.norm(dim=1) > 0
    texts = (class_text(label) for label, known in zip(classes, learned, strict=True) if known)
    return NamedRows(tuple(texts), rows[learned].float())


def _saved_rows(folder: Path, tensors: Mapping[str, Tensor]) -> tuple[Sequence[LabelClass], Tensor]:
    """The classes of a saved segmenter and their rows."""
    if _LINEAR_HEAD not in tensors:
        raise InputError(
            f"{folder}: got a model without a row for each class, expected a segmenter with a linear head, such "
            "as 'capseg convert' makes of a localizer, or the folder of a localizer's run"
        )
    rows = tensors[_LINEAR_HEAD].flatten(1)[1:]
    numbers = range(1, len(rows) + 1)
    names = said_of_saved(
        folder,
        "which classes the model has",
        lambda config: [config["id2label"][str(number)] for number in numbers],
    )
    return [LabelClass(id=number, name=name, phrases=(name,)) for number, name in enumerate(names, 1)], rows
