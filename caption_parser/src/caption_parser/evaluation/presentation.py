"""An `Evaluation` for people: tables for a terminal, and what a reader of the figures should know."""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table

from caption_parser.evaluation.graph_evaluation import GraphEvaluation
from caption_parser.evaluation.masks import PixelSource
from caption_parser.evaluation.records import (
    Comparison,
    Evaluation,
    MacroScores,
    MicroScores,
    Missing,
    Reliability,
)
from shared_runtime.command_line.tables import numeric_table, shown_ratio

FIGURE_4_CLASSES = 35
"""How many classes Fig. 4 of Vilar & Perez shows."""


def as_table(evaluation: Evaluation) -> Group:
    """The averages, the classes, confidence and the comparison if there are any, to print with rich."""
    parts = [_averages(evaluation), _classes(evaluation)]
    if evaluation.reliability:
        parts.append(_reliability(evaluation.reliability))
    if evaluation.comparison:
        parts.append(_differences(evaluation.comparison))
    return Group(*parts)


def as_graph_table(evaluation: GraphEvaluation) -> Table:
    """Set Match, SPICE and the three F1, to print with rich."""
    scores = evaluation.scores
    table = numeric_table("", "precision", "recall", "F1")
    for name, one in (
        ("objects", scores.objects),
        ("attributes", scores.attributes),
        ("relations", scores.relations),
    ):
        table.add_row(name, *map(shown_ratio, (one.precision, one.recall, one.f1)))
    set_match, spice = 100 * evaluation.set_match, 100 * evaluation.spice
    table.caption = f"{evaluation.captions:,} captions: Set Match {set_match:.1f}, SPICE {spice:.1f}"
    return table


def coverage(evaluation: Evaluation) -> Iterator[str]:
    """What of the truth has no record, a line to read before the figures."""
    protocol = evaluation.protocol
    if protocol.images_without_record:
        done = {
            Missing.NOTHING: "scored as nothing predicted; --missing skip leaves them out",
            Missing.SKIP: "left out; --missing nothing scores them as nothing predicted",
        }
        share = f"{protocol.images_without_record:,} of {protocol.images_in_truth:,} images"
        yield f"{share} have no label record: {done[protocol.missing]}"


def notes(evaluation: Evaluation) -> Iterator[str]:
    """The protocol in words, and what may surprise about these figures beside `coverage`."""
    protocol = evaluation.protocol
    missing = {Missing.NOTHING: "scored as nothing predicted", Missing.SKIP: "left out"}[protocol.missing]
    yield (
        f"protocol: {evaluation.images:,} of {protocol.images_in_truth:,} images of {protocol.truth}, "
        f"{protocol.images_without_record:,} without a record: {missing}; label space {protocol.label_space}, "
        f"a class counts if {protocol.min_votes} caption(s) or more assert it, crowd regions "
        f"{'included' if protocol.include_crowd else 'left out'}; macro: mean over the "
        f"{protocol.macro_classes} classes that occur"
    )
    if protocol.never_predicted:
        yield f"{protocol.never_predicted} class(es) never predicted: precision counts as 0 in the macro mean"
    if protocol.records_outside_truth:
        yield f"{protocol.records_outside_truth:,} label records left out: their images are not in the truth"
    if protocol.labels_made_with != protocol.label_space:
        yield f"the labels were made with {protocol.labels_made_with}, which lists different synsets or words"
    if evaluation.macro.average_precision is None:
        yield "no average precision: not all labels have a confidence"
    if protocol.truth_flaws:
        yield (
            f"{len(protocol.truth_flaws):,} annotations without a usable mask: they show their class, but none of "
            f"its pixels (--strict refuses bad masks); the first: {protocol.truth_flaws[0]}"
        )
    if protocol.pixel_source is PixelSource.AREAS:
        yield (
            "pixel recall from sums of 'area', where overlaps count twice; "
            "for masks: pip install 'capparse[masks]'"
        )


def _averages(evaluation: Evaluation) -> Table:
    ranked = evaluation.macro.average_precision is not None
    table = numeric_table("", "IoU", "precision", "recall", "pixel recall", *["average precision"] * ranked)
    _add_averages(table, "", evaluation.macro, evaluation.micro)
    if evaluation.comparison:
        _add_averages(table, " of the other file", evaluation.comparison.macro, evaluation.comparison.micro)
    return table


def _add_averages(table: Table, suffix: str, macro: MacroScores, micro: MicroScores) -> None:
    means = (macro.miou, macro.precision, macro.recall, macro.pixel_recall, macro.average_precision)
    ratios = (micro.iou, micro.precision, micro.recall, micro.pixel_recall, None)
    columns = len(table.columns) - 1
    table.add_row(f"macro{suffix}", *map(shown_ratio, means[:columns]))
    table.add_row(f"micro{suffix}", *map(shown_ratio, ratios[:columns]))


def _classes(evaluation: Evaluation) -> Table:
    with_pixels = evaluation.protocol.pixel_source is not None
    ranked = evaluation.macro.average_precision is not None
    optional = (*["pixel recall"] * with_pixels, *["average precision"] * ranked)
    table = numeric_table("class", "TP", "FP", "FN", "IoU", "precision", "recall", *optional)
    for scores in evaluation.classes:
        counts = (scores.tp, scores.fp, scores.fn)
        where_known = (*[scores.pixel_recall] * with_pixels, *[scores.average_precision] * ranked)
        ratios = (scores.iou, scores.precision, scores.recall, *where_known)
        table.add_row(scores.name, *(f"{count:,}" for count in counts), *map(shown_ratio, ratios))
    return table


def _reliability(found: Reliability) -> Table:
    """A row per bin of confidence; in the last one the mean difference, the expected calibration error."""
    table = numeric_table("confidence", "labels", "mean", "correct", "difference")
    for row in found.bins:
        difference = shown_ratio(abs(row.correct - row.mean_confidence))
        shares = (shown_ratio(row.mean_confidence), shown_ratio(row.correct), difference)
        table.add_row(f"{row.low:.1f}–{row.high:.1f}", f"{row.labels:,}", *shares)
    shares = (
        shown_ratio(found.mean_confidence),
        shown_ratio(found.correct),
        shown_ratio(found.expected_calibration_error),
    )
    table.add_row("all (mean difference: ECE)", f"{found.labels:,}", *shares)
    return table


def _differences(comparison: Comparison) -> Table:
    """The classes that differ most, at most as many as Fig. 4 has."""
    table = numeric_table("class", "IoU", "other file", "difference")
    for row in comparison.classes[:FIGURE_4_CLASSES]:
        if row.difference:
            table.add_row(row.name, shown_ratio(row.iou), shown_ratio(row.against_iou), f"{row.difference:+.3f}")
    return table
