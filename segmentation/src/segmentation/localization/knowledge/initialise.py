"""A localization network that starts from what an ImageNet classifier knows."""

from collections.abc import Sequence

import torch
from torch import Tensor

from segmentation.localization.knowledge.imagenet_classes import ImagenetClasses, ImagenetMatcher
from segmentation.localization.network import LabelLocalizer
from shared_runtime.errors import UsageError
from shared_schemas import LabelClass

SCORE_SCALE = 0.25
"""Logits of a classifier over 1,000 exclusive classes are too sure for independent ones. On 169 images of COCO
(EfficientNet-Lite0, 224²) the balanced loss of the untrained scores is lowest near this scale: 0.54, against 0.96
unscaled and 0.69 for scores of 0."""


def initialise(
    network: LabelLocalizer, classes: Sequence[LabelClass], classifier: Tensor
) -> list[ImagenetClasses]:
    """Start the class branch (and the compound branch, if any) from ImageNet; returns what was found per class.

    `classifier` holds the rows of the ImageNet classifier that reads the backbone's channels, `[1000 C]`.
    Class heatmaps then are those of the classifier, averaged over each class's ImageNet classes; one without them
    starts at 0. A compound starts as its class: all attributes at 0. Raises UsageError if the channels do not fit.
    """
    if classifier.shape[1] != network.backbone.channels:
        raise UsageError(
            f"the ImageNet classifier reads {classifier.shape[1]} channels, the backbone has "
            f"{network.backbone.channels}; knowledge needs a backbone that ends where its classifier begins, "
            "such as efficientnet-lite0-head or resnet50"
        )
    found = ImagenetMatcher.shipped().find(classes)
    network.start_from(SCORE_SCALE * mean_rows(classifier, found), classifier)
    return found


def mean_rows(classifier: Tensor, imagenet_classes: Sequence[ImagenetClasses]) -> Tensor:
    """Per class the mean of its ImageNet classes' rows less that of all rows, `[K C]`; 0 without any."""
    mean = classifier.mean(dim=0)
    rows = [
        classifier[list(found.columns)].mean(dim=0) - mean if found.columns else 0 * mean
        for found in imagenet_classes
    ]
    return torch.stack(rows)
