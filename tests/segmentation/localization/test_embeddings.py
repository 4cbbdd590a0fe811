"""Equations 3 to 5 on values computed by hand."""

import pytest
import torch

from segmentation.localization.config import LocalizationOptions
from segmentation.localization.network import ClassEmbeddings, CompoundEmbeddings, CompoundPairs

CLASSES = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])


def compounds() -> CompoundEmbeddings:
    """d_cls 2, d_attr 1, d_comp 2: e_comp = (e_cls[0] + 3 e_attr, e_cls[1] - e_attr) + (0.5, -1)."""
    embeddings = CompoundEmbeddings(2, LocalizationOptions(d_cls=2, d_attr=1, d_comp=2))
    with torch.no_grad():
        embeddings.attributes.copy_(torch.tensor([[1.0], [-2.0]]))
        embeddings.affine.weight.copy_(torch.tensor([[1.0, 0.0, 3.0], [0.0, 1.0, -1.0]]))
        embeddings.affine.bias.copy_(torch.tensor([0.5, -1.0]))
    return embeddings


def test_class_scores_are_inner_products() -> None:
    embeddings = ClassEmbeddings(3, 2)
    with torch.no_grad():
        embeddings.weight.copy_(CLASSES)
    assert embeddings(torch.tensor([[3.0, -1.0], [0.0, 4.0]])).tolist() == [[3.0, -2.0, 2.0], [0.0, 8.0, 4.0]]


def test_compound_embeddings_are_affine_in_class_and_attribute() -> None:
    embedded = compounds()(CLASSES[[0, 1, 2]], torch.tensor([0, 0, 1]))
    assert embedded.tolist() == [[1 + 3 + 0.5, 0 - 1 - 1], [0 + 3 + 0.5, 2 - 1 - 1], [1 - 6 + 0.5, 1 + 2 - 1]]


def test_compound_scores_are_inner_products_with_those_embeddings() -> None:
    visual = torch.tensor([[1.0, 10.0], [2.0, -1.0]])
    pairs = CompoundPairs(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 2]), torch.tensor([0, 0, 1]))
    scores = compounds().scores(visual, CLASSES, pairs)
    assert scores.tolist() == pytest.approx([4.5 - 20, 7 - 0, -9 - 2])


def test_compound_scores_equal_the_embedding_of_every_pair() -> None:
    torch.manual_seed(0)
    options = LocalizationOptions(d_cls=7, d_attr=5, d_comp=6)
    embeddings, classes, visual = CompoundEmbeddings(4, options), torch.randn(9, 7), torch.randn(3, 6)
    images, columns, attributes = (
        axis.flatten() for axis in torch.meshgrid(torch.arange(3), torch.arange(9), torch.arange(4), indexing="ij")
    )
    scores = embeddings.scores(visual, classes, CompoundPairs(images, columns, attributes))
    one_by_one = (visual[images] * embeddings(classes[columns], attributes)).sum(dim=1)
    torch.testing.assert_close(scores, one_by_one)


def test_no_pairs_give_no_scores() -> None:
    none = torch.zeros(0, dtype=torch.long)
    assert compounds().scores(torch.ones(2, 2), CLASSES, CompoundPairs(none, none, none)).shape == (0,)


def test_new_embeddings_have_squared_norm_near_one() -> None:
    torch.manual_seed(0)
    assert ClassEmbeddings(2000, 64).weight.square().sum(dim=1).mean().item() == pytest.approx(1, abs=0.02)
