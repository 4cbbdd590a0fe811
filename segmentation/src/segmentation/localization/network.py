"""The localization network: an image becomes two feature maps, in which embeddings are found (Section III-B1)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells
from segmentation.localization.embeddings import ClassEmbeddings, CompoundEmbeddings, CompoundPairs
from segmentation.localization.options import LocalizationOptions

_NO_ATTRIBUTES = "this network has no attributes: it gives class scores and class heatmaps alone"


class FeatureMaps(NamedTuple):
    """The image in the spaces of the embeddings."""

    cls: Tensor
    """F_cls, `[B d_cls h w]`."""
    comp: Tensor | None
    """F_comp, `[B d_comp h w]`; None in a network without attributes."""
    cells: Cells
    """What the backbone gives."""


class LabelLocalizer(nn.Module, ABC):
    """What is trained on image labels and then asked for heatmaps; this base knows no attributes."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone

    @abstractmethod
    def forward(self, images: Tensor) -> FeatureMaps:
        """Feature maps of `images`, `[B 3 H W]` RGB from 0 to 255."""

    @abstractmethod
    def class_scores(self, cls: Tensor) -> Tensor:
        """Eq. 4: logits `[B K]` of all classes from F_cls `[B d_cls h w]`."""

    @abstractmethod
    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        """H_cls of the classes with contiguous ids `ids` (from 1), `[B len(ids) h w]`, before any threshold.

        Raises ValueError for an id that is no class.
        """

    def compound_scores(self, _comp: Tensor, _pairs: CompoundPairs, /) -> Tensor:
        """Eq. 5: logits `[P]` of class-attribute pairs from F_comp `[B d_comp h w]`.

        Raises ValueError in a network without attributes.
        """
        raise ValueError(_NO_ATTRIBUTES)

    def compound_heatmaps(self, _comp: Tensor, _pairs: Sequence[tuple[int, int]], /) -> Tensor:
        """H_comp of the pairs of class id (from 1) and attribute index (from 0), `[B len(pairs) h w]`.

        Raises ValueError in a network without attributes.
        """
        raise ValueError(_NO_ATTRIBUTES)

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with the backbone and learns ten times as fast (Section IV-C2)."""
        return [value for name, value in self.named_parameters() if not name.startswith("backbone.")]


class LocalizationNetwork(LabelLocalizer):
    """Backbone, two 1×1 projections, and the embeddings that scores and heatmaps are inner products with.

    Of attributes there are none if `options.attributes` is off or `n_attributes` is 0: then there is no
    compound branch, and `FeatureMaps.comp` is None.
    """

    def __init__(
        self, backbone: Backbone, n_classes: int, n_attributes: int, options: LocalizationOptions
    ) -> None:
        super().__init__(backbone)
        self.options = options
        self.project_cls = nn.Conv2d(backbone.channels, options.d_cls, kernel_size=1)
        self.classes = ClassEmbeddings(n_classes, options.d_cls)
        self.project_comp: nn.Conv2d | None = None
        self.compounds: CompoundEmbeddings | None = None
        if options.attributes and n_attributes:
            self.project_comp = nn.Conv2d(backbone.channels, options.d_comp, kernel_size=1)
            self.compounds = CompoundEmbeddings(n_attributes, options)

    def forward(self, images: Tensor) -> FeatureMaps:
        cells = self.backbone.cells(images)
        comp = None if self.project_comp is None else self.project_comp(cells.features)
        return FeatureMaps(self.project_cls(cells.features), comp, cells)

    def class_scores(self, cls: Tensor) -> Tensor:
        scores: Tensor = self.classes(self.options.pooling(cls))
        return scores

    def compound_scores(self, comp: Tensor, pairs: CompoundPairs) -> Tensor:
        return self._compounds().scores(self.options.pooling(comp), self.classes.weight, pairs)

    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        embeddings = self.classes.weight[class_columns(ids, self.classes.weight)]
        return torch.einsum("bdhw,kd->bkhw", cls, embeddings)

    def compound_heatmaps(self, comp: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
        compounds = self._compounds()
        columns = class_columns([class_id for class_id, _ in pairs], self.classes.weight)
        attributes = torch.tensor([attribute for _, attribute in pairs], dtype=torch.long, device=columns.device)
        embeddings = compounds(self.classes.weight[columns], attributes)
        return torch.einsum("bdhw,kd->bkhw", comp, embeddings)

    def _compounds(self) -> CompoundEmbeddings:
        if self.compounds is None:
            raise ValueError(_NO_ATTRIBUTES)
        return self.compounds


def class_columns(ids: Sequence[int], weights: Tensor) -> Tensor:
    """Rows of `weights` `[K ...]` for contiguous class ids, int64 on its device; ValueError for others."""
    n_classes = weights.shape[0]
    if outside := [class_id for class_id in ids if not 1 <= class_id <= n_classes]:
        raise ValueError(f"class ids {outside} are not in 1 to {n_classes}")
    return torch.tensor(ids, dtype=torch.long, device=weights.device) - 1
