"""How good the labels are that one `capparse label` writes, against COCO's ground truth."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.processes import run
from benchmarks.surroundings import capparse_command, label_command

HEADER = ("mIoU", "precision", "recall")


class LabelScores(NamedTuple):
    """Labels of one side of a comparison, scored."""

    labels: str
    """The label file."""
    cells: tuple[str, ...]
    """Under `HEADER`."""
    commands: tuple[Sequence[str], Sequence[str]]
    """What labelled and what scored."""


def label_and_score(captions: str, name: str, truth: str, *options: str) -> LabelScores:
    """Label `captions` into the outputs under `name`, and score them: macro over the classes that occur."""
    label = label_command(captions, name, *options)
    labels = label[label.index("-o") + 1]
    evaluate = capparse_command("evaluate", labels, "--truth", truth, "--json")
    run(label)
    macro = json.loads(run(evaluate).output)["macro"]
    cells = tuple(f"{macro[figure]:.3f}" for figure in ("miou", "precision", "recall"))
    return LabelScores(labels, cells, (label, evaluate))
