"""A localization network that starts from what an ImageNet classifier knows."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from segmentation.localization.knowledge.imagenet_classes import ImagenetClasses, ImagenetMatcher
from segmentation.localization.network import LabelLocalizer, LocalizationNetwork, PlainCam
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
    rows = SCORE_SCALE * class_rows(classifier, found)
    with torch.no_grad():
        if isinstance(network, PlainCam):
            # WELDON adds the highest and the lowest cells, so that its scores are about twice an average.
            scale = 1 if network.options.class_pooling == "weighted" else 2
            network.classifier.weight.copy_(scale * rows[:, :, None, None])
        elif isinstance(network, LocalizationNetwork):
            _fill(network, rows, classifier)
    return found


def class_rows(classifier: Tensor, imagenet_classes: Sequence[ImagenetClasses]) -> Tensor:
    """Per class the mean of its ImageNet classes' rows less that of all rows, `[K C]`; 0 without any."""
    mean = classifier.mean(dim=0)
    rows = [
        classifier[list(found.columns)].mean(dim=0) - mean if found.columns else 0 * mean
        for found in imagenet_classes
    ]
    return torch.stack(rows)


def leading_directions(rows: Tensor, classifier: Tensor, count: int) -> Tensor:
    """At most `count` orthonormal directions, `[d C]`: those that span `rows` `[K C]`, then those in which the
    rest of `classifier` `[1000 C]` varies most.

    If `rows` need more than `count`, these are the ones that approximate them best.
    """
    spanning = principal_directions(rows)
    centred = classifier - classifier.mean(dim=0)
    rest = centred - centred @ spanning.T @ spanning
    return torch.cat([spanning, principal_directions(rest)])[:count]


def principal_directions(matrix: Tensor) -> Tensor:
    """Orthonormal directions `[d C]` that span the rows of `matrix` `[n C]`, those in which they are longest
    first."""
    _, values, directions = torch.linalg.svd(matrix.double(), full_matrices=False)
    significant: Tensor = directions[values > 1e-6 * values.max()]
    return significant.to(matrix.dtype)


def _fill(network: LocalizationNetwork, rows: Tensor, classifier: Tensor) -> None:
    options = network.options
    directions = leading_directions(rows, classifier, options.d_cls)
    network.classes.weight.zero_()
    network.classes.weight[:, : len(directions)] = rows @ directions.T
    _project(network.project_cls, directions)
    if network.project_comp is not None and network.compounds is not None:
        _project(network.project_comp, directions[: options.d_comp])
        network.compounds.attributes.zero_()
        network.compounds.affine.weight[:, : options.d_cls] = torch.eye(options.d_comp, options.d_cls)
        network.compounds.affine.bias.zero_()


def _project(projection: nn.Conv2d, directions: Tensor) -> None:
    projection.weight[: len(directions)] = directions[:, :, None, None]
    if projection.bias is not None:
        projection.bias.zero_()
