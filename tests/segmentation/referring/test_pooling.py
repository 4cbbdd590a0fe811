"""Eq. 1 to 8 of TSEG by hand, against finite differences, and by what must not change a score."""

import math

import pytest

torch = pytest.importorskip("torch")

from segmentation.referring.config import ScorePoolingOptions  # noqa: E402
from segmentation.referring.pooling import cosines, pooled  # noqa: E402
from segmentation.scores.pooling import weighted_pooling  # noqa: E402

LN3 = math.log(3)


def options(kind: str, **more: float) -> ScorePoolingOptions:
    return ScorePoolingOptions.model_validate({"kind": kind, **more})


def test_cosines_are_those_of_normalised_vectors() -> None:
    torch.manual_seed(0)
    patches, texts = torch.randn(2, 5, 3, 4), torch.randn(6, 5)
    patches[1, :, 2, 3] = 0
    patches.requires_grad_()
    found = cosines(patches, texts)
    for image, text, row, column in ((0, 0, 0, 0), (1, 5, 2, 1), (0, 3, 1, 3)):
        patch, vector = patches[image, :, row, column], texts[text]
        expected = patch @ vector / (patch.norm() * vector.norm())
        torch.testing.assert_close(found[image, text, row, column], expected)
    assert found[1, :, 2, 3].eq(0).all()
    found.sum().backward()
    assert patches.grad is not None
    assert patches.grad[1, :, 2, 3].eq(0).all()
    assert patches.grad.abs().max() < 1e3


def test_scores_by_hand() -> None:
    # One image, two expressions, two patches; e^0 = 1 for the background.
    maps = torch.tensor([[[[LN3, 0.0]], [[0.0, -LN3]]]])
    mpa = pooled(maps, options("mpa", penalty_power=1, added_weight=1))
    torch.testing.assert_close(mpa.shares, torch.tensor([[[[0.75, 0.5]], [[0.5, 0.25]]]]))
    means = (0.625, 0.375)
    weighted = (0.75 * LN3 / (1 + 1.25), -0.25 * LN3 / (1 + 0.75))
    expected = [w + (1 - m) * math.log(0.01 + m) for w, m in zip(weighted, means, strict=True)]
    torch.testing.assert_close(mpa.scores, torch.tensor([expected]))
    spa = pooled(maps, options("spa"))
    torch.testing.assert_close(spa.shares, torch.tensor([[[[3 / 5, 3 / 7]], [[1 / 5, 1 / 7]]]]))
    torch.testing.assert_close(pooled(maps, options("gap")).scores, torch.tensor([[LN3 / 2, -LN3 / 2]]))
    torch.testing.assert_close(pooled(maps, options("gmp")).scores, torch.tensor([[LN3, 0.0]]))
    # GAP is weighted pooling with equal masks and no ε (Section 3.2).
    even = weighted_pooling(maps, torch.ones_like(maps), added=0.0)
    torch.testing.assert_close(even, pooled(maps, options("gap")).scores)


@pytest.mark.parametrize("kind", ["mpa", "spa", "gap", "gmp"])
def test_gradients_and_invariances(kind: str) -> None:
    generator = torch.Generator().manual_seed(3)
    maps = torch.randn(2, 3, 2, 2, generator=generator, dtype=torch.float64)
    scored = options(kind, background_logit=0.3)
    assert torch.autograd.gradcheck(lambda values: pooled(values, scored).scores, (maps.clone().requires_grad_(),))
    scores = pooled(maps, scored).scores
    torch.testing.assert_close(pooled(maps.flip(-1), scored).scores, scores)
    torch.testing.assert_close(pooled(maps[:, [2, 0, 1]], scored).scores, scores[:, [2, 0, 1]])
    alone = pooled(maps[:, :1], scored).scores
    # An expression beside others competes with them in SPA, and in nothing else.
    assert torch.allclose(alone, scores[:, :1]) is (kind != "spa")
