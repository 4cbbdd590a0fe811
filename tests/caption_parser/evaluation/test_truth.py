import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caption_parser.evaluation.masks import PixelSource
from caption_parser.evaluation.truth import read_ground_truth
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

CAT, DOG, BOTTLE = 1, 2, 3
Write = Callable[..., Path]


def _square(left: int, top: int, side: int) -> list[int]:
    """A polygon that covers `side` x `side` pixels."""
    right, bottom = left + side, top + side
    return [left, top, right, top, right, bottom, left, bottom]


def _object(image_id: int | str, category_id: int, segmentation: Any = None, **fields: Any) -> dict[str, Any]:
    return {"image_id": image_id, "category_id": category_id, "segmentation": segmentation, **fields}


def test_classes_of_every_image(write_truth: Write, space: LabelSpace) -> None:
    path = write_truth(_object(1, 18), _object(3, 44), _object(1, 17), _object(1, 18))
    truth = read_ground_truth(path, space)
    assert truth.classes == {1: {CAT, DOG}, 2: set(), 3: {BOTTLE}}
    assert truth.class_ids == (CAT, DOG, BOTTLE)
    assert (truth.pixels, truth.pixel_source) == (None, None)


def test_order_of_the_lists_does_not_matter(write_truth: Write, space: LabelSpace) -> None:
    path = write_truth(_object(1, 18, [_square(0, 0, 4)]))
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert read_ground_truth(path, space).pixels == {1: {DOG: 16}}


def test_pixels_are_of_the_union_of_masks(write_truth: Write, space: LabelSpace) -> None:
    pytest.importorskip("pycocotools")
    truth = read_ground_truth(
        write_truth(
            _object(1, 17, [_square(0, 0, 4)]),
            _object(1, 17, [_square(2, 2, 4)]),
            _object(1, 18, [_square(0, 0, 4)]),
            _object(2, 18, {"size": [10, 10], "counts": [5, 10, 85]}),
            _object(2, 18, {"size": [10, 10], "counts": "5:e2"}, iscrowd=1),
            _object(2, 17),
            _object(3, 44, [_square(0, 0, 2), _square(5, 5, 3)]),
        ),
        space,
    )
    assert truth.pixel_source is PixelSource.MASKS
    assert truth.pixels == {1: {CAT: 16 + 16 - 4, DOG: 16}, 2: {DOG: 10}, 3: {BOTTLE: 4 + 9}}


def test_objects_without_a_mask_are_told_where_others_have_one(write_truth: Write, space: LabelSpace) -> None:
    pytest.importorskip("pycocotools")
    boxes = [_object(1, 17), _object(1, 18, [])]
    assert read_ground_truth(write_truth(*boxes), space).flaws == ()
    truth = read_ground_truth(write_truth(*boxes, _object(2, 17, [_square(0, 0, 2)])), space, strict=True)
    assert [flaw.rpartition("truth.json: ")[2] for flaw in truth.flaws] == [
        "annotations[0]: got no mask",
        "annotations[1]: got no mask",
    ]


