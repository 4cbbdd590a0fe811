"""Every layout gives the same contract, and damage costs the entry that has it."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from segmentation.data.referring.annotated_objects import Regions
from segmentation.data.referring.expressions import Expression, Region
from segmentation.data.referring.opening import open_expressions
from shared_runtime.errors import InputError, UsageError

HEIGHT, WIDTH = 6, 8
Corners = tuple[int, int, int, int]
LEFT: Corners = (0, 0, 3, 2)
RIGHT: Corners = (2, 4, 5, 8)
"""Top, left, bottom, right of two objects."""


def outline(corners: Corners) -> list[float]:
    top, left, bottom, right = corners
    return [left, top, right, top, right, bottom, left, bottom]


def drawn(*rectangles: Corners) -> list[list[bool]]:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for top, left, bottom, right in rectangles:
        mask[top:bottom, left:right] = True
    return mask.tolist()


def annotation(number: Any, corners: Corners, **changes: Any) -> dict[str, Any]:
    top, left, bottom, right = corners
    entry = {"id": number, "image_id": 7, "category_id": 18, "segmentation": [outline(corners)], "iscrowd": 0}
    return entry | {"bbox": [left, top, right - left, bottom - top]} | changes


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def instances(folder: Path, *annotations: dict[str, Any]) -> Path:
    image = {"id": 7, "file_name": "train/7.jpg", "height": HEIGHT, "width": WIDTH}
    categories = [{"id": 18, "name": "dog"}, {"id": 47, "name": "cup"}]
    content = {"images": [image], "annotations": [*annotations], "categories": categories}
    return write(folder / "instances.json", content)


def masks(expressions: list[Expression]) -> dict[str, list[list[bool]]]:
    return {expression.text: expression.region.mask().tolist() for expression in expressions}


def reference(number: Any, *sentences: str, split: str = "train", **changes: Any) -> dict[str, Any]:
    texts = [{"sent": text, "raw": text.upper(), "sent_id": place} for place, text in enumerate(sentences)]
    return {"ref_id": 1, "ann_id": number, "image_id": 7, "split": split, "sentences": texts} | changes


@pytest.mark.parametrize(
    ("splits", "parts"),
    [("unc", ("train", "val", "testA", "testB")), ("umd", ("train", "val", "test")), ("google", ("train", "val"))],
)
def test_refcoco_as_its_authors_pickle_it(tmp_path: Path, splits: str, parts: tuple[str, ...]) -> None:
    folder = tmp_path / "refcoco+"
    folder.mkdir()
    instances(folder, annotation(1, LEFT), annotation(2, RIGHT, category_id=47))
    rows = [
        reference(1 + place % 2, f"one {part}", f"same  {part}", split=part) for place, part in enumerate(parts)
    ]
    # The protocols of Python 2.
    for protocol in (0, 2):
        (folder / f"refs({splits}).p").write_bytes(pickle.dumps(rows, protocol))

        every = open_expressions(folder)
        validation = open_expressions(folder / f"refs({splits}).p", split="val")

        assert [(one.text, one.split) for one in every.expressions] == [
            (f"{word} {part}", part) for part in parts for word in ("one", "same")
        ]
        assert masks(validation.expressions) == {"one val": drawn(RIGHT), "same val": drawn(RIGHT)}
        first = validation.expressions[0]
        assert (first.kind, first.group, first.image_id, first.key) == ("refcoco+", "cup", 7, "train/7")
        assert not every.rejected


def test_references_to_several_objects_to_none_and_damaged_ones(tmp_path: Path) -> None:
    broken = annotation(3, LEFT, segmentation=[[1, 2, 3]])
    elsewhere = annotation(4, LEFT, image_id=8)
    instances(tmp_path, annotation(1, LEFT), annotation(2, RIGHT), broken, elsewhere)
    rows = [
        reference([1, 2], "both dogs"),
        reference([-1], "no dog"),
        reference(3, "broken mask"),
        reference(4, "other image"),
        reference(99, "not there"),
        reference(1, "fine", image_id=[7]),
        reference(1, "fine", " "),
        "nothing",
        reference(1, sentences=None),
    ]
    (tmp_path / "refs(unc).p").write_bytes(pickle.dumps(rows))

    found = open_expressions(tmp_path)

    assert masks(found.expressions) == {"both dogs": drawn(LEFT, RIGHT), "fine": drawn(LEFT)}
    assert found.without_region == 1
    reasons = {row.place.partition(": ")[2]: row.reason for row in found.rejected}
    assert [*reasons] == ["[2]", "[3]", "[4]", "[5]", "[6]: sentences[1]", "[7]", "[8]"]
    assert "got a polygon" in reasons["[2]"]
    assert "an image that the instances file lists" in reasons["[3]"]
    assert reasons["[4]"] == "ann_id: got 99, expected an object that the instances file has"
    assert reasons["[6]: sentences[1]"] == "got the text ' ', expected words"


class Runs:
    """Pickles into a call of `open`."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.target), "w")


