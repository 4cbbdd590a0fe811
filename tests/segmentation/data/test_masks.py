"""Masks as other programs read them: Pillow for PNGs, pycocotools for results."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from segmentation.data.masks import (
    display_colours,
    mask_files,
    mask_path,
    palette,
    place_for_mask,
    read_index_mask,
    write_coco_results,
    write_index_mask,
)
from shared_runtime.errors import InputError, OutputError
from shared_schemas import LabelClass, LabelSpace, load_label_space

MASK = np.array([[0, 1, 1], [80, 255, 0]], dtype=np.uint8)


def test_a_png_holds_the_ids_and_shows_colours(tmp_path: Path) -> None:
    write_index_mask(tmp_path / "a.png", MASK)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.asarray(picture), MASK)
        # VOC's maroon for class 1, black for background.
        assert picture.convert("RGB").getpixel((1, 0)) == (128, 0, 0)
        assert picture.convert("RGB").getpixel((0, 0)) == (0, 0, 0)
    np.testing.assert_array_equal(read_index_mask(tmp_path / "a.png", 81), MASK)


def test_sub_folders_are_made_but_not_the_folder_itself(tmp_path: Path) -> None:
    path = place_for_mask(tmp_path, "cam1/day 2/0001")
    write_index_mask(path, MASK)
    assert mask_files(tmp_path) == {"cam1/day 2/0001": path}
    assert place_for_mask(tmp_path / "gone", "cam1/0001") == mask_path(tmp_path / "gone", "cam1/0001")
    assert not (tmp_path / "gone").exists()
    with pytest.raises(OutputError, match=r"0001\.png/a: cannot be made: Not a directory"):
        place_for_mask(tmp_path, "cam1/day 2/0001.png/a/b")


def test_all_bytes_survive(tmp_path: Path) -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    write_index_mask(tmp_path / "a.png", every)
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), every)


@pytest.mark.parametrize(
    ("class_id", "colour"),
    [(1, (128, 0, 0)), (5, (128, 0, 128)), (15, (192, 128, 128)), (20, (0, 64, 128)), (255, (224, 224, 192))],
)
def test_palette_is_that_of_voc(class_id: int, colour: tuple[int, int, int]) -> None:
    assert tuple(palette()[class_id]) == colour


def test_palette_tells_all_ids_apart() -> None:
    assert len({tuple(colour) for colour in palette().tolist()}) == 256


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: Image.Image, path: Path, **_options: object) -> None:
        Path(path).write_bytes(b"half a")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="No space"):
        write_index_mask(tmp_path / "a.png", MASK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools decodes into arrays of its own kind
def test_rle_has_the_data_sets_ids_and_decodes_to_the_mask(tmp_path: Path) -> None:
    space = load_label_space("coco")
    write_coco_results(tmp_path / "results.json", [(139, MASK), ("b", np.zeros((2, 2), np.uint8))], space)
    results = json.loads((tmp_path / "results.json").read_text())
    assert len(results) == 2
    # Class 80, toothbrush, is category 90 of COCO; neither background nor ignored pixels are results.
    assert [(r["image_id"], r["category_id"], r["score"]) for r in results] == [(139, 1, 1.0), (139, 90, 1.0)]
    for result, class_id in zip(results, (1, 80), strict=True):
        np.testing.assert_array_equal(coco_mask.decode(result["segmentation"]), class_id == MASK)


def test_a_class_without_an_id_of_the_data_set_gets_one_that_is_nobodys(tmp_path: Path) -> None:
    own = {"cat": 2, "unicorn": None, "horse": 5}
    classes = [
        LabelClass(id=number, name=name, category_id=own_id, phrases=(name,))
        for number, (name, own_id) in enumerate(own.items(), 1)
    ]
    space = LabelSpace(name="x", classes=tuple(classes))
    mask = np.array([[1, 2, 3]], dtype=np.uint8)
    write_coco_results(tmp_path / "x.jsonl", [(7, mask)], space, lines=True)
    results = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert [result["category_id"] for result in results] == [2, 6, 5]


def test_no_masks_make_an_empty_list(tmp_path: Path) -> None:
    write_coco_results(tmp_path / "results.json", [], load_label_space("coco"))
    assert json.loads((tmp_path / "results.json").read_text()) == []


def test_colours_are_told_with_what_reads_them(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), "maroon").save(tmp_path / "mask.png")
    with pytest.raises(InputError, match=r"capseg import reads these where a labelmap\.txt says what they mean"):
        read_index_mask(tmp_path / "mask.png", 3)


def test_people_are_shown_bright_colours_that_differ() -> None:
    colours = display_colours().astype(int)
    assert len({tuple(colour) for colour in colours[1:255].tolist()}) == 254
    assert colours[1:255].max(axis=1).min() >= 200
    # Of the first classes, which most label spaces have, no two look alike.
    near = np.abs(colours[1:22, None] - colours[None, 1:22]).sum(axis=2) + 1000 * np.eye(21, dtype=int)
    assert near.min() > 40
    np.testing.assert_array_equal(colours[[0, 255]], palette()[[0, 255]])
