"""Masks and images that name each other differently."""

from pathlib import Path

import numpy as np
import pytest

from segmentation.data.masks import place_for_mask, write_index_mask
from segmentation.data.names import image_key
from segmentation.evaluation.matching import matched_masks
from shared_runtime.errors import InputError


def folder_of(folder: Path, *keys: str) -> Path:
    folder.mkdir(exist_ok=True)
    for key in keys:
        write_index_mask(place_for_mask(folder, key), np.zeros((1, 1), dtype=np.uint8))
    return folder


def found(folder: Path, *keys: str) -> dict[str, str]:
    masks, _ = matched_masks(folder, keys)
    return {key: path.relative_to(folder).as_posix() for key, path in masks.items()}


def test_sub_folders_keep_images_of_one_name_apart(tmp_path: Path) -> None:
    masks = folder_of(tmp_path, "cam1/0001", "cam2/0001")
    assert found(masks, "cam1/0001", "cam2/0001", "cam3/0001") == {
        "cam1/0001": "cam1/0001.png",
        "cam2/0001": "cam2/0001.png",
    }


def test_one_side_may_leave_the_folder_out(tmp_path: Path) -> None:
    masks = folder_of(tmp_path, "1", "val/2", "a/3", "b/3", "a/4")
    keys = ("train/1", "2", "3", "b/4")
    assert found(masks, *keys) == {"train/1": "1.png", "2": "val/2.png"}
    assert matched_masks(masks, keys).outside == 3


def test_accents_are_the_same_in_both_unicode_forms(tmp_path: Path) -> None:
    masks = folder_of(tmp_path, "cafe\u0301")
    assert found(masks, "caf\u00e9") == {"caf\u00e9": "cafe\u0301.png"}


def test_folders_that_links_lead_to_are_read_once(tmp_path: Path) -> None:
    masks = folder_of(tmp_path / "masks", "1")
    folder_of(tmp_path / "elsewhere", "2")
    (masks / "cam1").symlink_to(tmp_path / "elsewhere")
    (masks / "loop").symlink_to(masks)
    assert found(masks, "1", "cam1/2") == {"1": "1.png", "cam1/2": "cam1/2.png"}
    assert matched_masks(masks, ["1"]).outside == 1


def test_what_systems_leave_behind_is_no_mask(tmp_path: Path) -> None:
    masks = folder_of(tmp_path, "1", "._1", ".trash/2")
    (masks / ".DS_Store").write_bytes(b"")
    (masks / "Thumbs.db").write_bytes(b"")
    assert matched_masks(masks, ["1"]).outside == 0
    with pytest.raises(InputError, match=r"got masks such as 1\.png, expected masks of the truth's images"):
        matched_masks(masks, ["7"])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.jpg", "a"),
        ("cam1/a.b.jpg", "cam1/a.b"),
        ("cam1\\a.jpg", "cam1/a"),
        ("/data/a.jpg", "data/a"),
        ("./a", "a"),
        ("a", "a"),
    ],
)
def test_keys(name: str, key: str) -> None:
    assert image_key(name) == key
