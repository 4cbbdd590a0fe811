"""`evaluate`: a folder of masks against ground truth."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from segmentation.data.masks import IGNORE_INDEX
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.mask_classes import mask_classes, transfer_to
from segmentation.evaluation.matching import matched_masks
from segmentation.evaluation.metrics import ConfusionMatrix, SegmentationMetrics, segmentation_metrics
from segmentation.evaluation.records import ClassScores, EvaluationProtocol, MaskEvaluation, Missing
from segmentation.evaluation.scoring import Score, scores_in_parts
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace


def evaluate(
    masks: Path,
    truth: Truth,
    *,
    masks_label_space: str | Path | LabelSpace | None = None,
    missing: Missing = Missing.BACKGROUND,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _images: None,
) -> MaskEvaluation:
    """Scores the masks `<image stem>.png` of a folder: IoU, precision and recall over all pixels together.

    `truth`: as `open_truth` gives it, all of it or a part. `masks_label_space`: if it is not the truth's; classes
    that the truth lacks then count as background (see `ClassTransfer`). `progress` is called with the number of
    images done since its last call. The result does not depend on `processes`; worker processes are spawned, so
    that a script that asks for several guards its main part by `if __name__ == "__main__"`.

    Raises `InputError` where the truth has no image in common with the folder, or where not one mask can be
    scored; `LabelSpaceError` for a label space, `UsageError` for `processes`, for label spaces without a common
    class, and for masks whose folder says that they are of another one.
    """
    if processes < 1:
        raise UsageError(f"got {processes} processes, expected 1 or more")
    transfer = transfer_to(truth.label_space, masks, masks_label_space)
    matched = matched_masks(masks, truth.keys())
    total = Score(ConfusionMatrix(len(truth.class_names)))
    for part in scores_in_parts(matched.files, truth, missing, processes, transfer):
        total += part
        progress(part.images)
    _check_scored(total, len(truth), masks, transferred=transfer is not None)
    metrics = segmentation_metrics(total.matrix.counts)
    return MaskEvaluation(
        miou=metrics.miou,
        miou_with_absent=metrics.miou_with_absent,
        precision=metrics.mean_precision,
        recall=metrics.mean_recall,
        classes=tuple(_class_scores(total.matrix, metrics, truth.class_names)),
        protocol=EvaluationProtocol(
            masks=str(masks),
            truth=str(truth.path),
            label_space=truth.label_space.reference,
            classes_transferred=None if transfer is None else transfer.n_known,
            masks_say_their_classes=masks_label_space is not None or mask_classes(masks) is not None,
            truth_rules=truth.rules,
            truth_flaws=tuple(truth.flaws),
            images_in_truth=len(truth),
            images_scored=total.scored,
            images_without_mask=total.without_mask,
            missing=missing,
            bad_masks=tuple(total.bad_masks),
            bad_truth=tuple(total.bad_truth),
            masks_outside_truth=matched.outside,
            classes=len(truth.class_names),
            classes_in_truth=int(metrics.in_truth.sum()),
            ignored_pixels=total.matrix.ignored,
            abstained_pixels=total.matrix.abstained,
        ),
    )


def _check_scored(total: Score, n_images: int, masks: Path, *, transferred: bool) -> None:
    """Raises InputError where not one mask was scored, and where masks show whatever is no class alone."""
    if len(total.bad_masks) + len(total.bad_truth) + total.without_mask == n_images:
        bad = (total.bad_masks or total.bad_truth)[0]
        raise InputError(f"not one mask can be scored; the first reason is: {bad.reason}")
    if not transferred and total.matrix.abstained and not total.matrix.counts[:, 1:-1].any():
        raise InputError(
            f"{masks}: got masks of the values 0 and {IGNORE_INDEX} alone, expected class ids: {IGNORE_INDEX} "
            f"means 'no class'. Is {IGNORE_INDEX} the object? Then write its class id in its place"
        )


def _class_scores(
    matrix: ConfusionMatrix, metrics: SegmentationMetrics, names: tuple[str, ...]
) -> Iterator[ClassScores]:
    counts = matrix.counts
    for class_id, name in enumerate(names):
        yield ClassScores(
            id=class_id,
            name=name,
            iou=_defined(metrics.iou[class_id]),
            precision=_defined(metrics.precision[class_id]),
            recall=_defined(metrics.recall[class_id]),
            true_pixels=int(counts[class_id].sum()),
            predicted_pixels=int(counts[:, class_id].sum()),
        )


def _defined(ratio: float) -> float | None:
    return None if math.isnan(ratio) else float(ratio)
