"""`evaluate`: a label file against ground truth in COCO's format."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from caption_parser.evaluation.confidence import average_precisions, judged_labels, reliability
from caption_parser.evaluation.metrics import ClassCounts, count, macro, mean, micro
from caption_parser.evaluation.predictions import Predictions, check_overlap, read_predictions
from caption_parser.evaluation.records import (
    ClassDifference,
    ClassScores,
    Comparison,
    Evaluation,
    MacroScores,
    MicroScores,
    Missing,
    Protocol,
    Reliability,
)
from caption_parser.evaluation.truth import GroundTruth, read_ground_truth
from shared_runtime.errors import UsageError
from shared_schemas import LabelSpace, load_label_space
from shared_schemas.errors import did_you_mean

Ranking = Mapping[int, float | None]
"""The average precision of each class; empty: labels have no confidence."""


def evaluate(
    labels: Path,
    truth: Path,
    *,
    label_space: str | Path = "coco",
    against: Path | None = None,
    min_votes: int = 1,
    include_crowd: bool = True,
    strict: bool = False,
    missing: str = Missing.NOTHING,
) -> Evaluation:
    """Scores the foreground classes of `labels` over the images that `truth` lists (Table 5 of the paper).

    Images without a record count as "nothing predicted", unless `missing` says that they are skipped; records of
    other images are left out; both are counted in the protocol. `against` is a second label file to compare with
    class by class (Fig. 4), on the same images.
    `min_votes`: captions that must assert a class. `include_crowd`: crowd regions show their class as well.
    `strict`: an annotation whose mask is none refuses the truth; otherwise its pixels are not counted.

    Raises `InputError` for files that cannot be read or do not belong together, `RecordError` for a line of a
    label file, `LabelSpaceError` for the label space, `UsageError` for the other options.
    """
    if min_votes < 1:
        raise UsageError(f"got min_votes {min_votes}, expected 1 or more")
    if missing not in set(Missing):
        hint = did_you_mean(missing, map(str, Missing))
        raise UsageError(f"got missing {missing!r}, expected {' or '.join(Missing)}.{hint}")
    space = load_label_space(label_space)
    # The labels first: to read a truth takes seconds.
    of_labels = read_predictions(labels, space, min_votes=min_votes)
    of_against = read_predictions(against, space, min_votes=min_votes) if against else None
    ground_truth = read_ground_truth(truth, space, include_crowd=include_crowd, strict=strict)
    images = ground_truth.classes.keys()
    predictions = of_labels.matched_to(ground_truth)
    check_overlap(labels, predictions, ground_truth.classes)
    other = of_against.matched_to(ground_truth) if of_against else None
    if against and other:
        check_overlap(against, other, ground_truth.classes)
    if missing == Missing.SKIP:
        recorded = {image: found for image, found in ground_truth.classes.items() if image in predictions.classes}
        ground_truth = replace(ground_truth, classes=recorded)
    counts = _score(predictions, ground_truth)
    ranking = _rank(predictions, ground_truth)
    comparison = None
    if against and other:
        others = _score(other, ground_truth)
        comparison = _compare(against, counts, others, _rank(other, ground_truth), space)
    return Evaluation(
        macro=_macro(counts, ranking),
        micro=_micro(counts),
        images=len(ground_truth.classes),
        protocol=Protocol(
            labels=str(labels),
            truth=str(truth),
            label_space=space.reference,
            labels_made_with=predictions.label_space,
            min_votes=min_votes,
            include_crowd=include_crowd,
            macro_classes=sum(c.occurs for c in counts.values()),
            never_predicted=sum(c.occurs and c.precision is None for c in counts.values()),
            images_in_truth=len(images),
            missing=Missing(missing),
            images_without_record=len(images - predictions.classes.keys()),
            records_outside_truth=len(predictions.classes.keys() - images),
            pixel_source=ground_truth.pixel_source,
            truth_flaws=tuple(ground_truth.flaws),
        ),
        classes=tuple(_class_scores(counts, ranking, space)),
        reliability=_reliability(predictions, ground_truth),
        comparison=comparison,
    )


def _score(predictions: Predictions, truth: GroundTruth) -> dict[int, ClassCounts]:
    return count(truth.classes, predictions.classes, truth.class_ids, truth.pixels)


def _rank(predictions: Predictions, truth: GroundTruth) -> Ranking:
    if predictions.confidences is None:
        return {}
    return average_precisions(truth.classes, predictions.confidences, truth.class_ids)


def _reliability(predictions: Predictions, truth: GroundTruth) -> Reliability | None:
    if predictions.confidences is None:
        return None
    return reliability(judged_labels(truth.classes, predictions.confidences, frozenset(truth.class_ids)))


def _compare(
    path: Path,
    counts: Mapping[int, ClassCounts],
    against: Mapping[int, ClassCounts],
    ranking: Ranking,
    space: LabelSpace,
) -> Comparison:
    names = {label.id: label.name for label in space.classes}
    return Comparison(
        against=str(path),
        macro=_macro(against, ranking),
        micro=_micro(against),
        classes=compare_classes(counts, against, names),
    )


def _macro(counts: Mapping[int, ClassCounts], ranking: Ranking) -> MacroScores:
    means = macro(counts.values())
    return MacroScores(
        miou=means.iou,
        precision=means.precision,
        recall=means.recall,
        pixel_recall=means.pixel_recall,
        average_precision=mean(ranking.values()),
    )


def _micro(counts: Mapping[int, ClassCounts]) -> MicroScores:
    return MicroScores(**asdict(micro(counts.values())))


def _class_scores(counts: Mapping[int, ClassCounts], ranking: Ranking, space: LabelSpace) -> Iterable[ClassScores]:
    for label, found in counts.items():
        yield ClassScores(
            id=label,
            name=space.by_id[label].name,
            tp=found.tp,
            fp=found.fp,
            fn=found.fn,
            iou=found.iou,
            precision=found.precision,
            recall=found.recall,
            pixel_recall=found.pixel_recall,
            average_precision=ranking.get(label),
        )


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
