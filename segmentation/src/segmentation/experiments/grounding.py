"""Table 8 of Vilar & Perez 2021: a grounding model in the localizer's place; and TAM-Net, a rival of Table 3.

The paper takes the published DSVE (Engilberge et al. 2018) as it is, which learned from whole captions: one
network for all rows, asked for what their labels name. Here it is trained, on the captions of the images that get
masks; `capseg import-grounding` reads the published one.
"""

from typing import NamedTuple

from segmentation.backbones.catalog import RANDOM
from segmentation.data.crops import CropOptions
from segmentation.experiments.experiment import WORLD_CLASSES, Expected, Experiment, Labels, Scores
from segmentation.experiments.paper import PAPER_MASKS, TRAINVAL_4K
from segmentation.experiments.segmenters import segmenter_trained_on
from segmentation.grounding.config import (
    GroundingConfig,
    GroundingOptions,
    GroundingTraining,
    TextOptions,
    TripletOptions,
)

_COST = (
    "COCO train2014, 82,783 images, 30 epochs, 15,510 steps of 160 images at 321 × 321: needs a GPU; not run by us"
)
_SMALL_COST = "a minute on one core for 360 images"
_LITE0_COST = "4 views of every image at 321 × 321, without a backward pass, and seconds for each epoch after"
_DSVE = GroundingConfig(backbone="resnet152", network=GroundingOptions(text=TextOptions(cell="sru")))
_NAMES, _PHRASES = "--no-compounds --no-positive-background", "--no-positive-background"
_MIDPOINT = "--conversion midpoint --refine none --no-compounds"
_TAM_NET = f"{PAPER_MASKS} {_MIDPOINT}"
_LITE0 = GroundingConfig(
    backbone="efficientnet-lite0-head",
    weights="packaged",
    crop=CropOptions(size=321),
    frozen_views=4,
    network=GroundingOptions(dimension=256, dropout=0.1, text=TextOptions(word_channels=128, layers=1)),
    training=GroundingTraining(epochs=20, batch_size=32),
)
_SYNTHETIC = GroundingConfig(
    backbone="tiny",
    weights=RANDOM,
    crop=CropOptions(size=81),
    # As many of the channels as in the paper's network, roughly.
    network=GroundingOptions(dimension=64, dropout=0.0, top=8, text=TextOptions(word_channels=32, layers=1)),
    # Captions of the world are so few that the nearest foreign one is often as true.
    loss=TripletOptions(negatives="all"),
    training=GroundingTraining(epochs=10, batch_size=24, warmup_steps=20),
)


class Row(NamedTuple):
    """A row of Table 8: what the heatmaps are of."""

    name: str
    summary: str
    labels: Labels
    masks: str
    segmenter: Scores


ROWS = (
    Row("baseline", "names of classes found by exact match", Labels.EXACT, _NAMES, Scores(0.307, 0.436, 0.539)),
    Row("proposed", "names of the parser's classes", Labels.PARSER, _NAMES, Scores(0.321, 0.460, 0.536)),
    Row("phrases", "names and full noun phrases", Labels.PARSER, _PHRASES, Scores(0.334, 0.484, 0.529)),
    Row(
        "background",
        "names and full noun phrases, of background classes too",
        Labels.PARSER,
        "",
        Scores(0.342, 0.510, 0.511),
    ),
)


def table_8() -> list[Experiment]:
    """The grounding model with what captions give, and two other ways to its masks (Section V-E)."""
    baseline, *others = ROWS
    ways = (
        _masks("table8-midpoint", f"{baseline.summary}, less their midpoint", _TAM_NET, Scores(0.234)),
        _masks(
            "table8-no-crf", f"{baseline.summary}, without CRF", _paper(f"{_NAMES} --refine none"), Scores(0.272)
        ),
        _masks("table8-baseline", baseline.summary, _paper(_NAMES), Scores(0.309)),
    )
    rows = (_masks(f"table8-{row.name}", row.summary, _paper(row.masks), labels=row.labels) for row in others)
    masks = [*ways, *rows]
    figures = {f"table8-{row.name}": Expected(f"Table 8, {row.name}", segmenter=row.segmenter) for row in ROWS}
    return [*masks, *(segmenter_trained_on(made, figures[made.name]) for made in masks if made.name in figures)]


def tam_net() -> list[Experiment]:
    """TAM-Net, a rival of Table 3 that learns from captions, too: exact match, and masks by the midpoint."""
    rows = (("vgg16", 0.216), ("resnet38", 0.285))
    masks = [
        _masks(f"table3-tam-net-{backbone}", "names of classes, as TAM-Net", _TAM_NET, backbone=backbone)
        for backbone, _ in rows
    ]
    return [
        *masks,
        *(
            segmenter_trained_on(made, Expected(f"Table 3, TAM-Net, {backbone}", segmenter=Scores(miou)))
            for made, (backbone, miou) in zip(masks, rows, strict=True)
        ),
    ]


def small() -> list[Experiment]:
    """What needs no GPU: Table 8 by its masks, on captioned images of the user's and on the synthetic world."""
    lite0 = Experiment(
        name="lite0-grounding",
        summary="EfficientNet-Lite0 and a recurrent network on captions and phrases: a visual-semantic embedding.",
        config=_LITE0.model_copy(update={"texts": "both"}),
        labels=Labels.VISUAL,
        cost=_LITE0_COST,
    )
    midpoint = Row("midpoint", "names of classes found by exact match", Labels.EXACT, _MIDPOINT, Scores(0))
    worlds = (
        ("lite0", "EfficientNet-Lite0 and a recurrent network", _LITE0, _LITE0_COST, None),
        ("synthetic", "A tiny network on the synthetic world", _SYNTHETIC, _SMALL_COST, WORLD_CLASSES),
    )
    return [
        lite0,
        *(
            Experiment(
                name=f"{prefix}-table8-{row.name}",
                summary=f"{what} on captions: a visual-semantic embedding, asked for {row.summary}.",
                config=config,
                labels=row.labels,
                cost=cost,
                label_space=label_space,
                mask_options=row.masks if row is midpoint else f"--alpha 4 {row.masks}".strip(),
            )
            for prefix, what, config, cost, label_space in worlds
            for row in (midpoint, *ROWS)
        ),
    ]


def _masks(
    name: str,
    asked: str,
    options: str,
    scores: Scores | None = None,
    *,
    labels: Labels = Labels.EXACT,
    backbone: str = _DSVE.backbone,
) -> Experiment:
    """The masks of the grounding model; `scores` as the paper's text states them for trainval4k."""
    return Experiment(
        name=name,
        summary=f"A visual-semantic embedding with {backbone} and SRUs, asked for {asked}.",
        config=_DSVE.model_copy(update={"backbone": backbone}),
        labels=labels,
        cost=_COST,
        expected=Expected("Section V-E", scores) if scores else None,
        mask_options=options,
        image_list=TRAINVAL_4K,
    )


def _paper(options: str) -> str:
    return f"{PAPER_MASKS} --alpha 4 {options}".strip()
