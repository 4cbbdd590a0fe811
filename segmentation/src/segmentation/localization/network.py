"""The localization network: an image becomes two feature maps, in which embeddings are found (Section III-B1)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone
from segmentation.localization.embeddings import ClassEmbeddings, CompoundEmbeddings, CompoundPairs
from segmentation.localization.options import LocalizationOptions


class FeatureMaps(NamedTuple):
    """The image in the spaces of the embeddings."""

    cls: Tensor
    """F_cls, `[B d_cls h w]`."""
    comp: Tensor | None
    """F_comp, `[B d_comp h w]`; None in a network without attributes."""


class LocalizationNetwork(nn.Module):
    """Backbone, two 1×1 projections, and the embeddings that scores and heatmaps are inner products with.

    Of attributes there are none if `options.attributes` is off or `n_attributes` is 0: then there is no
    compound branch, and `FeatureMaps.comp` is None.
    """

    def __init__(
        self, backbone: Backbone, n_classes: int, n_attributes: int, options: LocalizationOptions
    ) -> None:
        super().__init__()
        self.options = options
        self.backbone = backbone
        self.project_cls = nn.Conv2d(backbone.channels, options.d_cls, kernel_size=1)
        self.classes = ClassEmbeddings(n_classes, options.d_cls)
        self.project_comp: nn.Conv2d | None = None
        self.compounds: CompoundEmbeddings | None = None
        if options.attributes and n_attributes:
            self.project_comp = nn.Conv2d(backbone.channels, options.d_comp, kernel_size=1)
            self.compounds = CompoundEmbeddings(n_attributes, options)

    def forward(self, images: Tensor) -> FeatureMaps:
        """Feature maps of `images`, `[B 3 H W]` RGB from 0 to 255."""
        features = self.backbone(images)
        comp = None if self.project_comp is None else self.project_comp(features)
        return FeatureMaps(self.project_cls(features), comp)

    def class_scores(self, cls: Tensor) -> Tensor:
        """Eq. 4: logits `[B K]` of all classes from F_cls `[B d_cls h w]`."""
        scores: Tensor = self.classes(self.options.pooling(cls))
        return scores

    def compound_scores(self, comp: Tensor, pairs: CompoundPairs) -> Tensor:
        """Eq. 5: logits `[P]` of class-attribute pairs from F_comp `[B d_comp h w]`."""
        return self._compounds().scores(self.options.pooling(comp), self.classes.weight, pairs)

    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        """H_cls of the classes with contiguous ids `ids` (from 1), `[B len(ids) h w]`, before any threshold."""
        embeddings = self.classes.weight[self._columns(ids)]
        return torch.einsum("bdhw,kd->bkhw", cls, embeddings)

    def compound_heatmaps(self, comp: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
        """H_comp of `pairs` of class id (from 1) and attribute index (from 0), `[B len(pairs) h w]`."""
        compounds = self._compounds()
        columns = self._columns([class_id for class_id, _ in pairs])
        attributes = torch.tensor([attribute for _, attribute in pairs], dtype=torch.long, device=columns.device)
        embeddings = compounds(self.classes.weight[columns], attributes)
        return torch.einsum("bdhw,kd->bkhw", comp, embeddings)

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with the backbone and learns ten times as fast (Section IV-C2)."""
        return [value for name, value in self.named_parameters() if not name.startswith("backbone.")]

    def _columns(self, ids: Sequence[int]) -> Tensor:
        n_classes = self.classes.weight.shape[0]
        if outside := [class_id for class_id in ids if not 1 <= class_id <= n_classes]:
            raise ValueError(f"class ids {outside} are not in 1 to {n_classes}")
        return torch.tensor(ids, dtype=torch.long, device=self.classes.weight.device) - 1

    def _compounds(self) -> CompoundEmbeddings:
        if self.compounds is None:
            raise ValueError("this network has no attributes: it has class scores and class heatmaps alone")
        return self.compounds
