"""Equations 9 to 14 on values worked out by hand, and against a second implementation that goes pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.masks.maps import (
    EPSILON,
    ScoreRules,
    absolute_scores,
    class_maps,
    negative_background,
    normalized,
    positive_background,
    score_maps,
    segment,
    sharpened,
)
from segmentation.scores.contract import Heatmaps


def maps(*rows: object) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


HEATMAPS = Heatmaps(
    classes={
        1: maps([4.0, -2.0], [1.0, 0.0]),
        2: maps([0.0, 1.0], [0.0, -5.0]),
        81: maps([0.0, 1.0], [3.0, 1.0]),
        90: maps([0.0, -1.0], [1.0, 1.0]),
    },
    compounds={
        (1, 7): maps([0.0, 1.0], [3.0, 0.0]),
        (1, 9): maps([0.0, 1.0], [0.0, -1.0]),
        (81, 7): maps([-1.0, 0.0], [4.0, 0.0]),
    },
)
N_FOREGROUND = 80


def test_compounds_add_to_foreground_and_background_classes() -> None:
    summed = class_maps(HEATMAPS)
    np.testing.assert_array_equal(summed[1], [[4, 0], [4, -1]])
    np.testing.assert_array_equal(summed[2], [[0, 1], [0, -5]])
    np.testing.assert_array_equal(summed[81], [[-1, 1], [7, 1]])
    np.testing.assert_array_equal(summed[90], [[0, -1], [1, 1]])


def test_without_compounds_the_class_maps_are_the_heatmaps_themselves() -> None:
    summed = class_maps(HEATMAPS, compounds=False)
    for class_id, heatmap in HEATMAPS.classes.items():
        np.testing.assert_array_equal(summed[class_id], heatmap)


def test_summing_leaves_the_heatmaps_as_they_are() -> None:
    before = HEATMAPS.classes[1].copy()
    class_maps(HEATMAPS)
    np.testing.assert_array_equal(HEATMAPS.classes[1], before)


def test_normalized_cuts_at_zero_and_divides_by_the_maximum() -> None:
    np.testing.assert_allclose(
        normalized(maps([4.0, -2.0], [1.0, 0.0])), [[1, 0], [0.25, 0]], rtol=2 * EPSILON, atol=0
    )


def test_a_map_without_activation_stays_zero() -> None:
    np.testing.assert_array_equal(normalized(maps([-4.0, -2.0])), [[0, 0]])


def test_negative_background_takes_the_highest_foreground_to_a_power() -> None:
    foreground = maps([[1.0, 0.5]], [[0.25, 0.75]])
    np.testing.assert_array_equal(negative_background(foreground, 2), [[0, 0.0625]])


def test_negative_background_without_foreground_is_one() -> None:
    np.testing.assert_array_equal(negative_background(np.zeros((0, 1, 2), np.float32), 8), [[1, 1]])


def test_positive_background_sums_before_it_normalizes() -> None:
    background = maps([[2.0, -1.0, 0.0]], [[2.0, 3.0, -1.0]])
    np.testing.assert_allclose(positive_background(background), [[1, 0.5, 0]], rtol=2 * EPSILON, atol=0)


def test_score_maps_by_hand() -> None:
    found = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2, gamma=0.5))
    assert found.ids == (1, 2)
    # M₁ = [[1, 0], [1, 0]], M₂ = [[0, 1], [0, 0]]; M⁻ = [[0, 0], [0, 1]]; M⁺ = ReLU([[-1, 0], [8, 2]]) / 8.
    np.testing.assert_allclose(
        found.scores, [[[0, 0], [0.5, 1]], [[1, 0], [1, 0]], [[0, 1], [0, 0]]], rtol=0, atol=2 * EPSILON
    )
    assert found.scores.dtype == np.float32


def test_gamma_times_positive_background_is_a_floor_of_the_background() -> None:
    found = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2, gamma=0.7))
    np.testing.assert_allclose(found.scores[0], [[0, 0], [0.7, 1]], rtol=0, atol=2 * EPSILON)
    without = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2, gamma=0.7, positive_background=False))
    np.testing.assert_allclose(without.scores[0], [[0, 0], [0, 1]], rtol=0, atol=2 * EPSILON)
    np.testing.assert_array_equal(without.scores[1:], found.scores[1:])


def test_an_image_without_foreground_is_background() -> None:
    only_grass = Heatmaps({81: maps([1.0, 0.0])}, {})
    found = score_maps(only_grass, N_FOREGROUND, ScoreRules(alpha=8, gamma=0.7))
    assert found.ids == ()
    np.testing.assert_array_equal(found.scores, [[[1, 1]]])
    np.testing.assert_array_equal(segment(found.scores, found.ids), [[0, 0]])


def test_an_image_without_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="without labels"):
        score_maps(Heatmaps({}, {}), N_FOREGROUND, ScoreRules(alpha=8, gamma=0.7))


def test_segment_writes_ids_and_gives_ties_to_the_background() -> None:
    scores = maps([[0.5, 0.1, 0.2]], [[0.5, 0.3, 0.2]], [[0.1, 0.9, 0.4]])
    mask = segment(scores, (3, 80))
    np.testing.assert_array_equal(mask, [[0, 80, 80]])
    assert mask.dtype == np.uint8


def test_segment_refuses_the_id_that_means_ignore() -> None:
    with pytest.raises(ValueError, match="255"):
        segment(maps([[0.0]], [[1.0]]), (255,))


def scores_pixel_by_pixel(heatmaps: Heatmaps, alpha: float, gamma: float) -> dict[int, list[list[float]]]:
    """M of every class and of the background, 0: Algorithm 1 as the paper writes it, up to line 10."""
    height, width = next(iter(heatmaps.classes.values())).shape
    cells = [(i, j) for i in range(height) for j in range(width)]

    def summed(c: int, cell: tuple[int, int]) -> float:
        return float(heatmaps.classes[c][cell]) + sum(
            float(heatmap[cell]) for (of, _), heatmap in heatmaps.compounds.items() if of == c
        )

    def relu_over_maximum(values: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
        maximum = max(max(value, 0.0) for value in values.values())
        return {cell: max(value, 0.0) / (maximum + EPSILON) for cell, value in values.items()}

    foreground = {
        c: relu_over_maximum({cell: summed(c, cell) for cell in cells})
        for c in heatmaps.classes
        if c <= N_FOREGROUND
    }
    background_sum = {cell: sum(summed(c, cell) for c in heatmaps.classes if c > N_FOREGROUND) for cell in cells}
    positive = relu_over_maximum(background_sum)
    rest = {
        cell: max((1 - max((m[cell] for m in foreground.values()), default=0.0)) ** alpha, gamma * positive[cell])
        for cell in cells
    }
    return {
        c: [[scores[i, j] for j in range(width)] for i in range(height)]
        for c, scores in {0: rest, **foreground}.items()
    }


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.sets(st.sampled_from([1, 2, 40, 80, 81, 82, 152]), min_size=1),
    alpha=st.sampled_from([4.0, 5.0, 8.0]),
)
def test_masks_equal_those_made_pixel_by_pixel(seed: int, classes: set[int], alpha: float) -> None:
    rng = np.random.default_rng(seed)
    drawn = {c: rng.normal(size=(3, 4)).astype(np.float32) for c in classes}
    compounds = {
        (c, a): rng.normal(size=(3, 4)).astype(np.float32) for c in classes for a in rng.integers(0, 40, 2)
    }
    heatmaps = Heatmaps(drawn, compounds)
    found = score_maps(heatmaps, N_FOREGROUND, ScoreRules(alpha=alpha, gamma=0.7))
    expected = scores_pixel_by_pixel(heatmaps, alpha, 0.7)
    mask = segment(found.scores, found.ids)
    for (i, j), class_id in np.ndenumerate(mask):
        # Two classes that have their maxima in one cell are as good as equal there, and either may win.
        best = max(scores[i][j] for scores in expected.values())
        assert expected[int(class_id)][i][j] == pytest.approx(best, abs=1e-6)
    assert found.scores.min() >= 0
    assert found.scores.max() <= 1


def test_absolute_scores_are_a_softmax_in_which_background_classes_are_background() -> None:
    foreground = maps([np.log(2.0), 0.0])[None]
    surroundings = maps([np.log(4.0), 0.0])[None]
    # The background's e^0 = 1, sky 4 and 1, the class 2 and 1.
    found = absolute_scores(foreground, surroundings, background_logit=0.0)
    np.testing.assert_allclose(found, [[[5 / 7, 2 / 3]], [[2 / 7, 1 / 3]]], rtol=1e-6)


def test_sharper_scores_are_shares_to_a_power() -> None:
    scores = np.array([[[0.2, 0.0]], [[0.6, 0.0]], [[0.8, 0.0]]], dtype=np.float32)
    # Shares 1/8, 3/8, 1/2; their squares are as 1 : 9 : 16.
    np.testing.assert_allclose(sharpened(scores, 2)[:, 0, 0], np.array([1, 9, 16]) / 26, rtol=1e-5)
    np.testing.assert_array_equal(sharpened(scores, 2)[:, 0, 1], 0)
    np.testing.assert_allclose(sharpened(scores, 1)[:, 0, 0], scores[:, 0, 0] / 1.6, rtol=1e-5)


def test_absolute_scores_are_mixed_with_those_of_the_paper_as_a_geometric_mean() -> None:
    relative = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2)).scores
    absolute = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2, absolute=1, background_logit=0.5)).scores
    mixed = score_maps(HEATMAPS, N_FOREGROUND, ScoreRules(alpha=2, absolute=0.5, background_logit=0.5)).scores
    np.testing.assert_allclose(absolute.sum(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed**2, relative / relative.sum(axis=0) * absolute, rtol=1e-5)


def test_a_class_below_the_background_gets_nothing_of_the_picture() -> None:
    faint = Heatmaps({1: maps([0.3, 0.2], [0.1, 0.0])}, {})
    flooded = score_maps(faint, N_FOREGROUND, ScoreRules(alpha=4)).scores
    assert (flooded.argmax(axis=0) == 1).any()
    kept = score_maps(faint, N_FOREGROUND, ScoreRules(alpha=4, absolute=1, background_logit=1.0)).scores
    assert not kept.argmax(axis=0).any()


def test_a_very_large_logit_is_no_overflow() -> None:
    found = absolute_scores(maps([900.0, -900.0])[None], maps([0.0, 0.0])[None][:0], background_logit=1.0)
    np.testing.assert_array_equal(found, [[[0, 1]], [[1, 0]]])
