import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from shared_schemas import ClassLabel, ImageLabels, Mention, Rule, write_labels

CAPTIONS = 5
CLASSES = {"cat": 1, "dog": 2, "grass": 3}
Labels = Iterable[tuple[str, int]]
"""Class name and votes."""


@pytest.fixture
def space_file(tmp_path: Path) -> Path:
    """A label space of two foreground classes and one background class."""
    path = tmp_path / "mini.json"
    classes = [
        {"name": name, "kind": "background" if name == "grass" else "foreground", "phrases": [name]}
        for name in CLASSES
    ]
    path.write_text(json.dumps({"name": "mini", "classes": classes}))
    return path


@pytest.fixture
def make_record() -> Callable[..., ImageLabels]:
    """A record of five captions of which the first ones name each class."""

    def make(image: int, labels: Labels, confidence: float | None = 0.9) -> ImageLabels:
        found = tuple(labels)
        classes = [
            ClassLabel(id=CLASSES[name], name=name, votes=votes, confidence=confidence) for name, votes in found
        ]
        return ImageLabels(
            image_id=image,
            label_space="mini@00000000",
            captions=("A caption.",) * CAPTIONS,
            foreground=tuple(label for label in classes if label.name != "grass"),
            background=tuple(label for label in classes if label.name == "grass"),
            mentions=tuple(
                Mention(
                    caption=caption,
                    start=0,
                    end=1,
                    head=name,
                    extended_head=name,
                    rule=Rule.SYNONYM,
                    label=CLASSES[name],
                )
                for name, votes in found
                for caption in range(votes)
            ),
        )

    return make


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Writes a label file and the truth: the classes that each image shows."""

    def write(records: Iterable[ImageLabels], truth: Iterable[tuple[int, str]]) -> tuple[Path, Path]:
        written = list(records)
        labels, instances = tmp_path / "labels.jsonl", tmp_path / "truth.json"
        write_labels(labels, written)
        document = {
            "images": [{"id": record.image_id} for record in written],
            "annotations": [{"image_id": image, "category_id": CLASSES[name]} for image, name in truth],
            "categories": [{"id": CLASSES[name], "name": name} for name in ("cat", "dog")],
        }
        instances.write_text(json.dumps(document))
        return labels, instances

    return write
