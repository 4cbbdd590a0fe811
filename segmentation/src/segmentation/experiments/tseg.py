"""The tables of Strudel et al. 2022 (TSEG): data sets of referring expressions, and VOC by its class names.

ViT-S/16 and BERT-Small, both of which the user brings; what a row does not name is the default of
`ReferringConfig`. What full supervision and the CRF add stands in rows of Table 3 and in Sections 4.5 and 4.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segmentation.data.crops import CropOptions
from segmentation.experiments.experiment import TEXT_ENCODER, Expected, Experiment, Labels, Scores
from segmentation.referring.config import ReferringConfig, ReferringTraining

_PAPER = ReferringConfig()


@dataclass(frozen=True, slots=True)
class DataSet:
    """Referring expressions as their authors give them."""

    name: str
    title: str
    train: str
    val: str
    epochs: int
    """That make the paper's 120,000 (PhraseCut) and 80,000 steps of 32 images."""


DATA_SETS = (
    DataSet(
        "phrasecut", "PhraseCut", "--truth PHRASECUT/refer_train.json", "--truth PHRASECUT/refer_val.json", 53
    ),
    *(
        DataSet(name, title, f"{where} --split train", f"{where} --split val", epochs)
        for name, title, splits, epochs in (
            ("refcoco", "RefCOCO", "unc", 151),
            ("refcoco+", "RefCOCO+", "unc", 151),
            ("refcocog", "RefCOCOg", "umd", 117),
        )
        for where in (f"--truth 'REFER/{name}/refs({splits}).p'",)
    ),
)
PHRASECUT, REFCOCO = DATA_SETS[:2]
TABLE_3 = {
    "gmp": (5.77, 6.54, 5.12, 6.54),
    "gap": (9.35, 6.65, 7.21, 6.07),
    "spa": (21.12, 10.32, 9.16, 8.35),
    "mpa": (28.77, 25.44, 22.01, 22.05),
    "mpa-crf": (30.12, 25.95, 22.62, 23.41),
}
"""mIoU by data set; MPA is TSEG."""
FULL = (49.6, 66.00, 55.35, 54.71)
"""mIoU under full supervision (Section 4.5)."""
TABLE_2A = {
    "0": (26.8, 27.4, 27.9, 27.7),
    "0.01": (26.8, 26.8, 27.6, 28.3),
    "0.1": (26.3, 26.8, 27.2, 28.0),
}
"""mIoU by λ, and by p."""
POWERS = (0, 1, 3, 5)
_POOLED = {"gmp": "GMP", "gap": "GAP", "spa": "SPA", "mpa": "MPA, which is TSEG", "mpa-crf": "TSEG with dense CRF"}
_VOC = "--truth VOC2012 --zero-shot --words labels --scales 0.5,1,1.5,2 --flip --refine dense-crf"
"""Table 1's "multi-scale processing and CRF"."""
TABLE_1 = (
    ("gap-classes", "gap", "resnet38", True, 48.0),
    ("gap-resnet38", "gap", "resnet38", False, 46.8),
    ("gap-vit", "gap", "vit-s16", False, 50.2),
    ("gmp-resnet38", "gmp", "resnet38", False, 44.3),
    ("gmp-vit", "gmp", "vit-s16", False, 48.1),
    ("spa-classes", "spa", "resnet38", True, 62.7),
    ("spa-resnet38", "spa", "resnet38", False, 62.4),
    ("spa-vit", "spa", "vit-s16", False, 66.4),
)
"""Row, pooling, image encoder, whether classes have embeddings in the place of a language model, mIoU."""


def table_1() -> list[Experiment]:
    """Weak supervision by the classes of VOC's images, to show that poolings are those of their authors."""
    base = _PAPER.model_copy(update={"label_space": "voc", "training": _training(epochs=24, batch_size=16)})
    rows = []
    for row, kind, backbone, classes, miou in TABLE_1:
        text = base.network.text.model_copy(update={"encoder": "classes"} if classes else {})
        config = changed(base, network={"text": text}, expressions={"source": "classes"}, kind=kind)
        how = "an embedding for each class" if classes else "class names through the language model"
        rows.append(
            Experiment(
                name=f"tseg-table1-{row}",
                summary=f"VOC's classes with {backbone}, {kind.upper()}, {how}.",
                config=config.model_copy(update={"backbone": backbone}),
                labels=Labels.TRUTH,
                cost="VOC's 10,582 images with SBD's, 24 epochs of 384 × 384: needs a GPU; not run by us",
                label_space="voc",
                text_encoder=None if classes else TEXT_ENCODER,
                expected=Expected(f"Table 1, {row}", expressions=Scores(round(miou / 100, 4))),
                evaluation=_VOC,
            )
        )
    return rows


