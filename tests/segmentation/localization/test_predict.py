"""Heatmaps of batches, scales and mirror images, from a network whose maps are known beforehand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from segmentation.backbones.contract import Backbone, Cells, Normalisation
from segmentation.data.targets import ImageTargets
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.network import LocalizationNetwork
from segmentation.localization.predict import HeatmapExtractor
from segmentation.scores.affinity import propagate
from segmentation.scores.contract import Heatmaps, Viewing
from segmentation.scores.grid import upscale

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def one_thread() -> None:
    torch.set_num_threads(1)


class Peeking(Backbone):
    """Cell (i, j) is the colour of pixel (16 i, 16 j)."""

    stride = 16
    channels = 3
    normalisation = Normalisation(mean=(0, 0, 0), std=(1, 1, 1))

    def stages(self, images: Tensor) -> Cells:
        return Cells(images[..., ::16, ::16], images[..., ::16, ::16])

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()


class Patches(Peeking):
    """Cell (i, j) is the mean colour of the 16 × 16 pixels from (16 i, 16 j) on."""

    first_cell = 7.5

    def stages(self, images: Tensor) -> Cells:
        return Cells(avg_pool2d(images, 16), avg_pool2d(images, 16))


def network(backbone: Backbone | None = None, *, attributes: bool = True) -> LocalizationNetwork:
    """Classes 1 to 3 are the amounts of red, green and blue; the maps of compounds are random but fixed."""
    torch.manual_seed(0)
    options = LocalizationOptions(d_cls=3, d_attr=3, d_comp=3, attributes=attributes)
    built = LocalizationNetwork(backbone or Peeking(), 3, 2, options).eval()
    with torch.no_grad():
        built.classes.weight.copy_(torch.eye(3))
        built.project_cls.weight.copy_(torch.eye(3)[..., None, None])
        built.project_cls.bias.zero_()
    return built


def extractor(built: LocalizationNetwork, **viewing: Any) -> HeatmapExtractor:
    return HeatmapExtractor(built, torch.device("cpu"), Viewing(**{"input_size": 33, **viewing}))


def heatmaps(source: HeatmapExtractor, images: list[np.ndarray], requests: list[ImageTargets]) -> list[Heatmaps]:
    return [scores.heatmaps for scores in source.scores(images, requests)]


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def targets(attributes: dict[int, tuple[int, ...]] | None = None) -> ImageTargets:
    return ImageTargets(1, None, Path("a.png"), foreground=(1, 2), background=(3,), attributes=attributes or {})


def test_class_heatmaps_are_those_of_the_image_itself() -> None:
    images = [noise(33, 33, seed) for seed in range(3)]
    only_green = ImageTargets(2, None, Path("b.png"), foreground=(2,), background=())
    found = heatmaps(extractor(network()), images, [targets(), only_green, targets()])
    assert [tuple(maps.classes) for maps in found] == [(1, 2, 3), (2,), (1, 2, 3)]
    for image, maps in zip(images, found, strict=True):
        np.testing.assert_allclose(maps.classes[2], image[::16, ::16, 1], rtol=1e-6)
        assert maps.compounds == {}


def test_compound_heatmaps_come_under_class_and_attribute() -> None:
    built = network()
    image = noise(33, 33)
    found = heatmaps(extractor(built), [image], [targets({1: (0, 1), 3: (1,)})])[0]
    assert list(found.compounds) == [(1, 0), (1, 1), (3, 1)]
    with torch.inference_mode():
        comp = built(torch.from_numpy(image).permute(2, 0, 1)[None]).comp
        expected = built.compound_heatmaps(comp, [(3, 1)])[0, 0].numpy()
    np.testing.assert_allclose(found.compounds[3, 1], expected, rtol=1e-5)


@pytest.mark.parametrize(("attributes", "options"), [(False, {}), (True, {"compounds": False})])
def test_compounds_can_be_off(attributes: bool, options: dict[str, object]) -> None:
    found = heatmaps(extractor(network(attributes=attributes), **options), [noise(33, 33)], [targets({1: (0,)})])
    assert found[0].compounds == {}
    assert list(found[0].classes) == [1, 2, 3]


def test_mirror_images_of_a_network_that_sees_all_alike_change_nothing() -> None:
    images = [noise(33, 33)]
    plain = heatmaps(extractor(network()), images, [targets({1: (0,)})])[0]
    both = heatmaps(extractor(network(), flip=True), images, [targets({1: (0,)})])[0]
    for class_id, heatmap in plain.classes.items():
        np.testing.assert_allclose(both.classes[class_id], heatmap, rtol=1e-5)
    np.testing.assert_allclose(both.compounds[1, 0], plain.compounds[1, 0], rtol=1e-4)


def test_propagation_goes_along_the_surfaces_of_each_image_before_maps_are_averaged() -> None:
    built = network()
    image = noise(33, 33)
    found = heatmaps(extractor(built, flip=True, propagation=2), [noise(33, 33, 1), image], [targets()] * 2)[1]
    once = []
    for seen in (image, image[:, ::-1].copy()):
        surfaces = torch.from_numpy(seen[::16, ::16].copy()).permute(2, 0, 1).float()
        once.append(propagate(surfaces[0, None], surfaces, 2)[0].numpy())
    np.testing.assert_allclose(found.classes[1], (once[0] + once[1][:, ::-1]) / 2, rtol=1e-4)


def test_cells_lie_on_those_of_the_heatmaps_whatever_scale_comes_first() -> None:
    image = noise(65, 65)
    for scales in ((1.0,), (2.0, 1.0)):
        seen = extractor(network(), input_size=65, scales=scales).scores([image], [targets()])[0]
        assert seen.cells.features.shape == seen.cells.mid_features.shape == (3, 5, 5)
        assert seen.heatmaps.classes[1].shape == (5, 5)


def test_scales_are_averaged_at_the_first_resolution() -> None:
    ramp = np.broadcast_to(np.linspace(0, 240, 65)[None, :, None], (65, 65, 3)).astype(np.uint8)
    plain = heatmaps(extractor(network(), input_size=65), [ramp], [targets()])[0].classes[1]
    scaled = heatmaps(extractor(network(), input_size=65, scales=(0.5, 1.0, 2.0)), [ramp], [targets()])[0].classes[
        1
    ]
    assert scaled.shape == plain.shape == (5, 5)
    np.testing.assert_allclose(scaled, plain, atol=6)


@pytest.mark.parametrize("backbone", [Peeking(), Patches()])
@pytest.mark.parametrize("scales", [(1.0,), (0.5, 1.0, 2.0)])
def test_a_gradient_of_the_image_comes_back_at_full_resolution(
    backbone: Backbone, scales: tuple[float, ...]
) -> None:
    """Wherever the cells of a backbone lie, red that grows from left to right grows alike in the enlarged map."""
    side = 128 if backbone.first_cell else 129
    ramp = np.zeros((side, side, 3), dtype=np.uint8)
    ramp[..., 0] = np.linspace(0, 255, side)
    found = heatmaps(extractor(network(backbone), input_size=side, scales=scales), [ramp], [targets()])[0]
    enlarged = upscale(found.classes[1], side, side, found.margin)
    inner = slice(24, side - 24)
    np.testing.assert_allclose(enlarged[:, inner], ramp[:, inner, 0], atol=2)


@pytest.mark.parametrize(
    ("input_size", "shape", "expected"),
    [
        (321, (480, 640), (321, 321)),
        (224, (480, 640), (225, 225)),
        ("original", (480, 640), (481, 641)),
        ("original", (1, 30), (17, 33)),
    ],
)
def test_sizes(input_size: object, shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert extractor(network(), input_size=input_size).sizes(np.zeros((*shape, 3), np.uint8))[0] == expected


def test_an_object_ends_up_where_it_is() -> None:
    """A red square, through network, enlargement and a threshold, at the side for which the grid is exact."""
    image = np.zeros((129, 129, 3), dtype=np.uint8)
    image[40:105, 24:89] = (255, 0, 0)
    found: Heatmaps = heatmaps(extractor(network(), input_size=129), [image], [targets()])[0]
    rows, columns = np.nonzero(upscale(found.classes[1], 129, 129) > 127)
    assert rows.mean() == pytest.approx(72, abs=1)
    assert columns.mean() == pytest.approx(56, abs=1)