def test_areas_are_summed_without_pycocotools(
    write_truth: Write, space: LabelSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    polygon = [_square(0, 0, 4)]
    path = write_truth(_object(1, 17, polygon, area=16), _object(1, 17, polygon, area=9.5), _object(2, 17, area=7))
    truth = read_ground_truth(path, space)
    assert truth.pixel_source is PixelSource.AREAS
    assert truth.pixels == {1: {CAT: 25.5}}


def test_crowds_can_be_left_out(write_truth: Write, space: LabelSpace) -> None:
    path = write_truth(_object(1, 17, iscrowd=1), _object(1, 18, iscrowd=0))
    assert read_ground_truth(path, space).classes[1] == {CAT, DOG}
    assert read_ground_truth(path, space, include_crowd=False).classes[1] == {DOG}


def test_categories_are_linked_by_name_and_never_by_id_alone(write_truth: Write, space: LabelSpace) -> None:
    own = [{"id": 1, "name": "Cat"}, {"id": 18, "name": "pothole"}, {"id": 2, "name": "bottle"}]
    truth = read_ground_truth(write_truth(_object(1, 1), _object(3, 2), categories=own), space)
    assert truth.classes == {1: {CAT}, 2: set(), 3: {BOTTLE}}
    assert truth.class_ids == (CAT, BOTTLE)
    with pytest.raises(
        InputError, match=r"annotations\[0\]: category_id: got 18, 'pothole', which is no foreground"
    ):
        read_ground_truth(write_truth(_object(1, 18), categories=own), space)


def test_two_spellings_of_a_class_are_one_class(write_truth: Write, space: LabelSpace) -> None:
    categories = [{"id": 0, "name": "animal"}, {"id": 1, "name": "cat"}, {"id": 2, "name": "CAT"}]
    truth = read_ground_truth(write_truth(_object(1, 1), _object(2, 2), categories=categories), space)
    assert (truth.class_ids, truth.classes) == ((CAT,), {1: {CAT}, 2: {CAT}, 3: set()})


BAD = {
    "no annotations": ({"annotations": []}, "no entry in a list 'annotations'"),
    "no images": ({"images": 3}, r"no entry in a list 'images' \(top-level keys: info, images, annot"),
    "no categories": ({"categories": []}, "no entry in a list 'categories'"),
    "captions": (
        {"categories": [], "annotations": [{"image_id": 1, "caption": "A cat."}]},
        "got a caption file, .*'capparse label' makes labels of it: no entry in a list 'categories'",
    ),
    "two images of one id": (
        {"images": [{"id": 1, "file_name": name} for name in "aab"]},
        r"images\[2\]: id: got 1, expected one image per id",
    ),
    "an image without id": ({"images": [{"height": 1}]}, r"images\[0\]: id: the field is missing .*has: height"),
    "a number for an image": ({"images": [{"id": 1}, 2]}, r"images\[1\]: got 2, expected an object"),
    "an unknown image": (
        {"annotations": [{"image_id": "1", "category_id": 17}]},
        r"annotations\[0\]: image_id: got '1', expected an id that the file lists",
    ),
    "an unknown category id": (
        {"annotations": [{"image_id": 1, "category_id": 1}]},
        r"annotations\[0\]: category_id: got 1, expected an id that the file lists",
    ),
    "a wrong type": (
        {"annotations": [{"image_id": 1, "category_id": "17"}]},
        r"annotations\[0\]: category_id: got '17', expected a valid integer",
    ),
    "an unknown category": (
        {"categories": [{"id": 90, "name": "bottles"}, {"id": 91, "name": "truck"}]},
        "'bottles', 'truck'.*Did you mean 'bottle'.*--label-space with the one",
    ),
    "a background class": ({"categories": [{"id": 90, "name": "grass"}]}, "no foreground classes.*'grass'"),
    "two names for an id": (
        {"categories": [{"id": 17, "name": "cat"}, {"id": 17, "name": "kitten"}]},
        "got id 17 for 'kitten', expected one name per id: it is 'cat' already",
    ),
    "an image without size": (
        {"images": [{"id": 1}], "annotations": [_object(1, 17, [_square(0, 0, 2)])]},
        r"annotations\[0\]: image 1 has no height",
    ),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD.keys())
def test_bad_files(write_truth: Write, space: LabelSpace, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"truth\.json: .*{message}"):
        read_ground_truth(write_truth(_object(1, 17), **changes), space)


@pytest.mark.parametrize(
    "segmentation",
    [
        "5:e2",
        [[]],
        [[0, 0, 4, 4]],
        [[0, 0, 4, 4, 0]],
        [[0, 0, 4, 0, 4, "4"]],
        [[0, 0, 1e9, 0, 4, 4]],
        [[0, 0, 4, 0, -101, 4]],
        [0, 0, 4, 0, 4, 4],
        {"counts": [100]},
        {"size": [5, 20], "counts": [100]},
        {"size": [10, 10]},
        {"size": [10, 10], "counts": [99]},
        {"size": [10, 10], "counts": [-1, 101]},
        {"size": [10, 10], "counts": [50.0, 50.0]},
        {"size": [10, 10], "counts": "zzzz"},
        {"size": [10, 10], "counts": "\u20ac"},
    ],
)
def test_bad_masks_cost_themselves_before_pycocotools_sees_them(
    write_truth: Write, space: LabelSpace, segmentation: object
) -> None:
    pytest.importorskip("pycocotools")
    bad, good = _object(1, 17, segmentation), _object(2, 18, [_square(0, 0, 2)])
    with pytest.raises(
        InputError, match=r"truth\.json: annotations\[0\]: .*; not one annotation has a usable mask"
    ):
        read_ground_truth(write_truth(bad), space)
    with pytest.raises(InputError, match=r"truth\.json: annotations\[1\]: "):
        read_ground_truth(write_truth(good, bad), space, strict=True)
    truth = read_ground_truth(write_truth(bad, good), space)
    assert truth.classes == {1: {CAT}, 2: {DOG}, 3: set()}
    assert truth.pixels == {2: {DOG: 4}}
    assert "annotations[0]: " in "".join(truth.flaws)
    assert len(truth.flaws) == 1


@pytest.mark.parametrize("text", ["", "[1, 2]", "3", '{"images": [{"id": 1}, ', "{} {}", "\x00", "{'images': 1}"])
def test_text_that_is_no_instances_file(tmp_path: Path, space: LabelSpace, text: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(
        InputError, match=r"truth\.json: got (no entry|an empty file|a file that is not valid JSON: )"
    ):
        read_ground_truth(path, space)


def test_a_missing_file_and_a_folder(tmp_path: Path, space: LabelSpace) -> None:
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_ground_truth(path, space)


def test_images_are_known_by_the_names_of_their_files(write_truth: Callable[..., Path], space: LabelSpace) -> None:
    images = [
        {"id": 7, "file_name": "val/000000000009.jpg"},
        {"id": 9, "file_name": "cat.jpg"},
        {"id": 10, "file_name": "a/twice.jpg"},
        {"id": 11, "file_name": "b/twice.jpg"},
    ]
    truth = read_ground_truth(write_truth({"id": 1, "image_id": 7, "category_id": 17}, images=images), space)
    given = ["000000000009.jpg", "photos/cat.jpg", "9", "000000000010", "x/11.png", "twice.jpg", "bird.jpg", 9]
    assert [truth.id_of(image) for image in given] == [7, 9, 9, 10, 11, "twice.jpg", "bird.jpg", 9]
