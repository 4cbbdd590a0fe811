"""The rows of TSEG's tables on the synthetic world: a tiny network from scratch, a minute each.

They learn from the captions of the world, or from its masks and boxes, and are scored on the classes and
attributes of another one; the poolings of Table 3 stand in `referring_small`.
"""

from typing import Any

from segmentation.experiments.experiment import WORLD_CLASSES, Experiment, Labels
from segmentation.experiments.referring_small import SYNTHETIC
from segmentation.experiments.tseg import POWERS, TABLE_2A, changed
from segmentation.referring.config import ReferringConfig

_SCORED = "--truth VAL_TRUTH --refine none"
_CLASSES = f"{_SCORED} --zero-shot --label-space {WORLD_CLASSES}"
_FEWER, _MORE = 16, 256
"""Dimensions beside the 64 of the others."""


def small_tables() -> list[Experiment]:
    """Table 1 by class embeddings, Table 2, full supervision and zero-shot segmentation."""
    by_truth = {"labels": None, "expressions": "--truth INSTANCES.json"}
    boxes = _row("table2e-boxes", "which patches lie in boxes", _supervised("boxes"), **by_truth)
    return [
        *(
            _row(
                f"table1-{kind}-classes",
                f"{kind.upper()} with an embedding for each class",
                _class_mode(kind),
                evaluation=f"{_CLASSES} --words labels",
            )
            for kind in ("gap", "gmp", "spa", "mpa")
        ),
        *(
            _row(
                f"table2a-l{floor}-p{power}",
                f"λ = {floor}, p = {power}",
                changed(SYNTHETIC, penalty_floor=float(floor), penalty_power=float(power)),
            )
            for floor in TABLE_2A
            for power in POWERS
        ),
        *(
            _row(f"table2b-{size}", f"{size} dimensions", changed(SYNTHETIC, network={"dimension": size}))
            for size in (_FEWER, _MORE)
        ),
        _row("table2c-tf-idf", "tf-idf targets", changed(SYNTHETIC, expressions={"targets": "tf-idf"})),
        *(
            _row(
                f"table2d-{percent}",
                f"{percent} % of the images",
                changed(SYNTHETIC, expressions={"share": percent / 100}),
            )
            for percent in (10, 50)
        ),
        boxes,
        _row("table2e-pretrained", "begun on boxes", SYNTHETIC, start=boxes),
        _row("full", "full supervision by Dice", _supervised("masks"), **by_truth),
        *(
            _row(
                f"zero-shot-{kind}",
                f"{kind.upper()}, asked for classes by their names",
                changed(SYNTHETIC, kind=kind),
                evaluation=_CLASSES,
            )
            for kind in ("mpa", "spa")
        ),
    ]


def _row(name: str, what: str, config: ReferringConfig, **about: Any) -> Experiment:
    """`about`: other fields of the experiment."""
    return Experiment(
        name=f"synthetic-tseg-{name}",
        summary=f"A tiny network on the synthetic world: {what}.",
        config=config,
        cost="a minute on one core for 360 images",
        label_space=WORLD_CLASSES,
        **{"labels": Labels.VISUAL, "evaluation": _SCORED} | about,
    )


def _supervised(by: str) -> ReferringConfig:
    training = SYNTHETIC.training.model_copy(update={"optimizer": "adamw", "learning_rate": 0.003})
    return SYNTHETIC.model_copy(update={"supervision": by, "training": training})


def _class_mode(kind: str) -> ReferringConfig:
    text = SYNTHETIC.network.text.model_copy(update={"encoder": "classes"})
    return changed(SYNTHETIC, network={"text": text}, expressions={"source": "classes"}, kind=kind)
