"""An evaluation as text: a row per class, the means below."""

from collections.abc import Iterator

from segmentation.evaluation.records import ClassScores, MaskEvaluation

_NONE = "-"


def score_table(evaluation: MaskEvaluation) -> Iterator[str]:
    """Lines of a table: the classes that are in the truth or in the masks, then the means."""
    shown = [scores for scores in evaluation.classes if scores.true_pixels or scores.predicted_pixels]
    width = max(len(scores.name) for scores in shown)
    yield f"{'class':{width}}  {'IoU':>6}  {'precision':>9}  {'recall':>6}  {'share of truth':>14}"
    total = sum(scores.true_pixels for scores in shown)
    for scores in shown:
        yield f"{scores.name:{width}}  {class_cells(scores, total)}"
    means = (ratio(evaluation.miou), ratio(evaluation.precision), ratio(evaluation.recall))
    yield f"{'mean':{width}}  {means[0]:>6}  {means[1]:>9}  {means[2]:>6}"


def class_cells(scores: ClassScores, total: int) -> str:
    """IoU, precision, recall and the share of `total` pixels that the class has in the truth."""
    ratios = f"{ratio(scores.iou):>6}  {ratio(scores.precision):>9}  {ratio(scores.recall):>6}"
    return f"{ratios}  {scores.true_pixels / max(total, 1):>14.2%}"


def ratio(value: float | None) -> str:
    """Three digits as in papers, .123; a dash where it is undefined."""
    if value is None:
        return _NONE
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"
