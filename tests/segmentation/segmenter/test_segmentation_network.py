"""Heads against the same layers written out, and the groups of parameters that learn at rates of their own."""

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor
from torch.nn import functional

from segmentation.backbones.loading import load_backbone
from segmentation.scores.affinity import propagate
from segmentation.segmenter.config import SegmentationOptions
from segmentation.segmenter.network import Aspp, LinearHead, SegmentationNetwork, cell_dilations
from tests.segmentation.localization.pixel_backbone import PixelBackbone


def test_the_linear_head_gives_inner_products_of_cells_with_rows() -> None:
    network = SegmentationNetwork(PixelBackbone(), 2, SegmentationOptions(head="linear")).eval()
    with torch.no_grad():
        network.head.classifier.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1, 0], [1, 0, -1]])[:, :, None, None])
        network.head.classifier.bias.copy_(torch.tensor([0.0, 0.5, 1.0]))
        logits = network(torch.tensor([[[[1.0, 2.0]], [[3.0, 5.0]], [[0.0, 7.0]]]]))
    assert logits.tolist() == [[[[1.0, 2.0]], [[3.5, 5.5]], [[2.0, -4.0]]]]


def test_aspp_sums_the_logits_of_its_branches() -> None:
    torch.manual_seed(0)
    head = Aspp(5, 4, (1, 3), SegmentationOptions(channels=6)).eval()
    features = torch.randn(2, 5, 9, 8)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.copy_(torch.randn_like(parameter))
        expected = torch.zeros(2, 4, 9, 8)
        for branch, dilation in zip(head.branches, (1, 3), strict=True):
            expected += _branch(dict(branch.named_parameters()), features, dilation)
        torch.testing.assert_close(head(features), expected)


def _branch(weights: dict[str, Tensor], features: Tensor, dilation: int) -> Tensor:
    padded = functional.pad(features, [dilation] * 4)
    taps = weights["fc6.weight"].shape[-1]
    height, width = features.shape[-2:]
    hidden = weights["fc6.bias"][:, None, None].expand(2, -1, height, width).clone()
    for row in range(taps):
        for column in range(taps):
            top, left = row * dilation, column * dilation
            part = padded[:, :, top : top + height, left : left + width]
            hidden += torch.einsum("oi,bihw->bohw", weights["fc6.weight"][:, :, row, column], part)
    hidden = hidden.clamp(min=0)
    for name in ("fc7", "fc8"):
        kernel = weights[f"{name}.weight"][:, :, 0, 0]
        hidden = torch.einsum("oi,bihw->bohw", kernel, hidden) + weights[f"{name}.bias"][:, None, None]
        hidden = hidden.clamp(min=0) if name == "fc7" else hidden
    return hidden


@pytest.mark.parametrize("name", ["vgg16-deeplab", "efficientnet-lite0", "efficientnet-lite0-head-s8", "tiny"])
@pytest.mark.parametrize("head", ["aspp", "linear"])
def test_logits_lie_on_the_cells_of_any_backbone(name: str, head: str) -> None:
    backbone = load_backbone(name)
    network = SegmentationNetwork(backbone, 3, SegmentationOptions(head=head, channels=8)).eval()
    images = torch.randint(0, 256, (2, 3, 33, 49), dtype=torch.uint8)
    with torch.no_grad():
        assert network(images).shape == (2, 4, *backbone(images).shape[-2:])


def test_logits_are_carried_to_cells_that_look_alike_once_it_is_trained() -> None:
    options = SegmentationOptions(head="linear", dropout=0.0, propagation=2)
    network = SegmentationNetwork(load_backbone("tiny"), 3, options)
    torch.nn.init.normal_(network.head.classifier.weight)  # type: ignore[union-attr,arg-type]
    images = torch.randint(0, 256, (2, 3, 33, 49), dtype=torch.uint8)
    with torch.no_grad():
        cells = network.backbone.cells(images)
        logits = network.head(cells.features)
        assert torch.equal(network.train()(images), logits)
        carried = network.eval()(images)
    torch.testing.assert_close(carried, propagate(logits, cells.mid_features, 2))
    assert not torch.allclose(carried, logits)


def test_dilations_cover_the_same_pixels_at_any_stride() -> None:
    options = SegmentationOptions()
    assert cell_dilations(options, 8) == (6, 12, 18, 24)
    assert cell_dilations(options, 16) == (3, 6, 9, 12)
    assert cell_dilations(options, 4) == (12, 24, 36, 48)
    assert cell_dilations(SegmentationOptions(scale_dilations=False), 16) == (6, 12, 18, 24)
    assert cell_dilations(SegmentationOptions(dilations=(1,)), 32) == (1,)


@pytest.mark.parametrize(("head", "n_last"), [("aspp", 4), ("linear", 1)])
def test_every_parameter_of_the_head_is_in_one_group(head: str, n_last: int) -> None:
    network = SegmentationNetwork(PixelBackbone(), 3, SegmentationOptions(head=head, channels=8))
    last, new = network.last_biases(), network.new_parameters()
    assert [tuple(bias.shape) for bias in last] == [(4,)] * n_last
    assert {id(parameter) for parameter in (*last, *new)} == {id(p) for p in network.head.parameters()}
    assert len(last) + len(new) == len(list(network.head.parameters()))


def test_new_weights_start_small_and_biases_at_zero() -> None:
    torch.manual_seed(0)
    head = LinearHead(2000, 10, 0.5)
    assert float(head.classifier.weight.detach().std()) == pytest.approx(0.01, rel=0.05)
    assert not head.classifier.bias.any()


def test_rows_that_read_the_backbone_need_the_linear_head() -> None:
    with pytest.raises(ValidationError, match=r"network\.head=linear"):
        SegmentationOptions(rows="imagenet")