def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    path, touched = tmp_path / "refs(unc).p", tmp_path / "touched"
    shell = f"touch {touched}"
    malicious = {
        "builtins.open": pickle.dumps([Runs(touched)], 2),
        "io.open": pickle.dumps([Runs(touched)], 4),
        "posix.system": b"cposix\nsystem\n(V" + shell.encode() + b"\ntR.",
        "os.system": b"(ios\nsystem\nV" + shell.encode() + b"\n.",
        "collections.OrderedDict": pickle.dumps(__import__("collections").OrderedDict(a=1), 2),
        "the object 'x'": b"Px\n.",
    }
    for name, content in malicious.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"got a pickle that is not read, expected plain data: .*") as caught:
            open_expressions(path)
        assert name.partition(".")[2] in str(caught.value)
        assert not touched.exists()
    for content in (b"", b"no pickle", pickle.dumps([1])[:-3], b"\x80\x02]r\x00\x00\x00"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"is no pickle, or a damaged one|got a pickle that is not read"):
            open_expressions(path)


def test_phrasecut_is_the_union_of_instances(tmp_path: Path) -> None:
    sizes = [{"image_id": 7, "height": HEIGHT, "width": WIDTH, "split": "val"}]
    points = {side: [[[outline(side)[n : n + 2] for n in range(0, 8, 2)]]] for side in (LEFT, RIGHT)}
    boxes = [[0, 0, 2, 3], [4, 2, 4, 3]]
    tasks = [
        {"image_id": 7, "phrase": "two dogs", "Polygons": points[LEFT] + points[RIGHT], "instance_boxes": boxes},
        {"image_id": 7, "phrase": "nothing", "Polygons": [], "instance_boxes": []},
        {"image_id": 9, "phrase": "no image", "Polygons": points[LEFT]},
        {"image_id": 7, "phrase": "no points", "Polygons": [[[1, 2, 3]]]},
        {"image_id": 7, "phrase": "outside", "Polygons": [[[[20, 20], [25, 20], [25, 25]]]]},
        {"image_id": 7, "phrase": "a point", "Polygons": 3},
    ]
    write(tmp_path / "image_data_split.json", sizes)
    path = write(tmp_path / "refer_val.json", tasks)

    found = open_expressions(path)

    assert masks(found.expressions) == {"two dogs": drawn(LEFT, RIGHT)}
    first = found.expressions[0]
    assert (first.kind, first.split, first.key, first.file_name) == ("phrasecut", "val", "7", None)
    assert found.without_region == 1
    assert [row.place for row in found.rejected] == [f"{path}: [{number}]" for number in (2, 3, 4, 5)]
    assert found.rejected[2].reason == "got a region that covers no pixel of the image"
    assert masks(open_expressions(path, regions="boxes", split="val").expressions) == masks(found.expressions)
    with pytest.raises(InputError, match="got no expression to use; 4 entries are damaged, the first: "):
        open_expressions(path, split="test")
    (tmp_path / "image_data_split.json").unlink()
    with pytest.raises(InputError, match="PhraseCut's tasks need their images' sizes from it"):
        open_expressions(path)


def test_lists_that_point_to_objects(tmp_path: Path) -> None:
    masked = instances(tmp_path, annotation(1, LEFT), annotation(2, RIGHT))
    rows: list[Any] = [
        {"dataset": "refcoco", "split": "val", "image_id": 7, "phrase": "left", "mask_ann_id": 1},
        {"image_id": 7, "expression": "none", "mask_ann_id": None, "box_xyxy": [4.0, 2.0, 8.0, 5.0]},
        {"image_id": 7, "expression": "all", "ann_id": [1, 2]},
        {"image_id": 7, "expression": "nothing", "box_xyxy": None},
        {"image_id": 7, "expression": "lost", "ann_id": 5},
        {"image_id": [8], "expression": "no image", "ann_id": 1},
        {"image_id": 7, "ann_id": 1},
        3,
        {"image_id": 7, "expression": "no box", "box_xyxy": [1, 2]},
    ]
    path = write(tmp_path / "rows.json", rows)

    found = open_expressions(path, instances=[masked])
    boxed = open_expressions(path, instances=[masked], regions="boxes")

    assert masks(found.expressions) == {"left": drawn(LEFT), "all": drawn(LEFT, RIGHT)}
    assert [(one.kind, one.group) for one in found.expressions] == [("refcoco", "dog"), ("rows", "dog")]
    assert found.without_region == 4
    assert [row.place.rpartition(" ")[2] for row in found.rejected] == ["[5]", "[6]", "[7]"]
    assert masks(boxed.expressions) == masks(found.expressions) | {"none": drawn(RIGHT)}
    assert "box_xyxy: got [1, 2], expected four numbers" in str(boxed.rejected[-1])
    assert len(open_expressions(path, instances=[masked], split="val").expressions) == 1
    with pytest.raises(UsageError, match="Give --instances"):
        open_expressions(path)


