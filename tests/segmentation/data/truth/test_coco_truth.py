import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from segmentation.data.truth.coco import CocoRules, CocoTruth, Crowd
from segmentation.data.truth.opening import open_truth
from shared_runtime.coco import folded
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace, load_label_space

HEIGHT, WIDTH = 6, 8
CATEGORIES = [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}, {"id": 47, "name": "cup"}]
Write = Callable[..., Path]


def rectangle(top: int, left: int, bottom: int, right: int) -> list[list[float]]:
    return [[left, top, right, top, right, bottom, left, bottom]]


def thing(category_id: int, segmentation: object, image_id: int = 1, iscrowd: int = 0) -> dict[str, Any]:
    return {"image_id": image_id, "category_id": category_id, "segmentation": segmentation, "iscrowd": iscrowd}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(objects: list[dict[str, Any]], **lists: object) -> Path:
        images = [{"id": 1, "file_name": "one.jpg", "height": HEIGHT, "width": WIDTH}]
        content = {"images": images, "annotations": objects, "categories": CATEGORIES} | lists
        path = tmp_path / "instances.json"
        path.write_text(json.dumps(content))
        return path

    return write


def drawn(path: Path, space: LabelSpace, crowd: Crowd = Crowd.CLASS) -> list[list[int]]:
    return CocoTruth(path, space, CocoRules(crowd)).mask("one").tolist()


