"""From captions to masks and their scores, through the public functions of both packages, on a tiny world."""

import ast
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import caption_parser
import segmentation
import shared_schemas
from caption_parser.runs.run import label_file
from segmentation.data.crops import CropOptions
from segmentation.data.masks import read_index_mask
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.localization.run import load_localizer, train_localizer
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.synthetic import write_world
from segmentation.training.config import MachineOptions, TrainingOptions
from shared_schemas import ImageLabels, read_labels

N_IMAGES = 8
SIDE = 64

CONFIG = LocalizerConfig(
    backbone="tiny",
    weights="random",
    crop=CropOptions(size=33),
    network=LocalizationOptions(d_cls=8, d_attr=8, d_comp=8),
    training=TrainingOptions(epochs=1, batch_size=4),
)


def test_captions_become_masks_of_the_classes_that_they_name(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    world = write_world(tmp_path / "world", images=N_IMAGES, side=SIDE)
    labels, run, masks = (tmp_path / name for name in ("labels.jsonl", "run", "masks"))

    label_file(world.captions, labels)
    train_localizer([world.images], labels, run, CONFIG, MachineOptions(device="cpu", workers=0))
    made = make_masks(
        MaskInputs(run, [world.images], labels),
        masks,
        MaskOptions(refine=Refinement.NONE),
        MaskMachine(device="cpu"),
    )
    scores = evaluate(masks, open_truth(world.instances))

    records = {Path(record.file_name or "").stem: record for record in read_labels(labels)}
    assert sorted(records) == sorted(path.stem for path in world.images.iterdir())
    assert (made.counts.written, made.counts.rejected, made.left_out.skipped) == (N_IMAGES, [], [])
    assert {path.stem for path in masks.glob("*.png")} == set(records)
    for stem, record in records.items():
        mask = read_index_mask(masks / f"{stem}.png", 81)
        assert mask.shape == (SIDE, SIDE)
        assert set(np.unique(mask).tolist()) <= {0, *class_ids(record)}
    assert any(class_ids(record) for record in records.values())
    vocabulary = load_localizer(run).vocabulary
    assert {record.label_space for record in records.values()} == {vocabulary.label_space.reference}
    assert (scores.protocol.images_scored, scores.protocol.images_without_mask) == (N_IMAGES, 0)
    assert sum(label.true_pixels for label in scores.classes) == N_IMAGES * SIDE * SIDE
    assert sum(label.predicted_pixels for label in scores.classes) == N_IMAGES * SIDE * SIDE


def class_ids(record: ImageLabels) -> set[int]:
    return {label.id for label in record.foreground}


@pytest.mark.parametrize(
    ("package", "other"),
    [(segmentation, "caption_parser"), (caption_parser, "segmentation"), (shared_schemas, "")],
)
def test_packages_share_the_schemas_alone(package: ModuleType, other: str) -> None:
    """Neither tool imports the other, not even inside of a function, and the schemas import neither."""
    forbidden = {other} if other else {"caption_parser", "segmentation"}
    paths = list(Path(str(package.__file__)).parent.rglob("*.py"))
    assert len(paths) > 5
    for path in paths:
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & {name.partition(".")[0] for name in names}, path
