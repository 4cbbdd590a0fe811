"""Class heatmaps of a network that starts from ImageNet are those of the classifier's rows."""

from typing import Literal

import pytest
import torch

from segmentation.localization.config import LocalizationOptions
from segmentation.localization.directions import leading_directions
from segmentation.localization.knowledge.imagenet_classes import ImagenetClasses, MatchRule
from segmentation.localization.knowledge.initialise import (
    SCORE_SCALE,
    initialise,
    mean_rows,
)
from segmentation.localization.network import LocalizationNetwork, PlainCam
from shared_runtime.errors import UsageError
from shared_schemas import LabelClass
from tests.segmentation.localization.pixel_backbone import PixelBackbone

CHANNELS = 24
ZEBRA, TABBY, PERSIAN = 340, 281, 283
CLASSES = (
    LabelClass(id=1, name="zebra", synsets=("zebra.n.01",)),
    LabelClass(id=2, name="fire hydrant", synsets=("fireplug.n.01",)),
    LabelClass(id=3, name="cat", synsets=("tabby.n.01", "persian_cat.n.01")),
)


@pytest.fixture(scope="module")
def classifier() -> torch.Tensor:
    return torch.randn(1000, CHANNELS, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))


def expected_heatmaps(classifier: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    centred = classifier - classifier.mean(dim=0)
    rows = torch.stack([centred[ZEBRA], 0 * centred[ZEBRA], (centred[TABBY] + centred[PERSIAN]) / 2])
    return torch.einsum("kc,bchw->bkhw", rows, images.repeat(1, CHANNELS // 3, 1, 1))


def test_a_row_is_the_mean_of_its_kin_less_the_mean_of_all() -> None:
    classifier = torch.tensor([[1.0, 0.0], [3.0, 2.0], [-4.0, 4.0]])
    found = [
        ImagenetClasses(MatchRule.HYPONYM, (0, 1)),
        ImagenetClasses(MatchRule.NONE),
        ImagenetClasses(MatchRule.PART, (2,)),
    ]
    assert mean_rows(classifier, found).tolist() == [[2.0, -1.0], [0.0, 0.0], [-4.0, 2.0]]


@pytest.mark.parametrize("d_cls", [2, 8, CHANNELS, 40])
def test_class_heatmaps_are_the_classifiers(classifier: torch.Tensor, images: torch.Tensor, d_cls: int) -> None:
    network = LocalizationNetwork(
        PixelBackbone(CHANNELS // 3), 3, 2, LocalizationOptions(d_cls=d_cls, d_attr=3, d_comp=d_cls)
    )
    found = initialise(network, CLASSES, classifier)
    assert [found.rule for found in found] == [MatchRule.HYPONYM, MatchRule.NONE, MatchRule.HYPONYM]
    heatmaps = network.class_heatmaps(network(images).cls, (1, 2, 3))
    torch.testing.assert_close(heatmaps, SCORE_SCALE * expected_heatmaps(classifier, images))


def test_compounds_start_as_their_classes(classifier: torch.Tensor, images: torch.Tensor) -> None:
    network = LocalizationNetwork(
        PixelBackbone(CHANNELS // 3), 3, 2, LocalizationOptions(d_cls=8, d_attr=3, d_comp=6)
    )
    initialise(network, CLASSES, classifier)
    heatmaps = network.compound_heatmaps(network(images).comp, [(1, 1), (2, 0), (3, 0)])
    torch.testing.assert_close(heatmaps, SCORE_SCALE * expected_heatmaps(classifier, images))


def test_attributes_can_leave_their_start(classifier: torch.Tensor, images: torch.Tensor) -> None:
    network = LocalizationNetwork(
        PixelBackbone(CHANNELS // 3), 3, 2, LocalizationOptions(d_cls=8, d_attr=3, d_comp=6)
    )
    initialise(network, CLASSES, classifier)
    network.compound_heatmaps(network(images).comp, [(1, 1)]).sum().backward()
    gradient = network.compounds.attributes.grad
    assert gradient[0].abs().sum() == 0
    assert (gradient[1] != 0).all()


@pytest.mark.parametrize(("pooling", "scale"), [("weldon", 2), ("weighted", 1)])
def test_plain_cam_starts_from_the_same_rows(
    classifier: torch.Tensor, images: torch.Tensor, pooling: Literal["weldon", "weighted"], scale: int
) -> None:
    network = PlainCam(PixelBackbone(CHANNELS // 3), 3, LocalizationOptions(class_pooling=pooling))
    initialise(network, CLASSES, classifier)
    heatmaps = network.class_heatmaps(network(images).cls, (1, 2, 3))
    torch.testing.assert_close(heatmaps, scale * SCORE_SCALE * expected_heatmaps(classifier, images))


def test_directions_are_orthonormal_and_span_the_rows_first(classifier: torch.Tensor) -> None:
    rows = torch.cat([classifier[:3], classifier[:1] + classifier[1:2]])
    directions = leading_directions(rows, classifier, 10)
    assert directions.shape == (10, CHANNELS)
    torch.testing.assert_close(directions @ directions.T, torch.eye(10), atol=1e-5, rtol=0)
    first = directions[:3]
    torch.testing.assert_close(rows @ first.T @ first, rows, atol=1e-4, rtol=0)


def test_a_backbone_of_other_channels_is_refused() -> None:
    network = PlainCam(PixelBackbone(CHANNELS // 3), 3, LocalizationOptions())
    with pytest.raises(UsageError, match="reads 1280 channels, the backbone has 24"):
        initialise(network, CLASSES, torch.zeros(1000, 1280))
