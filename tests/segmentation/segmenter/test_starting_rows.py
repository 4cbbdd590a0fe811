"""A linear head that starts from a localizer of pooled shares says what that localizer says of every cell."""

import numpy as np
import torch

from segmentation.backbones.loading import load_backbone
from segmentation.localization.config import LocalizationOptions, WeightedPoolingOptions
from segmentation.localization.network import build_localizer
from segmentation.masks.maps import absolute_scores
from segmentation.segmenter.config import SegmentationOptions
from segmentation.segmenter.initialise import start_head
from segmentation.segmenter.network import SegmentationNetwork


def test_the_background_starts_at_the_logit_that_classes_competed_with() -> None:
    torch.manual_seed(0)
    options = LocalizationOptions(
        d_cls=7, class_pooling="weighted", attributes=False, weighted=WeightedPoolingOptions(background_logit=0.8)
    )
    localizer = build_localizer(load_backbone("tiny"), 5, 0, options).eval()
    start = localizer.class_rows()
    linear = SegmentationOptions(head="linear")
    segmenter = SegmentationNetwork(localizer.backbone, 5, linear).eval()
    start_head(segmenter, start, "a localizer", linear)
    images = torch.randint(256, (1, 3, 33, 33), dtype=torch.uint8)
    with torch.no_grad():
        heatmaps = localizer.class_heatmaps(localizer(images).cls, range(1, 6))[0].numpy()
        probabilities = segmenter(images).softmax(dim=1)[0].numpy()
    assert start.background == 0.8
    np.testing.assert_allclose(probabilities, absolute_scores(heatmaps, heatmaps[:0], 0.8), rtol=1e-4, atol=1e-6)


def test_other_localizers_have_no_background_to_start_from() -> None:
    for options in (LocalizationOptions(attributes=False), LocalizationOptions(architecture="plain-cam")):
        assert build_localizer(load_backbone("tiny"), 5, 0, options).class_rows().background == 0
