"""The reference classifier, on a backbone that passes pixels on."""

import pytest
import torch

from segmentation.localization.config import LocalizationOptions
from segmentation.localization.network import LocalizationNetwork, PlainCam, build_localizer
from tests.segmentation.localization.pixel_backbone import PixelBackbone

IMAGE = torch.tensor([[[[1.0, 2.0]], [[3.0, 5.0]], [[0.0, 7.0]]]])


def cam() -> PlainCam:
    built = PlainCam(PixelBackbone(), 2)
    with torch.no_grad():
        built.classifier.weight.copy_(torch.tensor([[1.0, 0, -1.0], [0, 2.0, 0]])[:, :, None, None])
    return built


def test_scores_average_the_class_maps() -> None:
    built = cam()
    maps = built(IMAGE)
    assert maps.comp is None
    assert built.class_scores(maps.cls).tolist() == [[(1 - 5) / 2, (6 + 10) / 2]]


def test_heatmaps_are_the_class_maps_by_id() -> None:
    built = cam()
    assert built.class_heatmaps(built(IMAGE).cls, (2, 1)).tolist() == [[[[6.0, 10.0]], [[1.0, -5.0]]]]
    with pytest.raises(ValueError, match=r"class ids \[0\] are not in 1 to 2"):
        built.class_heatmaps(built(IMAGE).cls, (0,))


def test_knows_no_attributes() -> None:
    with pytest.raises(ValueError, match="no attributes"):
        cam().compound_heatmaps(IMAGE, [(1, 0)])


def test_options_name_the_network() -> None:
    plain = build_localizer(PixelBackbone(), 2, 1, LocalizationOptions(architecture="plain-cam"))
    assert isinstance(plain, PlainCam)
    assert [name for name, _ in plain.named_parameters()] == ["classifier.weight"]
    assert isinstance(build_localizer(PixelBackbone(), 2, 1, LocalizationOptions()), LocalizationNetwork)