def test_classes_of_images_and_their_attributes(tmp_path: Path, space: Any) -> None:
    crowd = coco_mask.encode(np.asfortranarray(np.array(drawn((0, 7, 1, 8)), dtype=np.uint8)))
    runs = {"size": [HEIGHT, WIDTH], "counts": crowd["counts"].decode()}
    objects = (
        annotation(1, LEFT, attributes=["brown"]),
        annotation(2, RIGHT),
        annotation(3, (0, 0, 1, 1), category_id=47),
        annotation(4, LEFT, segmentation=runs, iscrowd=1),
        annotation(5, LEFT, segmentation=[]),
        annotation(6, LEFT, category_id=[18]),
        annotation(7, LEFT, segmentation="no mask"),
    )
    seen = [{"name": "black", "votes": 1}]
    record = {
        "schema_version": "1.0",
        "image_id": 7,
        "file_name": "train/7.jpg",
        "label_space": space.reference,
        "captions": [],
        "foreground": [
            {"id": 2, "name": "dog", "votes": 1, "attributes": seen},
            {"id": 3, "name": "cup", "votes": 1, "attributes": seen},
        ],
        "background": [],
    }
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps(record) + "\nno record\n")

    # Object 5 has no mask, so that the class as a whole has none.
    path = instances(tmp_path, *(one for one in objects if one["id"] != 5))
    found = open_expressions(path, labels=labels)

    assert masks(found.expressions) == {
        "cup": drawn((0, 0, 1, 1)),
        "black cup": drawn((0, 0, 1, 1)),  # the dogs are three: which is black is not said
        "dog": drawn(LEFT, RIGHT, (0, 7, 1, 8)),
        "brown dog": drawn(LEFT),
    }
    assert [one.kind for one in found.expressions] == ["class", "attribute and class"] * 2
    assert {one.group for one in found.expressions} == {"dog", "cup"}
    assert len(found.rejected) == 2
    assert masks(open_expressions(instances(tmp_path, *objects)).expressions).keys() == {"cup", "brown dog"}


def test_pixels_of_a_box_are_those_whose_centres_lie_in_it() -> None:
    for box, expected in (
        ([1.4, 0.6, 2.2, 3.0], drawn((1, 1, 4, 4))),
        ([-5, -5, 100, 6.6], drawn((0, 0, 2, 8))),
        ([1.6, 0, 1.0, 6], drawn((0, 2, 6, 3))),
    ):
        assert Region.of_box(box, HEIGHT, WIDTH).mask().tolist() == expected
    for wrong in ([1, 2, 0, 3], [1, 2, 3], None, [1, 2, float("nan"), 3], ["1", 2, 3, 4]):
        with pytest.raises(ValueError, match="got a box"):
            Region.of_box(wrong, HEIGHT, WIDTH)


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "VOC" / "SegmentationClass").mkdir(parents=True)
    with pytest.raises(
        InputError, match=r"got masks of classes, expected a file of expressions.* give --zero-shot"
    ):
        open_expressions(tmp_path / "VOC")
    with pytest.raises(InputError, match=r"got no file refs\(\*\)\.p, expected one file of references"):
        open_expressions(tmp_path)
    with pytest.raises(InputError, match=r"got entries such as \{'a': 1\}, expected expressions: image_id"):
        open_expressions(write(tmp_path / "rows.json", [{"a": 1}]))
    with pytest.raises(InputError, match="cannot be read"):
        open_expressions(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"has no split 'val'\. Leave --split out"):
        open_expressions(instances(tmp_path, annotation(1, LEFT)), split="val")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("regions", "counts"), [("masks", {"refcoco": 163, "hard": 18}), ("boxes", {"refcoco": 163, "hard": 459})]
)
def test_what_lies_in_the_real_data(real_data: Path, regions: Regions, counts: dict[str, int]) -> None:
    annotations = real_data / "coco" / "annotations"
    files = [annotations / f"instances_{part}2017_masked.json" for part in ("train", "val")]
    files.append(annotations / "boxes_val2017.json")
    names = {"refcoco": "refcoco_with_masks.json", "hard": "expressions_val2017.json"}
    for name, file in names.items():
        path = real_data / "referring" / file
        if not path.is_file():
            pytest.skip(f"{path} is not there")
        found = open_expressions(path, instances=files, regions=regions)
        assert len(found.expressions) == counts[name]
        assert not found.rejected
