"""The localization network: an image becomes two feature maps, in which embeddings are found (Section III-B1)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells
from segmentation.localization.config import LocalizationOptions, PoolingOptions, WeightedPoolingOptions
from segmentation.localization.directions import leading_directions
from segmentation.scores.pooling import competing_shares, size_penalty, weighted_pooling

_NO_ATTRIBUTES = "this network has no attributes: it gives class scores and class heatmaps alone"


class CompoundPairs(NamedTuple):
    """P class-attribute pairs, each of one image of a batch, as int64 tensors `[P]`."""

    images: Tensor
    """Position in the batch, 0 to B - 1."""
    classes: Tensor
    """Class column, 0 to K - 1: the class id less 1."""
    attributes: Tensor
    """Attribute index, 0 to A - 1."""

    def __len__(self) -> int:
        return self.images.shape[0]


class FeatureMaps(NamedTuple):
    """The image in the spaces of the embeddings."""

    cls: Tensor
    """F_cls, `[B d_cls h w]`."""
    comp: Tensor | None
    """F_comp, `[B d_comp h w]`; None in a network without attributes."""
    cells: Cells
    """What the backbone gives."""


class ClassRows(NamedTuple):
    """Class maps as they are read from cells: logits of K classes, over the C channels of a backbone."""

    rows: Tensor
    """`[K C]`"""
    offsets: Tensor
    """`[K]`"""
    background: float = 0.0
    """The logit of the background, in every cell."""


class LabelLocalizer(nn.Module, ABC):
    """What is trained on image labels and then asked for heatmaps; this base knows no attributes."""

    def __init__(self, backbone: Backbone, options: LocalizationOptions) -> None:
        super().__init__()
        self.backbone = backbone
        self.options = options

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

    @abstractmethod
    def class_rows(self) -> ClassRows:
        """The class heatmaps of all K classes, for other networks to start from, and the background that they
        compete with; no part of a graph."""

    @abstractmethod
    def start_from(self, rows: Tensor, classifier: Tensor) -> None:
        """Start with `rows` `[K C]` as class heatmaps, times what makes scores of such maps by the pooling.

        They are made of those of `classifier` `[N C]`, whose other directions take the room that is left.
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


def unit_rows(rows: int, channels: int) -> nn.Parameter:
    """Random embeddings `[rows channels]` of expected squared norm 1."""
    return nn.Parameter(torch.randn(rows, channels) / channels**0.5)


class ClassEmbeddings(nn.Module):
    """e_cls: one vector per class of C, foreground first."""

    def __init__(self, n_classes: int, channels: int) -> None:
        super().__init__()
        self.weight = unit_rows(n_classes, channels)

    def forward(self, visual: Tensor) -> Tensor:
        """Eq. 4: inner products of `visual` `[B d_cls]` with all classes, `[B K]` logits."""
        return visual @ self.weight.T


class CompoundEmbeddings(nn.Module):
    """e_comp = W [e_cls; e_attr] + b, on class embeddings that it shares with the class branch."""

    def __init__(self, n_attributes: int, options: LocalizationOptions) -> None:
        super().__init__()
        self.attributes = unit_rows(n_attributes, options.d_attr)
        self.affine = nn.Linear(options.d_cls + options.d_attr, options.d_comp)

    def forward(self, class_embeddings: Tensor, attributes: Tensor) -> Tensor:
        """Eq. 3: `class_embeddings` `[P d_cls]` with the attributes of index `attributes` `[P]`, `[P d_comp]`."""
        embeddings: Tensor = self.affine(torch.cat([class_embeddings, self.attributes[attributes]], dim=-1))
        return embeddings

    def scores(self, visual: Tensor, class_embeddings: Tensor, pairs: CompoundPairs) -> Tensor:
        """Eq. 5: logits `[P]` of `pairs` for `visual` `[B d_comp]`, given all classes, `[K d_cls]`.

        The affine map is additive in class and attribute, hence so is the inner product with it:
        <v, W [c; a] + b> = <W_1' v, c> + <W_2' v, a> + <v, b>. This takes B (K + A) inner products, however
        many pairs there are, where the embeddings of the pairs would take a matrix product of P rows.
        """
        towards = visual @ self.affine.weight
        d_cls = class_embeddings.shape[-1]
        by_class = towards[:, :d_cls] @ class_embeddings.T
        by_attribute = towards[:, d_cls:] @ self.attributes.T
        offset = visual @ self.affine.bias
        images, classes, attributes = pairs
        return by_class[images, classes] + by_attribute[images, attributes] + offset[images]


def weldon_pooling(maps: Tensor, options: PoolingOptions) -> Tensor:
    """Pool `maps`, `[... h w]` in any units, over its cells as `options` say: `[...]` in the same units."""
    cells = maps.flatten(start_dim=-2)
    k = min(options.k, cells.shape[-1])
    pooled = cells.topk(k, dim=-1, sorted=False).values.mean(dim=-1)
    if options.alpha > 0:
        lowest = cells.topk(k, dim=-1, largest=False, sorted=False).values.mean(dim=-1)
        pooled = pooled + options.alpha * lowest
    return options.scale * pooled


