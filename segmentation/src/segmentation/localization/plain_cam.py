"""A plain class activation mapping classifier: the reference that the embeddings are compared with."""

from collections.abc import Sequence

from torch import Tensor, nn

from segmentation.backbones.contract import Backbone
from segmentation.localization.network import FeatureMaps, LabelLocalizer, LocalizationNetwork, class_columns
from segmentation.localization.options import LocalizationOptions


class PlainCam(LabelLocalizer):
    """Backbone, one 1×1 convolution to the classes, the average over cells (Zhou et al. 2016).

    F_cls is the class maps themselves, `[B K h w]`.
    """

    def __init__(self, backbone: Backbone, n_classes: int) -> None:
        super().__init__(backbone)
        self.classifier = nn.Conv2d(backbone.channels, n_classes, kernel_size=1, bias=False)

    def forward(self, images: Tensor) -> FeatureMaps:
        cells = self.backbone.cells(images)
        return FeatureMaps(self.classifier(cells.features), None, cells)

    def class_scores(self, cls: Tensor) -> Tensor:
        return cls.mean(dim=(-2, -1))

    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        return cls[:, class_columns(ids, self.classifier.weight)]


def build_localizer(
    backbone: Backbone, n_classes: int, n_attributes: int, options: LocalizationOptions
) -> LabelLocalizer:
    """The network that `options.architecture` names."""
    if options.architecture == "plain-cam":
        return PlainCam(backbone, n_classes)
    return LocalizationNetwork(backbone, n_classes, n_attributes, options)