def test_ids_are_contiguous_and_smaller_objects_lie_on_top(write: Write, space: LabelSpace) -> None:
    small, large = thing(47, rectangle(1, 1, 3, 3)), thing(18, rectangle(0, 0, 5, 6))
    expected = [
        [2, 2, 2, 2, 2, 2, 0, 0],
        [2, 3, 3, 2, 2, 2, 0, 0],
        [2, 3, 3, 2, 2, 2, 0, 0],
        [2, 2, 2, 2, 2, 2, 0, 0],
        [2, 2, 2, 2, 2, 2, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]

    assert drawn(write([small, large]), space) == expected
    assert drawn(write([large, small]), space) == expected


def test_parts_of_one_object_and_the_three_spellings_of_a_mask(write: Write, space: LabelSpace) -> None:
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    mask[0:2, 0:3] = mask[4:6, 5:8] = 1
    polygons = rectangle(0, 0, 2, 3) + rectangle(4, 5, 6, 8)
    text = coco_mask.encode(np.asfortranarray(mask))["counts"].decode()
    columns = mask.T.ravel()
    borders = [0, *(np.flatnonzero(np.diff(columns)) + 1).tolist(), columns.size]
    runs = [0] * int(columns[0]) + np.diff(borders).tolist()

    for segmentation in (polygons, *({"size": [HEIGHT, WIDTH], "counts": counts} for counts in (text, runs))):
        assert drawn(write([thing(17, segmentation)]), space) == mask.tolist()


@pytest.mark.parametrize(
    ("crowd", "expected"),
    [(Crowd.CLASS, [3, 3, 1, 1]), (Crowd.IGNORE, [3, 3, 1, 255]), (Crowd.DROP, [3, 3, 1, 0])],
)
def test_crowd_regions(write: Write, space: LabelSpace, crowd: Crowd, expected: list[int]) -> None:
    # The crowd of cats is smaller than the cup below and the cat beside it.
    objects = [
        thing(47, rectangle(0, 0, 6, 2)),
        thing(17, rectangle(0, 2, 6, 3)),
        thing(17, {"size": [HEIGHT, WIDTH], "counts": [18, 1, 29]}, iscrowd=1),
    ]

    assert drawn(write(objects), space, crowd)[0][:4] == expected


def test_an_ignored_crowd_hides_no_object_that_is_larger(write: Write, space: LabelSpace) -> None:
    crowd = thing(17, {"size": [HEIGHT, WIDTH], "counts": [0, 1, 47]}, iscrowd=1)
    path = write([thing(47, rectangle(0, 0, 6, 2)), crowd])

    assert drawn(path, space, Crowd.CLASS)[0][0] == 1
    assert drawn(path, space, Crowd.IGNORE)[0][0] == 3


def test_images_without_objects_are_background_or_left_out(write: Write, space: LabelSpace) -> None:
    images = [{"id": number, "file_name": f"d/{number:03}.jpg", "height": 2, "width": 3} for number in (2, 1)]
    path = write([thing(17, rectangle(0, 0, 1, 1))], images=images)

    every, with_objects = CocoTruth(path, space), CocoTruth(path, space, CocoRules(images_without_objects=False))

    assert every.keys() == ["d/001", "d/002"]
    assert every.mask("d/002").tolist() == [[0, 0, 0], [0, 0, 0]]
    assert "images without objects: scored" in every.rules
    assert with_objects.keys() == ["d/001"]
    assert "images without objects: left out" in with_objects.rules


def test_categories_are_known_by_name_and_never_by_id_alone(write: Write, space: LabelSpace) -> None:
    # A file with its own numbering: its 18 is a cat; "pothole" has the id of a cup there.
    categories = [{"id": 18, "name": "Cat"}, {"id": 47, "name": "pothole"}]
    first, second = thing(18, rectangle(0, 0, 1, 1)), thing(47, rectangle(1, 0, 2, 1))

    assert drawn(write([first], categories=categories), space)[0][0] == 1
    assert refused(write([first, second], categories=categories), space) == (
        "annotations[1]: category_id: got 47, 'pothole', which is no foreground class of label space 'mini'. "
        "Try --label-space with the one that the labels or masks were made with"
    )


def test_categories_that_nothing_uses_are_no_fault(write: Write, space: LabelSpace) -> None:
    # What annotation tools add: a background, and a super-category of the class's own name.
    extra = [{"id": 0, "name": "background"}, {"id": 5, "name": "animals"}, {"id": 6, "name": "Cat"}]
    objects = [thing(17, rectangle(0, 0, 1, 1)), thing(6, rectangle(1, 0, 2, 1))]
    path = write(objects, categories=[*extra, *CATEGORIES])

    assert [row[0] for row in drawn(path, space)[:3]] == [1, 1, 0]


def test_names_are_the_same_in_any_case_and_with_any_dash() -> None:
    spellings = {"Hot-Dog", "hot_dog", " hot  dog", "HOT DOG", "ｈot dog"}
    assert {folded(name) for name in spellings} == {"hot dog"}
    assert folded("hotdog") != folded("hot dog")


def test_a_truth_is_iterated_restricted_and_pickled(write: Write, space: LabelSpace) -> None:
    images = [{"id": number, "file_name": f"{number}.jpg", "height": 2, "width": 3} for number in (1, 2, 3)]
    truth = CocoTruth(write([thing(17, rectangle(0, 0, 1, 1))], images=images), space)

    part = pickle.loads(pickle.dumps(truth.restricted_to(["3", "1"])))

    assert truth.class_names == ("background", "cat", "dog", "cup")
    assert (len(truth), len(part)) == (3, 2)
    assert [(key, mask.sum()) for key, mask in part] == [("1", 1), ("3", 0)]
    with pytest.raises(InputError, match="got image '4', expected one of the ground truth, such as '1'"):
        truth.restricted_to(["1", "4"])


def refused(path: Path, space: LabelSpace, *, strict: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        CocoTruth(path, space, CocoRules(strict=strict))
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ([], "got no polygon, expected a mask; is this a file of boxes?"),
        ([[1, 2, 3, 4]], "got a polygon [1, 2, 3, 4], expected x, y of three points or more"),
        ([[1, 2, 3, 4, 5, 6, 7]], "expected x, y of three points"),
        ([[1, 2, 3, 4, 5, 1e9]], "got a polygon with coordinates beyond 80"),
        ([[1, 2, 3, 4, 5, "6"]], "or that are no numbers"),
        ([5], "got a polygon 5"),
        ([[]], "got a polygon [], expected x, y of three points"),
        (None, "got None, expected polygons or a run-length encoding"),
        ({"size": [6, 8], "counts": [1, 2]}, "do not add up to the 6 x 8 pixels"),
        (
            {"size": [8, 6], "counts": [48]},
            "the image's [6, 8]. One is the other turned: was it drawn on an image",
        ),
        ("polygon", "got 'polygon', expected polygons or a run-length encoding"),
    ],
)
def test_a_mask_that_is_none_costs_itself_or_if_told_so_the_file(
    write: Write, space: LabelSpace, segmentation: object, message: str
) -> None:
    good, bad = thing(17, rectangle(0, 0, 1, 1)), thing(17, segmentation)
    path = write([good, bad])

    found = refused(path, space, strict=True)

    assert found.startswith("annotations[1]: segmentation: ")
    assert message in found
    truth = CocoTruth(path, space)
    assert truth.flaws == [f"{path}: {found}"]
    assert truth.rules.endswith("images without objects: scored, 1 annotation without a usable mask skipped")
    assert truth.mask("one").sum() == 1
    # Nothing but such masks is no truth: boxes, or the sizes of other images.
    assert refused(write([bad, bad]), space).endswith("; not one annotation has a usable mask")