class LocalizationNetwork(LabelLocalizer):
    """Backbone, two 1×1 projections, and the embeddings that scores and heatmaps are inner products with.

    Of attributes there are none if `options.attributes` is off or `n_attributes` is 0: then there is no
    compound branch, and `FeatureMaps.comp` is None.
    """

    def __init__(
        self, backbone: Backbone, n_classes: int, n_attributes: int, options: LocalizationOptions
    ) -> None:
        super().__init__(backbone, options)
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
        if self.options.class_pooling == "weighted":
            return _competing_scores(_inner_products(cls, self.classes.weight), self.options.weighted)
        scores: Tensor = self.classes(weldon_pooling(cls, self.options.pooling))
        return scores

    def compound_scores(self, comp: Tensor, pairs: CompoundPairs) -> Tensor:
        pooled = weldon_pooling(comp, self.options.pooling)
        return self._compounds().scores(pooled, self.classes.weight, pairs)

    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        return _inner_products(cls, self.classes.weight[class_columns(ids, self.classes.weight)])

    def class_rows(self) -> ClassRows:
        embeddings = self.classes.weight
        rows = embeddings @ self.project_cls.weight.flatten(1)
        offsets = embeddings @ self.project_cls.get_parameter("bias")
        return ClassRows(rows.detach(), offsets.detach(), self.options.background_logit or 0.0)

    @torch.no_grad()
    def start_from(self, rows: Tensor, classifier: Tensor) -> None:
        """A compound starts as its class: all attributes at 0."""
        options = self.options
        directions = leading_directions(rows, classifier, options.d_cls)
        self.classes.weight.zero_()
        self.classes.weight[:, : len(directions)] = rows @ directions.T
        _project(self.project_cls, directions)
        if self.project_comp is not None and self.compounds is not None:
            _project(self.project_comp, directions[: options.d_comp])
            self.compounds.attributes.zero_()
            self.compounds.affine.weight[:, : options.d_cls] = torch.eye(options.d_comp, options.d_cls)
            self.compounds.affine.bias.zero_()

    def compound_heatmaps(self, comp: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
        compounds = self._compounds()
        columns = class_columns([class_id for class_id, _ in pairs], self.classes.weight)
        attributes = torch.tensor([attribute for _, attribute in pairs], dtype=torch.long, device=columns.device)
        return _inner_products(comp, compounds(self.classes.weight[columns], attributes))

    def _compounds(self) -> CompoundEmbeddings:
        if self.compounds is None:
            raise ValueError(_NO_ATTRIBUTES)
        return self.compounds


def _project(projection: nn.Conv2d, directions: Tensor) -> None:
    projection.weight[: len(directions)] = directions[:, :, None, None]
    if projection.bias is not None:
        projection.bias.zero_()


def _inner_products(features: Tensor, embeddings: Tensor) -> Tensor:
    """Heatmaps `[B K h w]`: every cell of `features` `[B d h w]` with every one of `embeddings` `[K d]`."""
    return torch.einsum("bdhw,kd->bkhw", features, embeddings)


def _competing_scores(maps: Tensor, options: WeightedPoolingOptions) -> Tensor:
    """Logits `[B K]` of class maps `[B K h w]`, pooled over the cells that each class wins."""
    shares = competing_shares(maps, options.background_logit)
    return weighted_pooling(maps, shares) + size_penalty(shares, options.penalty_power, options.penalty_floor)


class PlainCam(LabelLocalizer):
    """Backbone, one 1×1 convolution to the classes, the average over cells (Zhou et al. 2016).

    F_cls is the class maps themselves, `[B K h w]`. Pooled over the cells that a class wins in place of the
    average, it is the single stage of Araslanov & Roth (2020).
    """

    def __init__(self, backbone: Backbone, n_classes: int, options: LocalizationOptions) -> None:
        super().__init__(backbone, options)
        self.classifier = nn.Conv2d(backbone.channels, n_classes, kernel_size=1, bias=False)

    def forward(self, images: Tensor) -> FeatureMaps:
        cells = self.backbone.cells(images)
        return FeatureMaps(self.classifier(cells.features), None, cells)

    def class_scores(self, cls: Tensor) -> Tensor:
        if self.options.class_pooling == "weighted":
            return _competing_scores(cls, self.options.weighted)
        return cls.mean(dim=(-2, -1))

    def class_heatmaps(self, cls: Tensor, ids: Sequence[int]) -> Tensor:
        return cls[:, class_columns(ids, self.classifier.weight)]

    def class_rows(self) -> ClassRows:
        rows = self.classifier.weight.flatten(1).detach()
        return ClassRows(rows, torch.zeros(len(rows)), self.options.background_logit or 0.0)

    @torch.no_grad()
    def start_from(self, rows: Tensor, classifier: Tensor) -> None:  # noqa: ARG002  it has room for the rows alone
        # WELDON adds the highest and the lowest cells, so that its scores are about twice an average.
        scale = 1 if self.options.class_pooling == "weighted" else 2
        self.classifier.weight.copy_(scale * rows[:, :, None, None])


def build_localizer(
    backbone: Backbone, n_classes: int, n_attributes: int, options: LocalizationOptions
) -> LabelLocalizer:
    """The network that `options.architecture` names."""
    if options.architecture == "plain-cam":
        return PlainCam(backbone, n_classes, options)
    return LocalizationNetwork(backbone, n_classes, n_attributes, options)


def class_columns(ids: Sequence[int], weights: Tensor) -> Tensor:
    """Rows of `weights` `[K ...]` for contiguous class ids, int64 on its device; ValueError for others."""
    n_classes = weights.shape[0]
    if outside := [class_id for class_id in ids if not 1 <= class_id <= n_classes]:
        raise ValueError(f"class ids {outside} are not in 1 to {n_classes}")
    return torch.tensor(ids, dtype=torch.long, device=weights.device) - 1
