"""Embeddings of classes, of attributes, and of pairs of both (Vilar & Perez, Eq. 3 to 5)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from segmentation.localization.options import LocalizationOptions


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
