"""Equations 6 to 8 and their weights on values computed by hand."""

from collections.abc import Iterator
from dataclasses import replace
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.losses import (
    BalancedWeights,
    LocalizationLoss,
    LossWeights,
    SupervisedPairs,
    class_loss,
    compound_loss,
    label_weights,
)
from segmentation.localization.network import CompoundPairs, FeatureMaps
from shared_schemas import Kind, LabelClass, LabelSpace, VisualAttribute


def softplus(value: float) -> float:
    """-log σ(-value)."""
    return log(1 + exp(value))


def target(
    foreground: tuple[int, ...] = (),
    background: tuple[int, ...] = (),
    attributes: dict[int, tuple[int, ...]] | None = None,
) -> ImageTargets:
    return ImageTargets(1, None, Path("1.jpg"), foreground, background, attributes or {})


VOCABULARY = Vocabulary(
    LabelSpace(
        name="three",
        classes=tuple(
            LabelClass(id=id, name=name, phrases=(name,)) for id, name in enumerate(("cat", "dog", "cow"), 1)
        ),
        attributes=tuple(VisualAttribute(name=name) for name in ("red", "furry", "wet")),
    )
)


def test_weights_balance_both_sides_of_every_class() -> None:
    targets = [target((1, 2)), target((1,), (3,)), target((1,)), target((1, 2))]
    weights = label_weights(targets, VOCABULARY).classes
    # N = 4 and N⁺ = 4, 2, 1: the first class is never absent
    assert weights.positive.tolist() == pytest.approx([1, 4 / 4, 4 / 2])
    assert weights.negative.tolist() == pytest.approx([0, 4 / 4, 4 / 6])


def test_images_in_which_a_class_is_doubtful_count_on_neither_side() -> None:
    targets = [
        target((1, 2)),
        replace(target((1,)), doubtful=(2,)),
        target((3,)),
        replace(target(()), doubtful=(3,)),
    ]
    weights = label_weights(targets, VOCABULARY).classes
    # N = 4, 3, 3 and N⁺ = 2, 1, 1
    assert weights.positive.tolist() == pytest.approx([1, 3 / 2, 3 / 2])
    assert weights.negative.tolist() == pytest.approx([1, 3 / 4, 3 / 4])


def test_attribute_weights_count_described_classes_not_images() -> None:
    targets = [
        target((1, 2), (), {1: (0, 1), 2: (0,)}),
        target((1,), (), {1: ()}),
        target((2,), (), {2: (0, 1)}),
    ]
    weights = label_weights(targets, VOCABULARY).attributes
    # N = 3 non-empty sets and N⁺ = 3, 2, 0
    assert weights.positive.tolist() == pytest.approx([1, 3 / 4, 0])
    assert weights.negative.tolist() == pytest.approx([0, 3 / 2, 1])


def test_without_background_attributes_are_counted_on_foreground_classes_alone() -> None:
    classes = [
        LabelClass(id=1, name="cat", phrases=("cat",)),
        LabelClass(id=2, name="grass", phrases=("grass",), kind=Kind.BACKGROUND),
    ]
    vocabulary = Vocabulary(
        LabelSpace(name="two", classes=tuple(classes), attributes=VOCABULARY.label_space.attributes)
    )
    targets = [target((1,), (2,), {1: (0,), 2: (0, 1)}), target((1,), (2,), {1: (1,), 2: (0,)})]
    weights = label_weights(targets, vocabulary, background=False).attributes
    # N = 2 sets of cats, and N⁺ = 1, 1, 0
    assert weights.positive.tolist() == pytest.approx([1, 1, 0])
    both = label_weights(targets, vocabulary).attributes
    # N = 4 sets, and N⁺ = 3, 2, 0
    assert both.positive.tolist() == pytest.approx([4 / 6, 1, 0])


def test_weights_of_an_empty_set_are_those_of_the_plain_loss() -> None:
    weights, plain = label_weights([], VOCABULARY), LossWeights.plain(VOCABULARY)
    for one, other in ((weights.classes, plain.classes), (weights.attributes, plain.attributes)):
        assert torch.equal(one.positive, other.positive)
        assert torch.equal(one.negative, other.negative)


@settings(deadline=None)  # torch loads parts of itself when first called
@given(st.data())
def test_every_class_carries_as_much_weight_as_in_the_plain_loss(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 10_000))
    positives = torch.tensor(data.draw(st.lists(st.integers(0, total), min_size=1, max_size=5)))
    weights = BalancedWeights.from_counts(positives, total)
    positive, negative = positives * weights.positive, (total - positives) * weights.negative
    torch.testing.assert_close(positive + negative, torch.full_like(positive, total), rtol=1e-5, atol=1e-3)
    both = (positives > 0) & (positives < total)
    torch.testing.assert_close(positive[both], negative[both], rtol=1e-5, atol=1e-3)


def test_class_loss_is_the_weighted_mean_of_equation_7() -> None:
    scores, present = torch.tensor([[2.0, -1.0], [0.5, 0.0]]), torch.tensor([[True, False], [False, True]])
    weights = BalancedWeights(torch.tensor([3.0, 5.0]), torch.tensor([0.5, 0.25]))
    first = (3 * softplus(-2) + 0.25 * softplus(-1)) / 2
    second = (0.5 * softplus(0.5) + 5 * softplus(0)) / 2
    assert class_loss(scores, present, weights).item() == pytest.approx((first + second) / 2, rel=1e-6)


