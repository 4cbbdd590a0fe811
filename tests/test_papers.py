"""`docs/papers.md` names every experiment of the paper's tables, and none that does not exist."""

import re
from pathlib import Path

from segmentation.experiments.catalog import experiments

PAGE = (Path(__file__).parents[1] / "docs" / "papers.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`((?:table\d+|tseg|lite0|synthetic)-[\w.+-]+)`", PAGE))


def test_every_experiment_of_the_papers_tables_is_listed() -> None:
    arms = ("table6-{}", "table6-{}-segmenter", "table7-{}-youtube-objects")
    ranges = {name.format(end) for name in arms for end in ("baseline", "ground-truth")}
    assert ranges <= NAMED  # "… to …": the six arms
    tables = {name for name in experiments() if name.startswith("table")}
    assert {name for name in tables if not name.startswith(("table6-", "table7-"))} <= NAMED
    of_tseg = {name for name in experiments() if name.startswith("tseg-")}
    rows = ("tseg-table2a-", "tseg-table3-")  # "… to …" as well: a name for each cell
    assert {name for name in of_tseg if not name.startswith(rows)} <= NAMED


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
