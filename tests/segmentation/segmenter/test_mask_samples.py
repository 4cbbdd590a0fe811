"""Images and masks that are cropped alike."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.data.crops import CropOptions
from segmentation.data.masks import write_index_mask
from segmentation.data.truth.mask_folders import MaskFolderTruth
from segmentation.segmenter.pairs import MaskedImage, Unpaired, pair_images
from segmentation.segmenter.samples import MaskSamples
from shared_runtime.errors import InputError
from shared_schemas import load_label_space


def samples(folder: Path, size: int = 33) -> MaskSamples:
    """One image of vertical stripes, whose red value is ten times its mask's."""
    for name in ("images/sub", "masks/sub"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    mask = np.repeat(np.arange(20, dtype=np.uint8), 8)[None].repeat(120, axis=0)
    image = np.stack([10 * mask, mask, mask], axis=-1)
    mask[:10] = 255
    Image.fromarray(image).save(folder / "images/sub/one.png")
    write_index_mask(folder / "masks/sub/one.png", mask)
    truth = MaskFolderTruth(folder / "masks", load_label_space("coco"))
    pairs, unpaired = pair_images([folder / "images"], folder / "masks", truth)
    assert [pair.key for pair in pairs] == ["sub/one"]
    assert (unpaired.masks, unpaired.n_images) == ([], 0)
    return MaskSamples(pairs, truth, CropOptions(size=size))


def test_a_name_that_no_image_can_have_costs_its_mask(tmp_path: Path) -> None:
    """On Windows, it would lead to another drive."""

    def paired() -> tuple[list[MaskedImage], Unpaired]:
        truth = MaskFolderTruth(tmp_path / "masks", load_label_space("coco"))
        return pair_images([tmp_path / "images"], tmp_path / "masks", truth)

    samples(tmp_path)
    for folder in ("images", "masks"):
        shutil.copy(tmp_path / folder / "sub/one.png", tmp_path / folder / "a:1.png")
    pairs, unpaired = paired()
    assert [pair.key for pair in pairs] == ["sub/one"]
    (fault,) = unpaired.faults
    assert fault.startswith("mask a:1.png: got 'a:1', expected a name inside the image folder. Rename the mask")
    assert (unpaired.masks, unpaired.n_images) == ([], 0)
    (tmp_path / "masks" / "sub" / "one.png").unlink()
    with pytest.raises(InputError, match=r"got 0 images of 1 mask, expected most .* missing: a:1;"):
        paired()


def test_a_mask_stays_on_its_image(tmp_path: Path) -> None:
    drawn = samples(tmp_path)
    for seed in range(8):
        sample = drawn.sample(0, np.random.default_rng(seed))
        assert sample.image.shape == (33, 33, 3)
        assert sample.mask.shape == (33, 33)
        ids = sample.mask.astype(int)
        # Bilinear stripes and nearest ids: never more than a stripe apart.
        inside = ids != 255
        assert np.abs(sample.image[..., 0].astype(int) - 10 * ids)[inside].max() <= 12
        assert set(np.unique(ids)) <= {*range(20), 255}


def test_a_sample_is_a_function_of_its_random_numbers(tmp_path: Path) -> None:
    drawn = samples(tmp_path)
    one, again, other = (drawn.sample(0, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.mask, again.mask)
    assert np.array_equal(one.image, again.image)
    assert not np.array_equal(one.mask, other.mask)


def test_a_batch_holds_images_and_masks(tmp_path: Path) -> None:
    drawn = samples(tmp_path)
    batch = drawn.collate([drawn.sample(0, np.random.default_rng(seed)) for seed in range(3)])
    assert len(batch) == 3
    assert (batch.images.shape, str(batch.images.dtype)) == ((3, 3, 33, 33), "torch.uint8")
    assert (batch.masks.shape, str(batch.masks.dtype)) == ((3, 33, 33), "torch.uint8")
    assert batch.to("cpu").masks.equal(batch.masks)
    assert batch.corrected.tolist() == []
    corrected = replace(drawn.sample(0, np.random.default_rng(0)), corrected=True)
    batch = drawn.collate([drawn.sample(0, np.random.default_rng(1)), corrected])
    assert batch.corrected.tolist() == [False, True]
