"""Logistic regression with a ridge penalty and given signs, by Newton's method."""

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

_MAX_STEPS = 100
_TOLERANCE = 1e-8
"""Of the gradient, per example."""


def fit_logistic(features: Matrix, targets: Vector, penalty: Vector, signs: Vector) -> Vector:
    """The weights w that minimise the log loss, summed over examples, plus the sum of penalty · w² / 2.

    Shape: `features` (N, F); `targets` (N,), 0 or 1; `penalty` (F,), all above 0, which makes the minimum unique
    and finite; `signs` (F,), 1, -1 or 0. A weight that comes out against its sign becomes 0 and the others are
    refitted, until none does. Returns (F,).
    """
    kept = np.ones(features.shape[1], dtype=bool)
    while kept.any():
        weights = np.zeros(features.shape[1])
        weights[kept] = _newton(features[:, kept], targets, penalty[kept])
        against = signs * weights < 0
        if not against.any():
            return weights
        kept &= ~against
    return np.zeros(features.shape[1])


def probabilities(features: Matrix, weights: Vector) -> Vector:
    """1 / (1 + exp(-features · weights)), computed without overflow. Shape: (N, F), (F,) → (N,)."""
    return np.exp(-np.logaddexp(0.0, -(features @ weights)))


def _newton(features: Matrix, targets: Vector, penalty: Vector) -> Vector:
    weights = np.zeros(features.shape[1])
    loss = _loss(features, targets, penalty, weights)
    for _ in range(_MAX_STEPS):
        found = probabilities(features, weights)
        gradient = features.T @ (found - targets) + penalty * weights
        if np.abs(gradient).max() <= _TOLERANCE * max(1, len(targets)):
            break
        curvature = (features.T * (found * (1.0 - found))) @ features + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        size, decrease = 1.0, float(gradient @ step)
        # Newton's step leads downhill, but may be too long where the curvature is small.
        while (shorter := _loss(features, targets, penalty, weights - size * step)) > loss - size * decrease / 4:
            size /= 2
            if size < _TOLERANCE:
                return weights
        weights, loss = weights - size * step, shorter
    return weights


def _loss(features: Matrix, targets: Vector, penalty: Vector, weights: Vector) -> float:
    logits = features @ weights
    return float((np.logaddexp(0.0, logits) - targets * logits).sum() + (penalty * weights**2).sum() / 2)
