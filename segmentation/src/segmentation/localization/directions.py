"""Directions among the channels of a backbone."""

import torch
from torch import Tensor


def leading_directions(rows: Tensor, classifier: Tensor, count: int) -> Tensor:
    """At most `count` orthonormal directions, `[d C]`: those that span `rows` `[K C]`, then those in which the
    rest of `classifier` `[1000 C]` varies most.

    If `rows` need more than `count`, these are the ones that approximate them best.
    """
    spanning = principal_directions(rows)
    centred = classifier - classifier.mean(dim=0)
    rest = centred - centred @ spanning.T @ spanning
    return torch.cat([spanning, principal_directions(rest)])[:count]


def principal_directions(matrix: Tensor) -> Tensor:
    """Orthonormal directions `[d C]` that span the rows of `matrix` `[n C]`, those in which they are longest
    first."""
    _, values, directions = torch.linalg.svd(matrix.double(), full_matrices=False)
    significant: Tensor = directions[values > 1e-6 * values.max()]
    return significant.to(matrix.dtype)
