"""Masks that break exports: odd names, sub-folders, equal stems, ids with gaps, 255, holes, corners that touch."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from segmentation.data.masks import IndexMask, write_index_mask
from segmentation.runs.folder import MAKE_MASKS, RunFolder, RunRecord
from shared_schemas import Kind, LabelClass, LabelSpace

QUOTED = 'tv: "big", 50" été'
NAMES = {"a dir/0001": ".jpg", "b/0001": ".png", "it's é": ".jpeg"}


class Masks(NamedTuple):
    """A folder of masks with its images."""

    folder: Path
    images: Path
    values: Mapping[str, IndexMask]
    space: LabelSpace


def drawn() -> dict[str, IndexMask]:
    """By key: rings with holes and what lies in them; a mask of noise; one without any object."""
    rings = np.zeros((21, 34), dtype=np.uint8)
    rings[2:19, 3:20] = 1
    rings[5:16, 6:17] = 0
    rings[8:13, 9:14] = 1
    rings[10, 11] = 255
    rings[3, 25] = rings[4, 26] = rings[5, 25] = 2  # touching at corners
    rings[12:20, 24:33] = 3
    rings[14:17, 26:29] = 2
    noise = np.random.default_rng(0).choice(np.array([0, 1, 3, 255], dtype=np.uint8), (40, 30))
    return {"a dir/0001": rings, "b/0001": noise, "it's é": np.zeros((5, 7), dtype=np.uint8)}


@pytest.fixture(scope="session")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Masks:
    """Three masks as make-masks writes them."""
    space = LabelSpace(
        name="odd",
        classes=(
            LabelClass(id=1, name="cat", category_id=90, phrases=("cat",)),
            LabelClass(id=2, name=QUOTED, category_id=1, phrases=("tv",)),
            LabelClass(id=3, name="hot dog, large", phrases=("hot dog",)),
            LabelClass(id=4, name="sea", kind=Kind.BACKGROUND, phrases=("sea",)),
        ),
    )
    root = tmp_path_factory.mktemp("exchange")
    made = Masks(root / "masks", root / "images", drawn(), space)
    for number, (key, suffix) in enumerate(NAMES.items()):
        for folder in (made.folder, made.images):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
        write_index_mask(made.folder / f"{key}.png", made.values[key])
        height, width = made.values[key].shape
        Image.new("RGB", (width, height), (number, 100, 0)).save(made.images / f"{key}{suffix}", format="PNG")
    folder = RunFolder(made.folder)
    notes = {"images": [str(made.images)]}
    folder.record.write_text(RunRecord(command=MAKE_MASKS, config={}, samples={}, notes=notes).model_dump_json())
    folder.write_label_space(space)
    return made
