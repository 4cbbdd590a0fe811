"""Label files from ground truth: the function and the command `capseg truth-labels`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.truth.image_labels import coco_image_labels
from shared_runtime.errors import ExitCode, InputError
from shared_schemas import LabelSpace, read_labels

CAT, DOG, CUP = 17, 18, 47
"""Category ids of the label space `mini`, whose class ids are 1, 2 and 3."""


def annotation(image_id: int, category_id: int, iscrowd: int = 0) -> dict[str, Any]:
    """A box; boxes are not read."""
    return {"image_id": image_id, "category_id": category_id, "bbox": [0, 0, 1, 1], "iscrowd": iscrowd}


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    """Image 9 holds a cup and two dogs; image 2 a crowd of dogs and a cat, image 5 nothing."""
    path = tmp_path / "boxes.json"
    names = {9: "c.jpg", 2: "a.jpg", 5: "b.jpg"}
    content = {
        "images": [{"id": image_id, "file_name": name} for image_id, name in names.items()],
        "annotations": [
            annotation(9, CUP),
            annotation(2, DOG, iscrowd=1),
            annotation(9, DOG),
            annotation(2, CAT),
            annotation(2, DOG),
            annotation(9, DOG),
        ],
        "categories": [{"id": CAT, "name": "cat"}, {"id": DOG, "name": "Dog"}, {"id": CUP, "name": "CUP"}],
    }
    path.write_text(json.dumps(content))
    return path


def change(path: Path, field: str, entries: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: entries}))


def found(path: Path, space: LabelSpace, **options: bool) -> list[Mapping[int, int | None]]:
    """Class id → number of objects, by image."""
    return [
        {label.id: label.count for label in record.foreground}
        for record in coco_image_labels(path, label_space=space, **options)
    ]


def test_records_have_ids_names_and_numbers_of_the_label_space(instances: Path, space: LabelSpace) -> None:
    records = list(coco_image_labels(instances, label_space=space))

    assert [(record.image_id, record.file_name) for record in records] == [
        (9, "c.jpg"),
        (2, "a.jpg"),
        (5, "b.jpg"),
    ]
    assert {record.label_space for record in records} == {space.reference}
    assert all(record.captions == record.background == record.mentions == () for record in records)
    dog, cup = records[0].foreground
    assert (dog.id, dog.name, dog.category_id, dog.votes, dog.count) == (2, "dog", DOG, 1, 2)
    assert (cup.id, cup.name, cup.category_id, cup.votes, cup.count) == (3, "cup", CUP, 1, 1)
    assert dog.attributes == ()


def test_crowds_count_as_a_class_of_unknown_number_or_not_at_all(instances: Path, space: LabelSpace) -> None:
    assert found(instances, space) == [{2: 2, 3: 1}, {1: 1, 2: None}, {}]
    assert found(instances, space, crowd=False) == [{2: 2, 3: 1}, {1: 1, 2: 1}, {}]
    change(instances, "annotations", [annotation(2, DOG, iscrowd=1)])
    assert found(instances, space) == [{}, {2: None}, {}]
    assert found(instances, space, crowd=False) == [{}, {}, {}]


@pytest.mark.parametrize(
    ("field", "entries", "message"),
    [
        ("images", [], "got no entry in a list 'images'.*expected a COCO instances"),
        (
            "images",
            [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}],
            r"images\[1\]: id: got 1, expected one image per id",
        ),
        ("images", [{"id": 1}], r"images\[0\]: file_name: the field is missing"),
        (
            "categories",
            [{"id": 1, "name": "zebra"}],
            "no foreground classes of label space 'mini': 'zebra'",
        ),
        ("annotations", [annotation(7, DOG)], r"annotations\[0\]: image_id: got 7, expected an id that the file"),
        (
            "categories",
            [{"id": CAT, "name": "person"}, {"id": DOG, "name": "dog"}, {"id": CUP, "name": "cup"}],
            r"annotations\[3\]: category_id: got 17, 'person', which .* 'mini'. Try --label-space coco",
        ),
        (
            "annotations",
            [annotation(2, 99)],
            r"annotations\[0\]: category_id: got 99, expected an id that the file",
        ),
        ("annotations", [annotation(2, DOG, 3)], r"annotations\[0\]: iscrowd: got 3, expected"),
    ],
)
def test_a_file_that_is_none_is_refused(
    instances: Path, space: LabelSpace, field: str, entries: Any, message: str
) -> None:
    change(instances, field, entries)
    with pytest.raises(InputError, match=message):
        found(instances, space)


def command(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["truth-labels", *map(str, arguments)])


def test_the_command_writes_what_the_function_says(tmp_path: Path, small_run: Any) -> None:
    done = command(small_run.truth, "-o", tmp_path / "labels.jsonl")
    assert (done.exit_code, done.stdout) == (ExitCode.OK, f"{tmp_path / 'labels.jsonl'}: 4 images\n")
    assert list(read_labels(tmp_path / "labels.jsonl")) == list(coco_image_labels(small_run.truth))


def test_a_failure_leaves_no_half_written_labels(tmp_path: Path, instances: Path) -> None:
    change(instances, "annotations", [annotation(7, CUP)])
    change(instances, "categories", [{"id": CUP, "name": "cup"}])
    done = command(instances, "-o", tmp_path / "labels.jsonl")
    assert done.exit_code == ExitCode.FAILURE
    assert done.stderr.startswith(f"error: {instances}: annotations[0]: image_id: got 7")
    assert [path.name for path in tmp_path.iterdir()] == ["boxes.json"]
    done = command(instances, "-o", tmp_path / "no" / "labels.jsonl")
    assert done.exit_code == ExitCode.USAGE


def test_labels_are_never_written_over_the_truth(tmp_path: Path, small_run: Any) -> None:
    truth, link, space = tmp_path / "truth.json", tmp_path / "labels.jsonl", tmp_path / "space.json"
    truth.write_bytes(small_run.truth.read_bytes())
    link.hardlink_to(truth)
    space.write_text("{}")
    for output, message in (
        (truth, "is the ground truth;"),
        (tmp_path / "." / "sub" / ".." / "truth.json", "is the ground truth;"),
        (link, "is the ground truth;"),
        (space, "is the label space;"),
    ):
        (tmp_path / "sub").mkdir(exist_ok=True)
        done = command(truth, "-o", output, "--label-space", space, "--overwrite")
        assert (done.exit_code, message in done.stderr) == (ExitCode.USAGE, True), done.output
    assert truth.read_bytes() == small_run.truth.read_bytes()
    assert space.read_text() == "{}"


def test_other_labels_are_replaced_when_told_to(tmp_path: Path, small_run: Any) -> None:
    output = tmp_path / "labels.jsonl"
    output.write_text("mine")
    done = command(small_run.truth, "-o", output)
    assert (done.exit_code, output.read_text()) == (ExitCode.USAGE, "mine")
    assert "--overwrite to replace it" in done.stderr
    assert command(small_run.truth, "-o", output, "--overwrite").exit_code == ExitCode.OK
    assert len(list(read_labels(output))) == 4


@pytest.mark.real_data
def test_boxes_and_masks_of_cocos_images_name_the_same_classes(real_data: Path) -> None:
    folder = real_data / "coco" / "annotations"
    boxes = {record.image_id: record for record in coco_image_labels(folder / "boxes_val2017.json")}
    masks = list(coco_image_labels(folder / "instances_val2017_masked.json"))
    objects = json.loads((folder / "boxes_val2017.json").read_text())["annotations"]
    drawn = {(entry["image_id"], entry["category_id"]) for entry in objects}
    assert {(key, label.category_id) for key, record in boxes.items() for label in record.foreground} == drawn
    assert len(masks) == 202
    for record in masks:
        assert [label.id for label in record.foreground] == [
            label.id for label in boxes[record.image_id].foreground
        ]