def sampled(images: list[int], attributes: list[int], positive: list[bool]) -> SupervisedPairs:
    pairs = CompoundPairs(
        torch.tensor(images), torch.zeros(len(images), dtype=torch.long), torch.tensor(attributes)
    )
    return SupervisedPairs(pairs, torch.tensor(positive, dtype=torch.bool))


def test_compound_loss_divides_by_each_images_pairs() -> None:
    weights = BalancedWeights(torch.tensor([2.0, 4.0]), torch.tensor([0.5, 0.25]))
    pairs = sampled([0, 0, 0, 2], [0, 1, 1, 1], [True, False, False, True])
    loss = compound_loss(torch.tensor([1.0, 0.0, 2.0, -1.0]), pairs, weights, n_images=3)
    first = (2 * softplus(-1) + 0.25 * softplus(0) + 0.25 * softplus(2)) / 3
    third = 4 * softplus(1) / 1
    assert loss.item() == pytest.approx((first + 0 + third) / 3, rel=1e-6)


def test_compound_loss_of_no_pairs_is_zero_and_has_a_gradient() -> None:
    scores = torch.zeros(0, requires_grad=True)
    none = SupervisedPairs(
        CompoundPairs(*[torch.zeros(0, dtype=torch.long)] * 3), torch.zeros(0, dtype=torch.bool)
    )
    loss = compound_loss(scores, none, BalancedWeights.plain(2), n_images=2)
    loss.backward()
    assert loss.item() == 0


class StubNetwork(NamedTuple):
    """Scores given beforehand, by class and by pair."""

    by_class: torch.Tensor
    by_pair: torch.Tensor

    def class_scores(self, _: torch.Tensor) -> torch.Tensor:
        return self.by_class

    def compound_scores(self, _: torch.Tensor, pairs: CompoundPairs) -> torch.Tensor:
        return self.by_pair[pairs]


@pytest.fixture
def stub() -> Iterator[Any]:
    """One image, two foreground classes and one background class, two attributes."""
    pairs = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]])
    return StubNetwork(torch.tensor([[0.5, -1.0, 2.0]]), pairs)


MAPS = FeatureMaps(*torch.zeros(3, 1, 1, 1, 1))
CLASSES = torch.tensor([[True, False, True]])
ATTRIBUTES = torch.tensor([[[True, False], [False, False], [False, True]]])
FOREGROUND = (softplus(-0.5) + softplus(-1)) / 2
BACKGROUND = softplus(-2)


def localization_loss(stub: Any, maps: FeatureMaps = MAPS, **options: Any) -> tuple[float, dict[str, float]]:
    chosen = LocalizationOptions.model_validate({"lambda_bg": 0.3, "lambda_comp": 0.2, **options})
    loss = LocalizationLoss(
        chosen, LossWeights(BalancedWeights.plain(3), BalancedWeights.plain(2)), n_foreground=2
    )
    total, parts = loss(stub, maps, CLASSES, ATTRIBUTES, torch.Generator())
    return total.item(), {name: part.item() for name, part in parts.items()}


def test_total_is_the_weighted_sum_of_equation_6(stub: Any) -> None:
    # positives (0, 0), (2, 1); other attributes (0, 1), (2, 0); absent class 1 with both attributes
    compound = sum(map(softplus, (-1, -6, 2, 5, 3, 4))) / 6
    total, parts = localization_loss(stub)
    assert parts == pytest.approx({"foreground": FOREGROUND, "background": BACKGROUND, "compound": compound})
    assert total == pytest.approx(FOREGROUND + 0.3 * BACKGROUND + 0.2 * compound)


def test_without_background_its_compounds_go_too(stub: Any) -> None:
    compound = sum(map(softplus, (-1, 2, 3))) / 3
    total, parts = localization_loss(stub, background=False)
    assert parts == pytest.approx({"foreground": FOREGROUND, "compound": compound})
    assert total == pytest.approx(FOREGROUND + 0.2 * compound)


def test_without_compound_map_there_is_no_compound_loss(stub: Any) -> None:
    total, parts = localization_loss(stub, MAPS._replace(comp=None), attributes=False)
    assert parts == pytest.approx({"foreground": FOREGROUND, "background": BACKGROUND})
    assert total == pytest.approx(FOREGROUND + 0.3 * BACKGROUND)


def test_class_weights_go_to_their_columns(stub: Any) -> None:
    weights = BalancedWeights(torch.tensor([2.0, 3.0, 5.0]), torch.tensor([7.0, 11.0, 13.0]))
    loss = LocalizationLoss(LocalizationOptions(), LossWeights(weights, BalancedWeights.plain(2)), n_foreground=2)
    _, parts = loss(stub, MAPS, CLASSES, ATTRIBUTES, torch.Generator())
    assert parts["foreground"].item() == pytest.approx((2 * softplus(-0.5) + 11 * softplus(-1)) / 2)
    assert parts["background"].item() == pytest.approx(5 * BACKGROUND)
