"""The reference classifier, on a backbone that passes pixels on."""

from typing import Any

import pytest
import torch

from segmentation.localization.config import LocalizationOptions, WeightedPoolingOptions
from segmentation.localization.network import LocalizationNetwork, PlainCam, build_localizer
from tests.segmentation.localization.pixel_backbone import PixelBackbone

IMAGE = torch.tensor([[[[1.0, 2.0]], [[3.0, 5.0]], [[0.0, 7.0]]]])


def cam(**options: Any) -> PlainCam:
    built = PlainCam(PixelBackbone(), 2, LocalizationOptions(architecture="plain-cam", **options))
    with torch.no_grad():
        built.classifier.weight.copy_(torch.tensor([[1.0, 0, -1.0], [0, 2.0, 0]])[:, :, None, None])
    return built


def test_scores_average_the_class_maps() -> None:
    built = cam()
    maps = built(IMAGE)
    assert maps.comp is None
    assert built.class_scores(maps.cls).tolist() == [[(1 - 5) / 2, (6 + 10) / 2]]


def test_weighted_scores_are_those_of_a_network_whose_embeddings_are_the_same_rows() -> None:
    built = cam(class_pooling="weighted", weighted={"background_logit": 0.5})
    options = LocalizationOptions(
        d_cls=3, class_pooling="weighted", weighted=WeightedPoolingOptions(background_logit=0.5)
    )
    network = LocalizationNetwork(PixelBackbone(), 2, 0, options)
    with torch.no_grad():
        network.project_cls.weight.copy_(torch.eye(3)[:, :, None, None])
        network.project_cls.bias.zero_()
        network.classes.weight.copy_(built.classifier.weight.flatten(1))
        expected = network.class_scores(network(IMAGE).cls)
        torch.testing.assert_close(built.class_scores(built(IMAGE).cls), expected)


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
