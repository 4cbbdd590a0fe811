"""A `Calibration` for people: what it gains on images that it has not seen, and what it goes by."""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table

from caption_parser.calibration.records import Calibration
from shared_runtime.command_line.tables import numeric_table, shown_ratio

_SHOWN_CLASSES = 5


def as_table(calibration: Calibration) -> Group:
    """Scores before and after, then the weights, to print with rich."""
    return Group(_scores(calibration), _weights(calibration))


def notes(calibration: Calibration) -> Iterator[str]:
    """What it was fitted on, how it was scored, and the classes that it trusts least and most."""
    training, folds = calibration.training, calibration.cross_validation.folds
    yield (
        f"fitted on {training.judged_labels:,} labels of {training.images:,} images ({training.labels}, "
        f"{training.truth}), {training.correct:.1%} of them right; scores of labels whose images were held out, "
        f"{folds} folds"
    )
    if calibration.cross_validation.before is None:
        yield "no scores before calibration: not all labels have a confidence"
    ranked = sorted(calibration.class_offsets.items(), key=lambda item: (item[1], item[0]))
    for what, classes in (("least", ranked[:_SHOWN_CLASSES]), ("most", ranked[: -_SHOWN_CLASSES - 1 : -1])):
        shown = ", ".join(f"{name} {offset:+.2f}" for name, offset in classes)
        yield f"with equal evidence, {what} likely right: {shown}"


def _scores(calibration: Calibration) -> Table:
    table = numeric_table("confidence", "log loss", "calibration error", "average precision")
    found = calibration.cross_validation
    for name, scores in (("before", found.before), ("after", found.after)):
        if scores is not None:
            values = (scores.log_loss, scores.expected_calibration_error, scores.average_precision)
            table.add_row(name, *map(shown_ratio, values))
    return table


def _weights(calibration: Calibration) -> Table:
    table = numeric_table("evidence", "weight")
    for name, weight in (("intercept", calibration.intercept), *calibration.weights.items()):
        table.add_row(name, f"{weight:+.2f}")
    return table
