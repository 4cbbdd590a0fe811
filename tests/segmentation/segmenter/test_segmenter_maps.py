"""Score maps of a segmentation network: windows, scales, mirror images, and which classes compete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from segmentation.data.images import RgbImage
from segmentation.data.label_rules import Evidence
from segmentation.data.targets import ImageTargets
from segmentation.masks.batches import image_batches
from segmentation.masks.finish import RejectedImage
from segmentation.masks.job import HeatmapMaps
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.refinement import Refinement
from segmentation.prediction.options import PredictionOptions
from segmentation.scores.contract import Heatmaps, ImageScores, NetworkTraits, Sizes, Viewing
from segmentation.scores.views import ImageViews
from segmentation.segmenter.predict import SegmenterScores

STRIDE = 4
N_CLASSES = 3
TRAITS = NetworkTraits("tiny", False, 33, attributes=False, background=False, own_background=True)


class PixelNetwork(nn.Module):
    """Its logits see nothing but the pixel in the middle of a cell, or the pixels of a patch."""

    stride = STRIDE

    def __init__(self, *, patches: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first_cell = (STRIDE - 1) / 2 if patches else 0.0
        self.logits = nn.Conv2d(3, 1 + N_CLASSES, STRIDE if patches else 1, stride=STRIDE)
        self.areas: list[int] = []

    @property
    def backbone(self) -> "PixelNetwork":
        """Its cells are its own."""
        return self

    def forward(self, images: Tensor) -> Tensor:
        self.areas.append(images.shape[0] * images.shape[2] * images.shape[3])
        found: Tensor = self.logits(images.float() / 255)
        return 4 * found


@dataclass(frozen=True)
class FixedScores:
    """Whatever it is shown, it says the same."""

    heatmaps: Heatmaps

    def sizes(self, image: RgbImage) -> Sizes:
        return ((image.shape[0], image.shape[1]),)

    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:  # noqa: ARG002
        return [ImageScores(self.heatmaps, None) for _ in images]


def source(network: Any, **viewing: Any) -> HeatmapMaps[ImageTargets]:
    seen = Viewing(**({"input_size": "original"} | viewing))
    options = PredictionOptions(refine=Refinement.NONE).of_masks(TRAITS)
    return HeatmapMaps(SegmenterScores(network, torch.device("cpu"), seen), N_CLASSES, options)


def asked(*foreground: int) -> ImageTargets:
    return ImageTargets("a", "a.png", Path("a.png"), foreground, ())


def picture(height: int, width: int, seed: int = 0) -> RgbImage:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def maps_of(found: list[ScoreMaps | RejectedImage]) -> list[ScoreMaps]:
    assert all(isinstance(maps, ScoreMaps) for maps in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("patches", [False, True])
def test_probabilities_are_those_of_a_loop_over_cells(patches: bool) -> None:
    network = PixelNetwork(patches=patches)
    side = 32 + (not patches)
    image = picture(side, side + 8)
    (found,) = maps_of(source(network).maps([image], [asked(1, 2, 3)]))
    with torch.no_grad():
        logits = network(torch.from_numpy(image).permute(2, 0, 1)[None])
    expected = logits[0].softmax(dim=0).numpy()
    won = sorted({0, *np.unique(expected.argmax(axis=0)).tolist()})
    assert found.ids == tuple(index for index in won if index)
    np.testing.assert_allclose(found.scores, expected[won], atol=1e-6)
    assert found.margin == (0.375 if patches else 0.0)


@pytest.mark.parametrize("patches", [False, True])
@pytest.mark.parametrize("flip", [False, True])
def test_windows_give_what_the_whole_gives_where_no_cell_sees_another(patches: bool, flip: bool) -> None:
    network = PixelNetwork(patches=patches)
    image = picture(70, 101)
    (whole,) = maps_of(source(network, flip=flip).maps([image], [asked(1, 2, 3)]))
    network.areas.clear()
    (found,) = maps_of(source(network, flip=flip, window=21).maps([image], [asked(1, 2, 3)]))
    assert len(network.areas) > 12
    assert max(network.areas) <= 21**2
    assert found.ids == whole.ids
    # Parts are resized as the whole is, to a level of grey.
    np.testing.assert_allclose(found.scores, whole.scores, atol=0.05)
    assert np.abs(found.scores - whole.scores).mean() < 1e-3


def test_a_mirrored_image_has_mirrored_maps_and_flip_averages_both() -> None:
    network = PixelNetwork(patches=False)
    image = picture(33, 65)
    plain, flipped = source(network), source(network, flip=True)
    (one,) = maps_of(plain.maps([image], [asked(1, 2, 3)]))
    (other,) = maps_of(plain.maps([image[:, ::-1]], [asked(1, 2, 3)]))
    np.testing.assert_allclose(other.scores, one.scores[..., ::-1], atol=1e-6)
    (both,) = maps_of(flipped.maps([image], [asked(1, 2, 3)]))
    # The network sees one pixel of a cell, and cells lie on the same pixels in both.
    np.testing.assert_allclose(both.scores, one.scores, atol=1e-6)


def test_scales_are_averaged_at_the_cells_of_the_first_one() -> None:
    network = PixelNetwork(patches=False)
    grey = np.full((33, 49, 3), 90, dtype=np.uint8)
    (one,) = maps_of(source(network).maps([grey], [asked(1, 2, 3)]))
    (several,) = maps_of(source(network, scales=(0.5, 1.0, 1.7)).maps([grey], [asked(1, 2, 3)]))
    assert several.scores.shape == one.scores.shape
    np.testing.assert_allclose(several.scores, one.scores, atol=1e-6)


def test_foreign_classes_are_left_out_before_the_softmax() -> None:
    network = PixelNetwork(patches=False)
    image = picture(33, 33)
    with torch.no_grad():
        logits = network(torch.from_numpy(image).permute(2, 0, 1)[None])[0]
    found = maps_of(source(network).maps([image, image, image], [asked(2), asked(1, 3), asked()]))
    two = logits[[0, 2]].softmax(dim=0).numpy()
    np.testing.assert_allclose(found[0].scores, two[: len(found[0].scores)], atol=1e-6)
    assert set(found[0].ids) <= {2}
    assert set(found[1].ids) <= {1, 3}
    assert found[2].ids == ()
    np.testing.assert_array_equal(found[2].scores, np.ones((1, 9, 9), dtype=np.float32))


def test_classes_of_a_record_are_believed_and_asked_for_ones_are_not() -> None:
    network = PixelNetwork(patches=False)
    image = picture(33, 33)
    with torch.no_grad():
        logits = network(torch.from_numpy(image).permute(2, 0, 1)[None])[0].numpy()
    record = replace(asked(1, 3), evidence={1: Evidence(5, 0.9), 2: Evidence(1, 0.2)})
    nothing = replace(asked(), evidence={7: Evidence(1, 0.5)})
    requests = [record, asked(1, 3), nothing]
    believed, only_asked, empty = maps_of(source(network, presence=0.25).maps([image] * 3, requests))
    # Class 1, by a loop: a quarter of what its surest cell lacks to a lead of 5; class 3 stays as it is.
    lead = max(logits[1, row, column] - logits[0, row, column] for row in range(9) for column in range(9))
    moved = logits[[0, 1, 3]]
    moved[1] += 0.25 * (5 - lead)
    expected = np.exp(moved) / np.exp(moved).sum(axis=0)
    won = np.union1d([0], np.unique(expected.argmax(axis=0)))
    np.testing.assert_allclose(believed.scores, expected[won], atol=1e-6)
    assert not np.allclose(believed.scores[0], only_asked.scores[0], atol=0.01)
    np.testing.assert_array_equal(empty.scores, np.ones((1, 9, 9), dtype=np.float32))
    (unbelieved,) = maps_of(source(network, presence=0.0).maps([image], [record]))
    np.testing.assert_allclose(unbelieved.scores, only_asked.scores, atol=1e-6)


@pytest.mark.parametrize("flip", [False, True])
def test_classes_that_are_nowhere_likely_are_left_out_unless_a_record_names_them(*, flip: bool) -> None:
    network = PixelNetwork(patches=False)
    image = picture(33, 33)
    (everything,) = maps_of(source(network, flip=flip).maps([image], [asked(1, 2, 3)]))
    surest = {
        class_id: scores.max() for class_id, scores in zip(everything.ids, everything.scores[1:], strict=True)
    }
    assert len(surest) > 1, "the picture shows several"
    weakest, other = sorted(surest, key=surest.__getitem__)[:2]
    limit = (surest[weakest] + surest[other]) / 2
    unlikely = source(network, flip=flip, min_score=limit)
    said = replace(asked(1, 2, 3), evidence={weakest: Evidence(1, 0.5)})
    found, kept = maps_of(unlikely.maps([image] * 2, [asked(1, 2, 3), said]))
    assert weakest not in found.ids
    # What is left scores as before: its cells go to the next likeliest.
    ids = [class_id for class_id in found.ids if class_id in everything.ids]
    assert ids == [class_id for class_id in everything.ids if class_id != weakest]
    for class_id in ids:
        scores = (maps.scores[1 + maps.ids.index(class_id)] for maps in (found, everything))
        np.testing.assert_allclose(*scores, atol=1e-6)
    assert weakest in kept.ids


def test_the_shorter_side_is_that_of_the_options() -> None:
    network = PixelNetwork(patches=False)
    assert source(network, input_size=65).sizes(picture(100, 200))[0] == (65, 129)
    assert source(network, input_size=65).sizes(picture(200, 100))[0] == (129, 65)
    assert source(network).sizes(picture(100, 200))[0] == (101, 201)
    assert source(PixelNetwork(patches=True), input_size=64).sizes(picture(50, 100))[0] == (64, 128)


def test_images_of_a_batch_are_seen_as_alone() -> None:
    network = PixelNetwork(patches=False)
    images = [picture(33, 49, seed) for seed in range(3)]
    requests = [asked(1, 2, 3), asked(1), asked(2, 3)]
    for together, image, request in zip(source(network).maps(images, requests), images, requests, strict=True):
        (alone,) = maps_of(source(network).maps([image], [request]))
        assert isinstance(together, ScoreMaps)
        assert together.ids == alone.ids
        np.testing.assert_allclose(together.scores, alone.scores, atol=1e-6)


def test_images_that_differ_at_any_scale_do_not_share_a_batch(tmp_path: Path) -> None:
    """33 and 34 pixels are 33 to a stride of 4; twice as large, they are 65 and 69."""
    requests = []
    for side in (33, 34):
        Image.fromarray(picture(side, side)).save(tmp_path / f"{side}.png")
        requests.append(replace(asked(1, 2, 3), path=tmp_path / f"{side}.png", key=str(side)))
    network = PixelNetwork(patches=False)

    def alike(scales: tuple[float, ...]) -> list[set[int]]:
        views = ImageViews(Viewing("original", scales), STRIDE, 0.0)
        of_both = (source(network, scales=scales).sizes, views.sizes)
        return [{len(batch[0]) for batch in image_batches(requests, sizes, 2)} for sizes in of_both]  # type: ignore[arg-type]

    assert alike((1.0,)) == [{2}, {2}]
    assert alike((1.0, 2.0)) == [{1}, {1}]
    # The cells of scale 1 decide, too, where no view is of that scale.
    assert alike((0.5,)) == [{2}, {2}]


def test_a_band_asks_classes_that_are_likeliest_nowhere() -> None:
    network = PixelNetwork(patches=False)
    image = picture(33, 33)
    alone = source(network)
    (everything,) = alone.source.scores([image], [asked(1, 2, 3)])
    background = everything.heatmaps.background
    assert background is not None
    # One whose probability is a little below that of the background, everywhere.
    heatmaps = replace(everything.heatmaps, classes={2: background * 0.9})
    fixed = FixedScores(heatmaps)
    (without,) = maps_of(replace(alone, source=fixed).maps([image], [asked(2)]))
    banded = replace(alone, source=fixed, options=alone.options.model_copy(update={"ignore_band": (0.4, 0.6)}))
    (within,) = maps_of(banded.maps([image], [asked(2)]))
    assert (without.ids, within.ids) == ((), (2,))


def test_scores_that_are_not_finite_cost_one_image() -> None:
    network = PixelNetwork(patches=False)
    with torch.no_grad():
        network.logits.bias.fill_(float("nan"))  # type: ignore[union-attr]
    (found,) = source(network).maps([picture(33, 33)], [replace(asked(1), file_name="sick.png")])
    assert found == RejectedImage("a", "sick.png", "the network's heatmaps hold NaN or infinite values")
