"""`docs/papers.md` and `docs/experiments.md` name every experiment of the papers' tables, and none that is not."""

import re
from pathlib import Path

from segmentation.experiments.catalog import experiments
from segmentation.workflow.experiment_page import experiment_page
from segmentation.workflow.experiments import read_rows

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "papers.md").read_text(encoding="utf-8")
EXPERIMENTS = (DOCS / "experiments.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`((?:table\d+|fig\d+|tseg|lite0|synthetic)-[\w.+-]+)`", PAGE + EXPERIMENTS))


def test_every_experiment_of_the_papers_tables_is_listed() -> None:
    assert {name for name in experiments() if name.startswith(("table", "fig"))} <= NAMED
    of_tseg = {name for name in experiments() if name.startswith("tseg-")}
    rows = ("tseg-table2a-", "tseg-table3-")  # "… to …" as well: a name for each cell
    assert {name for name in of_tseg if not name.startswith(rows)} <= NAMED


def test_the_page_of_experiments_is_made_from_its_rows() -> None:
    assert experiment_page(read_rows(DOCS / "experiments.jsonl")) == EXPERIMENTS


def test_every_named_experiment_resolves() -> None:
    assert {name for name in NAMED if not name.endswith("-") and "…" not in name} <= experiments().keys()


def test_every_table_and_figure_of_both_papers_has_a_row() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")]
    first, _, second = "\n".join(rows).rpartition("in the paper")
    for text, tables, figures in ((first, 13, 8), (second, 3, 9)):
        assert _numbers(text, "Table") == set(range(1, tables + 1))
        assert _numbers(text, r"Fig\.") == set(range(1, figures + 1))


def _numbers(text: str, kind: str) -> set[int]:
    found: set[int] = set()
    for numbers in re.findall(rf"{kind} (\d+(?:[,–] ?\d+)*)", text):
        for part in numbers.replace(" ", "").split(","):
            first, _, last = part.partition("–")
            found.update(range(int(first), int(last or first) + 1))
    return found
