"""Two sets of labels class by class, as in Fig. 4 of Vilar & Perez."""

from collections.abc import Mapping

from caption_parser.evaluation.metrics import ClassCounts
from caption_parser.evaluation.records import ClassDifference


def compare_classes(
    counts: Mapping[int, ClassCounts], against: Mapping[int, ClassCounts], names: Mapping[int, str]
) -> tuple[ClassDifference, ...]:
    """The difference in IoU of every class of `counts`, the largest absolute difference first, then by id.

    `against` holds the counts of the other labels on the same truth; an undefined IoU counts as 0.
    """
    rows = (
        ClassDifference(
            id=label,
            name=names[label],
            iou=ours.iou,
            against_iou=against[label].iou,
            difference=(ours.iou or 0.0) - (against[label].iou or 0.0),
        )
        for label, ours in counts.items()
    )
    return tuple(sorted(rows, key=lambda row: (-abs(row.difference), row.id)))
