"""Which experiments belong to which table or figure of the papers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from segmentation.experiments.catalog import (
    DEFAULT,
    DEFAULT_GROUNDING,
    DEFAULT_REFERRING,
    DEFAULT_SEGMENTER,
    experiments,
)
from segmentation.experiments.experiment import Experiment


class Section(NamedTuple):
    """A table or figure: the experiments whose names `names`, a pattern, matches as a whole."""

    title: str
    names: str
    note: str = ""


SECTIONS = (
    Section(
        "Table 3",
        r"table3-.*|synthetic-segmenter-dsrg",
        "COCO 2014. TAM-Net by its recipe, and DSRG as a rival's step; small version of ours: Table 6, full.",
    ),
    Section(
        "Table 4", r"table4-.*", "COCO 2017; for `train2014` and `val2014` below read `train2017` and `val2017`."
    ),
    Section(
        "Table 6", r"table6-.*|synthetic-(segmenter-)?(baseline|proposed|attributes|background|full|ground-truth)"
    ),
    Section(
        "Table 7",
        r"(synthetic-)?table7-.*",
        "The target's images and truth are `--val-images` and `--val-truth`; that of the small rows is another "
        "drawn world, with three of the five classes, whose objects stand anywhere but at home.",
    ),
    Section(
        "Table 8, and the three figures of Section V-E",
        r"((lite0|synthetic)-)?table8-.*",
        "V-E: the grounding model's masks by TAM-Net's midpoint, by Eq. 10 to 13, and with the CRF. "
        "The rows of `lite0-…` train a smaller one on whatever captioned images are given.",
    ),
    Section("Table 9", r"(synthetic-)?table9-.*"),
    Section("Table 10", r"(synthetic-)?table10-.*"),
    Section("Table 11", r"(synthetic-)?table11-.*"),
    Section("Fig. 7", r"(synthetic-)?fig7-.*", "A curve, without numbers; it is level after 10 epochs."),
)
_SMALL_WORLD = "The small rows learn from captions of drawn images with a tiny network."
TSEG_SECTIONS = (
    Section("TSEG, Table 1", r"(synthetic-)?tseg-table1-.*", _SMALL_WORLD),
    Section("TSEG, Table 2", r"(synthetic-)?tseg-table2.*"),
    Section(
        "TSEG, Table 3, and full supervision",
        r"tseg-(table3|full)-.*|synthetic-(referring-.*|tseg-full)",
        "On a harder drawn world, with the rows of Table 2: [results](results/referring.md#on-the-drawn-world).",
    ),
    Section("TSEG, zero-shot on VOC", r"(synthetic-)?tseg-zero-shot-.*"),
)


def of_section(section: Section) -> list[Experiment]:
    """Its experiments, in the order of the catalog."""
    return [experiment for name, experiment in experiments().items() if re.fullmatch(section.names, name)]


def grouped(text: str = "") -> Iterator[tuple[str, list[Experiment]]]:
    """All experiments under headings, those for photographs of one's own first, then table by table.

    Only those with `text` in their name, summary or heading, in any letter case; a number as a whole.
    """
    # "table 1" is not meant to be Table 10.
    wanted = re.compile(rf"{re.escape(text)}{'(?![0-9])' if text[-1:].isdigit() else ''}", re.IGNORECASE)
    tables = [
        *((f"Vilar & Perez 2021, {section.title}", of_section(section)) for section in SECTIONS),
        *((f"Strudel et al. 2022: {section.title}", of_section(section)) for section in TSEG_SECTIONS),
    ]
    in_tables = {experiment.name for _, members in tables for experiment in members}
    others = [experiment for experiment in experiments().values() if experiment.name not in in_tables]
    others.sort(key=lambda experiment: experiment.name not in _DEFAULTS)
    for heading, members in [(_PHOTOGRAPHS, others), *tables]:
        chosen = [
            experiment
            for experiment in members
            if wanted.search(f"{experiment.name} {experiment.summary} {heading}")
        ]
        if chosen and heading == _PHOTOGRAPHS and len(chosen) == len(members):
            heading += f"; the first {len(_DEFAULTS)} are taken unless told otherwise"
        if chosen:
            yield heading, chosen


_DEFAULTS = (DEFAULT, DEFAULT_SEGMENTER, DEFAULT_GROUNDING, DEFAULT_REFERRING)
_PHOTOGRAPHS = "For captioned photographs, on a CPU"
