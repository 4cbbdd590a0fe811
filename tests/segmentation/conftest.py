"""A small label space; a small trained network with what it learned from."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.data.crops import CropOptions
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.training.config import MachineOptions, TrainingOptions
from shared_schemas import Kind, LabelClass, LabelSpace, VisualAttribute, load_label_space


@pytest.fixture
def space() -> LabelSpace:
    """Classes cat (category 17), dog (18), cup (47), grass and sky as background; attributes black, wooden."""
    foreground = [("cat", 17), ("dog", 18), ("cup", 47)]
    classes = [
        LabelClass(id=number, name=name, category_id=category_id, phrases=(name,))
        for number, (name, category_id) in enumerate(foreground, 1)
    ]
    classes += [
        LabelClass(id=number, name=name, kind=Kind.BACKGROUND, phrases=(name,))
        for number, name in enumerate(("grass", "sky"), 4)
    ]
    attributes = (VisualAttribute(name="black"), VisualAttribute(name="wooden", variants=("wood",)))
    return LabelSpace(name="mini", classes=tuple(classes), attributes=attributes)


class SmallRun(NamedTuple):
    """Paths of a run and of what it was trained on."""

    run: Path
    images: Path
    labels: Path
    truth: Path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A tiny network trained for an epoch on four pictures of a red square (an apple) on grass."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("small_run")
    paths = SmallRun(root / "run", root / "images", root / "labels.jsonl", root / "instances.json")
    paths.images.mkdir()
    coco = load_label_space("coco")
    apple, grass = coco.by_name["apple"], coco.by_name["grass"]
    red = {"name": "red", "votes": 1}
    records, images, objects = [], [], []
    for number, (height, width) in enumerate([(48, 64), (64, 48), (48, 64), (40, 40)], 1):
        pixels = np.full((height, width, 3), (40, 160, 60), dtype=np.uint8)
        pixels[10:30, 8:28] = (220, 30, 30)
        name = f"{number:012}.png"
        Image.fromarray(pixels).save(paths.images / name)
        records.append(
            {
                "schema_version": "1.0",
                "image_id": number,
                "file_name": name,
                "label_space": coco.reference,
                "captions": ["a red apple on grass"],
                "foreground": [{"id": apple.id, "name": "apple", "votes": 1, "attributes": [red]}],
                "background": [{"id": grass.id, "name": "grass", "votes": 1}],
            }
        )
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        objects.append(
            {
                "id": number,
                "image_id": number,
                "category_id": apple.category_id,
                "iscrowd": 0,
                "area": 400,
                "bbox": [8, 10, 20, 20],
                "segmentation": [[8, 10, 28, 10, 28, 30, 8, 30]],
            }
        )
    paths.labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    categories = [{"id": apple.category_id, "name": "apple"}]
    paths.truth.write_text(json.dumps({"images": images, "annotations": objects, "categories": categories}))
    config = LocalizerConfig(
        backbone="tiny",
        weights="random",
        crop=CropOptions(size=33),
        network=LocalizationOptions(d_cls=8, d_attr=8, d_comp=8),
        # A seed with which so small a network finds some of the apples.
        training=TrainingOptions(epochs=1, batch_size=2, seed=1),
    )
    train_localizer([paths.images], paths.labels, paths.run, config, MachineOptions(device="cpu", workers=0))
    torch.set_num_threads(threads)
    return paths
