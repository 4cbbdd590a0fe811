"""The tables of Strudel et al.: settings, figures, and commands that take the options printed for them."""

import shlex
from typing import Any

import pytest
import typer

from segmentation.cli import app
from segmentation.experiments.catalog import experiments, find_experiment
from segmentation.referring.config import ReferringConfig

# Table 3: mIoU on PhraseCut, RefCOCO, RefCOCO+, RefCOCOg; then full supervision (Section 4.5).
TABLE_3 = {
    "table3-gmp": (5.77, 6.54, 5.12, 6.54),
    "table3-gap": (9.35, 6.65, 7.21, 6.07),
    "table3-spa": (21.12, 10.32, 9.16, 8.35),
    "table3-mpa": (28.77, 25.44, 22.01, 22.05),
    "table3-mpa-crf": (30.12, 25.95, 22.62, 23.41),
    "full": (49.6, 66.00, 55.35, 54.71),
}
DATA_SETS = ("phrasecut", "refcoco", "refcoco+", "refcocog")
OTHERS = {
    **dict(zip((f"table2a-l0-p{p}" for p in (0, 1, 3, 5)), (26.8, 27.4, 27.9, 27.7), strict=True)),
    **dict(zip((f"table2a-l0.01-p{p}" for p in (0, 1, 3, 5)), (26.8, 26.8, 27.6, 28.3), strict=True)),
    **dict(zip((f"table2a-l0.1-p{p}" for p in (0, 1, 3, 5)), (26.3, 26.8, 27.2, 28.0), strict=True)),
    **{"table2b-384": 28.3, "table2b-512": 28.6, "table2b-1024": 28.8},
    **{"table2c-identity": 28.8, "table2c-tf-idf": 28.4},
    **{"table2d-10": 16.2, "table2d-50": 25.3, "table2d-100": 28.8},
    **{"table2e-imagenet": 28.8, "table2e-coco": 31.7},
    **{"table1-gap-classes": 48.0, "table1-gap-resnet38": 46.8, "table1-gap-vit": 50.2},
    **{"table1-gmp-resnet38": 44.3, "table1-gmp-vit": 48.1},
    **{"table1-spa-classes": 62.7, "table1-spa-resnet38": 62.4, "table1-spa-vit": 66.4},
    **{"zero-shot-mpa": 48.5, "zero-shot-spa": 43.5, "zero-shot-words": 50.3},
}
TSEG = [name for name in experiments() if name.startswith("tseg-")]


def test_every_row_has_the_figure_of_the_paper() -> None:
    expected = OTHERS | {
        f"{row}-{data}": miou
        for row, figures in TABLE_3.items()
        for data, miou in zip(DATA_SETS, figures, strict=True)
    }
    found = {name.removeprefix("tseg-"): find_experiment(name).expected for name in TSEG}
    assert found.pop("table2e-boxes") is None  # what table2e-coco begins with
    assert {name: of.expressions.miou for name, of in found.items()} == {
        name: pytest.approx(miou / 100) for name, miou in expected.items()
    }


def test_what_rows_change() -> None:
    """Section 4.2; everything else is the default."""
    weak = find_experiment("tseg-table3-mpa-phrasecut").config
    epochs = {"epochs": weak.training.epochs}
    assert weak == ReferringConfig(training=ReferringConfig().training.model_copy(update=epochs))
    assert (weak.training.batch_size, weak.training.learning_rate, weak.crop.size) == (32, 1e-3, 384)
    assert weak.training.epochs * 72_000 / 32 == pytest.approx(120_000, rel=0.02)
    assert find_experiment("tseg-table3-spa-refcoco").config.training.epochs * 16_994 / 32 == pytest.approx(
        80_000, rel=0.02
    )
    full = find_experiment("tseg-full-refcoco").config
    assert (full.supervision, full.crop.size, full.training.optimizer) == ("masks", 512, "adamw")
    assert (full.training.learning_rate, full.training.batch_size) == (5e-5, 16)
    assert full.training.epochs * 16_994 / 16 == pytest.approx(80_000, rel=0.02)
    penalty = find_experiment("tseg-table2a-l0.1-p3").config.network
    assert (penalty.dimension, penalty.pooling.penalty_floor, penalty.pooling.penalty_power) == (384, 0.1, 3)
    assert find_experiment("tseg-table2d-10").config.expressions.share == 0.1
    assert find_experiment("tseg-table2e-boxes").config.supervision == "boxes"
    boxes, train, _ = find_experiment("tseg-table2e-coco").commands
    assert boxes == find_experiment("tseg-table2e-boxes").commands[0].replace("-o RUN", "-o FIRST_RUN")
    assert "--set start=FIRST_RUN" in train
    voc = find_experiment("tseg-table1-spa-classes")
    assert (voc.config.label_space, voc.config.network.text.encoder, voc.config.backbone) == (
        "voc",
        "classes",
        "resnet38",
    )
    assert voc.commands[0] == "capseg truth-labels INSTANCES.json -o LABELS.jsonl --label-space voc"
    assert "--refine dense-crf" in find_experiment("tseg-table3-mpa-crf-refcocog").commands[-1]
    assert "--words paper" in find_experiment("tseg-zero-shot-words").commands[-1]


REFERRING = [name for name, of in experiments().items() if isinstance(of.config, ReferringConfig)]


@pytest.mark.parametrize("name", REFERRING)
def test_commands_of_the_group_take_what_is_printed(name: str) -> None:
    for printed in find_experiment(name).commands:
        program, *arguments = shlex.split(printed)
        if program == "capseg" and arguments[0] == "refer":
            command: Any = typer.main.get_command(app)
            for _ in range(2):
                word, command, arguments = command.resolve_command(
                    command.make_context(program, arguments[:1]), arguments
                )
            command.make_context(word, arguments)
