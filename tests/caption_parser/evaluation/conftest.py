import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared_schemas import ClassLabel, ImageLabels, LabelSpace, load_label_space, write_labels

CATEGORIES = [
    {"id": 17, "name": "cat", "supercategory": "animal"},
    {"id": 18, "name": "dog", "supercategory": "animal"},
    {"id": 44, "name": "bottle", "supercategory": "kitchen"},
]
Labels = Mapping[int | str, Mapping[str, int]]
"""Image id → class name → votes."""


@pytest.fixture
def space_file(tmp_path: Path) -> Path:
    """A label space of three foreground classes and one background class."""
    path = tmp_path / "mini.json"
    classes = [
        {"name": category["name"], "category_id": category["id"], "phrases": [category["name"]]}
        for category in CATEGORIES
    ]
    grass = {"name": "grass", "kind": "background", "phrases": ["grass"]}
    path.write_text(json.dumps({"name": "mini", "classes": [*classes, grass]}))
    return path


@pytest.fixture
def space(space_file: Path) -> LabelSpace:
    return load_label_space(space_file)


@pytest.fixture
def write_truth(tmp_path: Path) -> Callable[..., Path]:
    """Writes a COCO instances file over images of 10 x 10 pixels, its lists in the official order."""

    def write(*annotations: dict[str, Any], **changes: Any) -> Path:
        document = {
            "info": {"year": 2017},
            "images": [{"id": image, "height": 10, "width": 10} for image in (1, 2, 3)],
            "annotations": annotations,
            "categories": CATEGORIES,
        }
        path = tmp_path / "truth.json"
        path.write_text(json.dumps(document | changes))
        return path

    return write


@pytest.fixture
def write_predictions(tmp_path: Path, space: LabelSpace) -> Callable[..., Path]:
    """Writes a label file and returns its path; `confident`: a class is as sure as the share of captions."""

    def write(
        labels: Labels,
        name: str = "labels.jsonl",
        label_space: str = space.reference,
        confident: bool = False,
    ) -> Path:
        path = tmp_path / name
        records = (_record(image, votes, label_space, space, confident) for image, votes in labels.items())
        write_labels(path, records)
        return path

    return write


def _record(
    image: int | str, votes: Mapping[str, int], reference: str, space: LabelSpace, confident: bool
) -> ImageLabels:
    labels = [
        ClassLabel(id=space.by_name[name].id, name=name, votes=n, confidence=n / 5 if confident else None)
        for name, n in votes.items()
    ]
    return ImageLabels(
        image_id=image,
        label_space=reference,
        captions=("A caption.",) * 5,
        foreground=tuple(label for label in labels if label.name != "grass"),
        background=tuple(label for label in labels if label.name == "grass"),
    )