def table_2() -> list[Experiment]:
    """Ablations on PhraseCut: size penalty, dimension, targets, amount of data, pre-training."""
    penalties = [
        _on(
            PHRASECUT,
            f"table2a-l{floor}-p{power}",
            f"λ = {floor}, p = {power}",
            miou,
            changed(_PAPER, network={"dimension": 384}, penalty_floor=float(floor), penalty_power=float(power)),
        )
        for floor, row in TABLE_2A.items()
        for power, miou in zip(POWERS, row, strict=True)
    ]
    dimensions = [
        _on(
            PHRASECUT,
            f"table2b-{size}",
            f"{size} dimensions",
            miou,
            changed(_PAPER, network={"dimension": size}),
        )
        for size, miou in ((384, 28.3), (512, 28.6), (1024, 28.8))
    ]
    targets = [
        _on(PHRASECUT, f"table2c-{name}", f"{name} targets", miou, changed(_PAPER, expressions={"targets": name}))
        for name, miou in (("identity", 28.8), ("tf-idf", 28.4))
    ]
    sizes = [
        _on(
            PHRASECUT,
            f"table2d-{share}",
            f"{share} % of the images",
            miou,
            changed(_PAPER, expressions={"share": share / 100}),
        )
        for share, miou in ((10, 16.2), (50, 25.3), (100, 28.8))
    ]
    boxes = _PAPER.model_copy(update={"supervision": "boxes"})
    what = "which patches lie in its boxes, for table2e-coco to go on from"
    first = _on(REFCOCO, "table2e-boxes", what, None, boxes)
    pretraining = [
        _on(PHRASECUT, "table2e-imagenet", "ImageNet's weights", 28.8, _PAPER),
        first,
        _on(PHRASECUT, "table2e-coco", "both encoders from RefCOCO's boxes", 31.7, _PAPER, start=first),
    ]
    return [*penalties, *dimensions, *targets, *sizes, *pretraining]


def table_3() -> list[Experiment]:
    """Poolings on the four data sets, and full supervision beside them."""
    full = _PAPER.model_copy(
        update={
            "supervision": "masks",
            "crop": CropOptions(size=512),
            "training": _training(batch_size=16, learning_rate=5e-5, optimizer="adamw"),
        }
    )
    weak = [
        _on(
            data,
            f"table3-{row}-{data.name}",
            _POOLED[row],
            miou,
            changed(_PAPER, kind=row.partition("-")[0]),
            evaluation=f"{data.val} --refine {'dense-crf' if row == 'mpa-crf' else 'none'}",
        )
        for row, figures in TABLE_3.items()
        for data, miou in zip(DATA_SETS, figures, strict=True)
    ]
    supervised = [
        _on(data, f"full-{data.name}", "full supervision by Dice", miou, full)
        for data, miou in zip(DATA_SETS, FULL, strict=True)
    ]
    return [*weak, *supervised]


def zero_shot() -> list[Experiment]:
    """VOC by its class names, of what learned from PhraseCut (Section 4.6)."""
    rows = (("mpa", "mpa", "names", 48.5), ("spa", "spa", "names", 43.5), ("words", "mpa", "paper", 50.3))
    return [
        _on(
            PHRASECUT,
            f"zero-shot-{row}",
            f"{kind.upper()}, asked for VOC's classes{', a person by eight words' * (words == 'paper')}",
            miou,
            changed(_PAPER, kind=kind),
            evaluation=f"--truth VOC2012 --zero-shot --words {words} --refine none",
        )
        for row, kind, words, miou in rows
    ]


def changed(
    config: ReferringConfig,
    *,
    network: Mapping[str, Any] | None = None,
    expressions: Mapping[str, Any] | None = None,
    **pooling: Any,
) -> ReferringConfig:
    """The same with some options of the network, of its expressions and of its pooling changed."""
    pooled = {"pooling": config.network.pooling.model_copy(update=pooling)}
    return config.model_copy(
        update={
            "network": config.network.model_copy(update=pooled | dict(network or {})),
            "expressions": config.expressions.model_copy(update=dict(expressions or {})),
        }
    )


def _on(
    data: DataSet, name: str, what: str, miou: float | None, config: ReferringConfig, **about: Any
) -> Experiment:
    """A row of a table: a network that learns from `data`; `about`: other fields of the experiment."""
    training = config.training
    epochs = data.epochs * training.batch_size // _PAPER.training.batch_size
    table, _, row = name.partition("-")
    source = f"Table {table[5:]}, {row}" if table.startswith("table") else f"Section 4.5 and 4.6, {name}"
    return Experiment(
        name=f"tseg-{name}",
        summary=f"ViT-S/16 and BERT-Small on {data.title}: {what}.",
        config=config.model_copy(update={"training": training.model_copy(update={"epochs": epochs})}),
        labels=None,
        cost=f"{data.title}, {epochs} epochs of {config.crop.size}² pixels: needs a GPU; not run by us",
        expected=None if miou is None else Expected(source, expressions=Scores(round(miou / 100, 4))),
        expressions=data.train,
        text_encoder=TEXT_ENCODER,
        **{"evaluation": f"{data.val} --refine none"} | about,
    )


def _training(**changes: Any) -> ReferringTraining:
    return _PAPER.training.model_copy(update=changes)
