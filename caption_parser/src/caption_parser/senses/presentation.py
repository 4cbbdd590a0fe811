"""A `SenseEvaluation` for people: a table for a terminal, and what a reader of the figures should know."""

from collections.abc import Iterator

from rich.table import Table

from caption_parser.senses.evaluation import SenseEvaluation
from shared_runtime.command_line.tables import numeric_table

_SHOWN_INSTANCES = 5


def as_table(evaluation: SenseEvaluation) -> Table:
    """A row per part of speech and one for all, in percent."""
    table = numeric_table("", "F1", "precision", "recall", "answered", "instances")
    for name in ("noun", "verb", "adj", "adv", "all"):
        found = getattr(evaluation, name)
        ratios = map(_percent, (found.f1, found.precision, found.recall))
        table.add_row(name, *ratios, f"{found.answered:,}", f"{found.instances:,}")
    return table


def notes(evaluation: SenseEvaluation) -> Iterator[str]:
    """How the answers came about, and what was left out."""
    yield (
        f"senses: {evaluation.senses}; of the answers, {_percent(evaluation.monosemous)} % to words with a single "
        f"sense, {_percent(evaluation.fallback)} % by the model's fallback"
    )
    if missing := evaluation.not_in_wordnet:
        shown = ", ".join(missing[:_SHOWN_INSTANCES]) + (", …" if len(missing) > _SHOWN_INSTANCES else "")
        yield f"{len(missing):,} instance(s) not answered, since WordNet 3.0 lacks the lemma: {shown}"
    if evaluation.without_data:
        yield f"{evaluation.without_data:,} instance(s) of the gold standard are not in the data: not answered"
    if evaluation.without_gold:
        yield f"{evaluation.without_gold:,} instance(s) of the data left out: the gold standard lacks them"
    if evaluation.gold_lines_without_key:
        yield f"{evaluation.gold_lines_without_key:,} line(s) of the gold standard without a sense key left out"


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{100 * ratio:.1f}"
