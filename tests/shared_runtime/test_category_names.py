"""Categories of COCO files are classes by their names, those that captions say or the data set's own."""

import json
from pathlib import Path

import pytest

from shared_runtime.coco import OtherClassesError, category_classes
from shared_schemas import load_label_space


@pytest.fixture
def panoptic(tmp_path: Path) -> Path:
    names = {
        1: "person",
        67: "dining table",
        171: "wall-brick",
        180: "window-blind",
        184: "tree-merged",
        9: "moon",
    }
    categories = [{"id": number, "name": name} for number, name in names.items()]
    path = tmp_path / "panoptic.json"
    path.write_text(json.dumps({"images": [], "categories": categories, "annotations": []}))
    return path


def test_official_names_are_known(panoptic: Path) -> None:
    space = load_label_space("coco-panoptic")
    found = category_classes(panoptic, space)
    assert {space.by_id[class_id].name: number for number, class_id in found.ids.items()} == {
        "person": 1,
        "dining table": 67,
        "brick wall": 171,
        "window blind": 180,
        "tree": 184,
    }
    assert found.unknown == {9: "moon"}


def test_the_space_that_has_them_is_named_where_another_was_given(panoptic: Path) -> None:
    content = json.loads(panoptic.read_text())
    content["categories"] = [{"id": 184, "name": "tree-merged"}]
    panoptic.write_text(json.dumps(content))
    with pytest.raises(OtherClassesError, match="Try --label-space coco-panoptic"):
        category_classes(panoptic, load_label_space("coco"))
