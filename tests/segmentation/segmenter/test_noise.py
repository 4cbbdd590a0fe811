"""Labels that a network doubts, on losses and probabilities that decide alone which they are."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from segmentation.segmenter.config import NoiseOptions
from segmentation.segmenter.noise import (
    contradicted,
    falling_threshold,
    mixture_noise,
    trusted,
    worst_images,
)


def test_the_threshold_falls_from_1_by_half_a_cosine() -> None:
    assert [falling_threshold(0.6, at) for at in (0, 0.5, 1)] == pytest.approx([1, 0.8, 0.6])
    assert falling_threshold(0.6, 1 / 3) == pytest.approx(0.6 + 0.4 * 0.75)


def test_a_label_is_contradicted_by_a_sure_other_class_alone() -> None:
    probabilities = torch.tensor([[[[0.9, 0.9, 0.2, 0.2, 0.9]], [[0.1, 0.1, 0.8, 0.8, 0.1]]]])
    labels = torch.tensor([[[0, 1, 0, 1, 255]]])
    assert contradicted(labels, probabilities, 0.85).tolist() == [[[False, True, False, False, False]]]
    assert contradicted(labels, probabilities, 0.75).tolist() == [[[False, True, True, False, False]]]


def test_losses_of_the_higher_gaussian_are_noise() -> None:
    rng = np.random.default_rng(0)
    low, high = rng.normal(0.3, 0.1, 90), rng.normal(4.0, 0.5, 10)
    losses = torch.tensor(np.concatenate([low, high]))[None]
    labelled = torch.ones(1, 100, dtype=torch.bool)
    assert mixture_noise(losses, labelled, 0.95, 1.0)[0].tolist() == [False] * 90 + [True] * 10
    assert not mixture_noise(losses, labelled, 0.95, 5.0).any()


def test_a_mixture_takes_no_float64_which_some_devices_have_not() -> None:
    class NoDoubles(TorchDispatchMode):
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            found = function(*args, **(kwargs or {}))
            made = found if isinstance(found, tuple | list) else (found,)
            assert not any(of.dtype == torch.float64 for of in made if isinstance(of, torch.Tensor)), function
            return found

    labels = torch.zeros(2, 3, 4, dtype=torch.int64)
    log_probabilities = torch.randn(2, 5, 3, 4).log_softmax(dim=1)
    every = NoiseOptions(mixture=True, contradiction=0.9, worst_images=0.5)
    with NoDoubles():
        trusted(labels, log_probabilities, 0.9, every)


def test_gaussians_that_lie_close_tell_nothing_apart() -> None:
    losses = torch.tensor(np.random.default_rng(0).normal(0.5, 0.2, (1, 200)))
    assert not mixture_noise(losses, torch.ones(1, 200, dtype=torch.bool), 0.95, 1.0).any()


def test_unlabelled_points_neither_count_nor_are_noise() -> None:
    losses = torch.tensor([[0.1, 0.2, 0.3, 5.0, 100.0, 100.0], [0.1, 0.2, 0.3, 5.0, 0.0, 0.0]])
    labelled = torch.tensor([[True] * 4 + [False] * 2] * 2)
    assert mixture_noise(losses, labelled, 0.95, 1.0).tolist() == [[False] * 3 + [True] + [False] * 2] * 2
    assert not mixture_noise(losses, torch.zeros_like(labelled), 0.95, 1.0).any()


def test_the_mixture_is_that_of_many_rounds_from_another_start() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.gamma(2, 0.2, 300), rng.normal(3, 1, 60)])
    means, variances, shares = np.quantile(values, (0.1, 0.9)), np.ones(2), np.array([0.5, 0.5])
    for _ in range(500):
        densities = shares * np.exp(-((values[:, None] - means) ** 2) / (2 * variances)) / variances**0.5
        members = densities / densities.sum(axis=1, keepdims=True)
        shares = members.mean(axis=0)
        means = (members * values[:, None]).mean(axis=0) / shares
        variances = (members * (values[:, None] - means) ** 2).mean(axis=0) / shares
    found = mixture_noise(torch.tensor(values)[None], torch.ones(1, 360, dtype=torch.bool), 0.95, 1.0)[0]
    assert float((found.numpy() == (members[:, 1] >= 0.95)).mean()) > 0.97


def test_images_of_the_highest_mean_loss_go_first() -> None:
    losses = torch.tensor([[1.0, 3.0], [5.0, 99.0], [0.0, 0.0], [2.0, 3.0]])
    labelled = torch.tensor([[True, True], [True, False], [True, True], [True, True]])
    assert worst_images(losses, labelled, 0.5).tolist() == [False, True, False, True]
    assert worst_images(losses, labelled, 0.49).tolist() == [False, True, False, False]
    assert not worst_images(losses, labelled, 0.0).any()


def test_each_filter_works_alone_and_in_its_time() -> None:
    log_probabilities = torch.tensor([[[0.9, 0.9], [0.9, 0.02]], [[0.1, 0.1], [0.1, 0.98]]]).log()
    log_probabilities = log_probabilities.permute(0, 1, 2)[None].expand(2, -1, -1, -1)
    labels = torch.tensor([[[0, 0], [0, 0]], [[0, 0], [0, 1]]])
    wrong = [[[0, 0], [0, 255]], [[0, 0], [0, 1]]]
    gone = [[[255, 255], [255, 255]], [[0, 0], [0, 1]]]
    for options, progress, expected in (
        (NoiseOptions(), 0.9, labels.tolist()),
        (NoiseOptions(contradiction=0.95), 0.99, wrong),
        (NoiseOptions(contradiction=0.95), 0.1, labels.tolist()),
        (NoiseOptions(mixture=True), 0.4, wrong),
        (NoiseOptions(mixture=True), 0.39, labels.tolist()),
        (NoiseOptions(worst_images=0.6), 0.9, gone),
        (NoiseOptions(worst_images=0.6), 0.5, labels.tolist()),
    ):
        assert trusted(labels, log_probabilities, progress, options).tolist() == expected