def test_an_annotation_that_says_no_mask_at_all(write: Write, space: LabelSpace) -> None:
    absent = thing(17, None)
    del absent["segmentation"]
    truth = CocoTruth(write([absent, thing(18, rectangle(0, 0, 1, 1))]), space)
    assert (len(truth.flaws), truth.mask("one").max()) == (1, 2)


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        (
            {"images": []},
            "got no entry in a list 'images' (top-level keys: images, annotations, categories), expected a COCO",
        ),
        ({"categories": []}, "got no entry in a list 'categories' (top-level keys:"),
        (
            {"categories": [], "annotations": [{"image_id": 1, "caption": "A cup."}]},
            "got a caption file, which says nothing of where things are; 'capparse label'",
        ),
        (
            {"categories": [{"id": 90, "name": "cap"}]},
            "no foreground classes of label space 'mini': 'cap'. Did you mean 'cup'?",
        ),
        (
            {"categories": [{"id": 90, "name": "grass"}]},
            "no foreground classes of label space 'mini': 'grass'. Try --label",
        ),
        (
            {"categories": [{"id": 90, "name": "motor_bike"}, {"id": 91, "name": "Tvmonitor"}]},
            "label space 'mini': 'motor_bike', 'Tvmonitor'. Try --label-space with the one that the labels",
        ),
        (
            {"categories": [{"id": 90, "name": "Dining-Table"}]},
            "label space 'mini': 'Dining-Table'. Try --label-space coco",
        ),
        (
            {"categories": [*CATEGORIES, {"id": 17, "name": "cup"}]},
            "categories[3]: got id 17 for 'cup', expected one name per id: it is 'cat' already",
        ),
        (
            {"categories": CATEGORIES[1:]},
            "annotations[0]: category_id: got 17, expected an id that the file lists",
        ),
        ({"images": [{"id": 2, "file_name": "a", "height": 1, "width": 1}]}, "annotations[0]: image_id: got 1"),
        ({"images": [{"id": 1, "file_name": "a", "height": 1}]}, "images[0]: width: the field is missing"),
        ({"images": [{"id": 1, "file_name": "a", "height": 0, "width": 1}]}, "images[0]: height: got 0"),
        (
            {"images": [{"id": 1, "file_name": f"{n}.jpg", "height": 6, "width": 8} for n in "ab"]},
            "images[1]: id: got 1, expected one image per id, and another has it already. Were two files",
        ),
        ({"images": ["one.jpg"]}, "images[0]: got 'one.jpg', expected an object"),
        (
            {"images": [{"id": i, "file_name": f"d/a.jp{i}", "height": 6, "width": 8} for i in (1, 2)]},
            "got two images whose files are named 'd/a', expected one",
        ),
    ],
)
def test_a_file_that_does_not_hold_what_it_should_is_refused(
    write: Write, space: LabelSpace, lists: dict[str, object], message: str
) -> None:
    assert message in refused(write([thing(17, rectangle(0, 0, 1, 1))], **lists), space)


def test_a_misspelt_category_gets_the_nearest_name(write: Write, space: LabelSpace) -> None:
    found = refused(write([], categories=[{"id": 90, "name": "cupp"}]), space)

    assert "label space 'mini': 'cupp'. Did you mean 'cup'?" in found


def test_files_given_in_place_of_a_truth_are_named(tmp_path: Path, space: LabelSpace) -> None:
    path = tmp_path / "truth"
    for content, got in (
        (
            '{"image_id": 1, "foreground": [], "background": []}\n' * 2,
            "got a label file, which says what captions",
        ),
        ('{"image_id": 1, "captions": ["A cup."]}\n', "got a caption file, "),
        ('{"images": [{"id": 1}], "annotations": [{"image_id": 1, "caption": "A cup."}]}', "got a caption file, "),
        ("", "got an empty file, its writing or its download broke off"),
    ):
        path.write_text(content)
        with pytest.raises(InputError, match=f"truth: {got}.*expected a COCO instances file .*folder of masks$"):
            open_truth(path, label_space=space)


def test_files_that_are_no_json_or_missing(tmp_path: Path, space: LabelSpace) -> None:
    path = tmp_path / "instances.json"
    assert "cannot be read: No such file" in refused(path, space)
    path.write_text('{"images": [{"id": 1,')
    assert "is not valid JSON: it ends too early; get or make the file again, expected a" in refused(path, space)


def test_no_image_left(write: Write, space: LabelSpace) -> None:
    with pytest.raises(InputError, match="got no image with an object"):
        CocoTruth(write([]), space, CocoRules(images_without_objects=False))


@pytest.mark.real_data
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools beside NumPy 2
def test_real_masks_equal_those_of_the_official_tool(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pycocotools.coco import COCO

    path = real_data / "coco" / "annotations" / "instances_val2017_masked.json"
    official = COCO(str(path))
    capsys.readouterr()
    # The contiguous id of a category is its place among COCO's ids.
    class_ids = {category: number for number, category in enumerate(sorted(official.getCatIds()), 1)}
    truth = CocoTruth(path, load_label_space("coco"))
    assert len(truth) == len(official.imgs) == 202

    for image in list(official.imgs.values())[:60]:
        masks = [(official.annToMask(found), found["category_id"]) for found in official.imgToAnns[image["id"]]]
        expected = np.zeros((image["height"], image["width"]), dtype=np.uint8)
        for mask, category in sorted(masks, key=lambda pair: -int(pair[0].sum())):
            expected[mask == 1] = class_ids[category]
        np.testing.assert_array_equal(truth.mask(Path(image["file_name"]).stem), expected)
