from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.data.crops import CropOptions
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.localization.samples import LocalizationBatch, LocalizationSamples
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

SIZE = 16


@pytest.fixture
def dataset(tmp_path: Path, space: LabelSpace) -> LocalizationSamples:
    """A red image of a black cat on grass, a picture of a wooden cup, and one that cannot be read."""
    Image.new("RGB", (30, 20), (255, 0, 0)).save(tmp_path / "red.png")
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    targets = [
        ImageTargets(1, "red.png", tmp_path / "red.png", (1,), (4,), {1: (0,)}),
        ImageTargets(
            2, "noise.png", tmp_path / "noise.png", (1, 3), (), {3: (0, 1)}, doubtful=(2,), denied=(4, 5)
        ),
        ImageTargets(3, "broken.jpg", tmp_path / "broken.jpg", (2,), ()),
    ]
    return LocalizationSamples(targets, Vocabulary(space), CropOptions(size=SIZE))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_batch_holds_raw_images_and_labels_by_column(dataset: LocalizationSamples) -> None:
    batch = dataset.collate([dataset.sample(0, rng()), dataset.sample(1, rng())])

    assert len(batch) == 2
    # As bytes, in the order in which convolutions take them.
    assert batch.images.dtype == torch.uint8
    assert batch.images.shape == (2, 3, SIZE, SIZE)
    assert batch.images.is_contiguous(memory_format=torch.channels_last)
    assert batch.images[0].amax(dim=(1, 2)).tolist() == [255.0, 0.0, 0.0]
    assert batch.images[0].amin(dim=(1, 2)).tolist() == [255.0, 0.0, 0.0]
    assert batch.classes.dtype == torch.bool
    # Column k is class id k + 1: cat, dog, cup, grass, sky.
    assert batch.classes.int().tolist() == [[1, 0, 0, 1, 0], [1, 0, 1, 0, 0]]
    assert batch.doubtful.int().tolist() == [[0] * 5, [0, 1, 0, 0, 0]]
    assert batch.denied.int().tolist() == [[0] * 5, [0, 0, 0, 1, 1]]
    assert batch.attributes.shape == (2, 5, 2)
    assert batch.attributes.nonzero().tolist() == [[0, 0, 0], [1, 2, 0], [1, 2, 1]]


def test_a_sample_is_a_function_of_index_and_generator(dataset: LocalizationSamples) -> None:
    first, same, other = (dataset.sample(1, rng(seed)).image for seed in (5, 5, 6))

    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_an_unreadable_image_is_an_input_error_that_names_it(dataset: LocalizationSamples) -> None:
    assert len(dataset) == 3
    with pytest.raises(InputError, match=r"broken\.jpg"):
        dataset.sample(2, rng())


def test_without_options_crops_are_the_papers(tmp_path: Path, space: LabelSpace) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "black.png")
    targets = [ImageTargets(1, None, tmp_path / "black.png", (1,), ())]

    assert LocalizationSamples(targets, Vocabulary(space)).sample(0, rng()).image.shape == (321, 321, 3)


def test_a_batch_moves_as_a_whole(dataset: LocalizationSamples) -> None:
    moved = dataset.collate([dataset.sample(0, rng())]).to("meta")

    assert isinstance(moved, LocalizationBatch)
    assert {tensor.device.type for tensor in (getattr(moved, field.name) for field in fields(moved))} == {"meta"}
