"""Random walks with restart, solved by conjugate gradients."""

from collections.abc import Callable

import numpy as np

from segmentation.scores.contract import FloatMap

STEPS = 10
"""At most, as in LPOSS."""
TOLERANCE = 1e-6
"""Of the residual, relative to the target: what is solved to that is solved."""
_TINY = 1e-30
"""A row that is solved has nothing left to divide by."""


def walk_with_restart(weigh: Callable[[FloatMap], FloatMap], values: FloatMap, alpha: float) -> FloatMap:
    """Where walks end that start over with probability 1 - α at every step: values [n N] of N places, averaged so.

    Solves x (I - α W D⁻¹) = (1 - α) values, nearly, in the symmetric form of Zhou et al. 2003, where `weigh(x)`
    is x W with a symmetric W, none of whose weights is negative, and D holds its sums. A place without weights
    keeps its value. The others are weighted means of the values, up to what the few steps leave undone.
    """
    degrees = weigh(np.ones_like(values[:1]))
    alone = degrees <= 0
    root = (degrees + alone) ** 0.5
    solved = conjugate_gradients(lambda x: x - alpha * weigh(x / root) / root, (1 - alpha) * root * values)
    return solved / root * ~alone + values * alone


def conjugate_gradients(
    apply: Callable[[FloatMap], FloatMap], targets: FloatMap, steps: int = STEPS, tolerance: float = TOLERANCE
) -> FloatMap:
    """x [n N] for which `apply(x)` is nearly `targets` [n N], each row on its own (Hestenes and Stiefel 1952).

    `apply` is a linear map of rows, symmetric and positive definite. Ends after `steps` steps, or where the
    residual of every row is below `tolerance` times its target.
    """
    found = np.zeros_like(targets)
    residual = direction = targets
    norm = _squares(residual)
    wanted = tolerance**2 * norm
    for _ in range(steps):
        if (norm <= wanted).all():
            break
        image = apply(direction)
        rate = norm / (direction * image).sum(axis=1, keepdims=True).clip(min=_TINY)
        found = found + rate * direction
        residual = residual - rate * image
        before, norm = norm, _squares(residual)
        direction = residual + norm / before.clip(min=_TINY) * direction
    return found


def _squares(rows: FloatMap) -> FloatMap:
    """Squared lengths [n 1] of rows [n N]."""
    squares: FloatMap = (rows * rows).sum(axis=1, keepdims=True)
    return squares
