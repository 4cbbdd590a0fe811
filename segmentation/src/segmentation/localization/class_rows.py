"""The class heatmaps of a localizer as rows over its backbone's channels, for other networks to start from."""

from typing import NamedTuple

import torch
from torch import Tensor

from segmentation.localization.network import LabelLocalizer, LocalizationNetwork, PlainCam


class ClassRows(NamedTuple):
    """Class maps as they are read from cells: logits of K classes, over the C channels of a backbone."""

    rows: Tensor
    """`[K C]`"""
    offsets: Tensor
    """`[K]`"""
    background: float = 0.0
    """The logit of the background, in every cell."""


def localizers_rows(network: LabelLocalizer) -> ClassRows:
    """The class heatmaps of a localizer, of all its K classes, and the background that they compete with."""
    if isinstance(network, PlainCam):
        rows = network.classifier.weight.flatten(1)
        offsets = torch.zeros(len(rows))
    elif isinstance(network, LocalizationNetwork):
        projection, embeddings = network.project_cls, network.classes.weight
        rows = embeddings @ projection.weight.flatten(1)
        offsets = embeddings @ projection.get_parameter("bias")
    else:
        raise TypeError(f"got a {type(network).__name__}, whose class heatmaps are no rows")
    weighted = network.options.class_pooling == "weighted"
    background = network.options.weighted.background_logit if weighted else 0.0
    return ClassRows(rows.detach(), offsets.detach(), background)
