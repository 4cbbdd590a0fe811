"""Gaussian filtering of many values at many points: the permutohedral lattice in NumPy.

Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice", Eurographics 2010: the
filter that dense CRF rests on. Each point is written to the d + 1 corners of the simplex that it lies in, the
corners are blurred along d + 1 directions, and read back with the same weights.

Axis letters: N points, d features of a point, L channels of values, M corners in use.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from segmentation.scores.contract import FloatMap

Indices = NDArray[np.intp]
Floats = NDArray[np.float64]


class Lattice:
    """The filter exp(-|f_i - f_j|² / 2) over fixed points f, to within the lattice's approximation."""

    def __init__(self, corners: Indices, weights: FloatMap, neighbours: Indices) -> None:
        """Corners and weights of each point, (d + 1, N); per direction the two neighbours of each corner.

        `neighbours` is (d + 1, 2, M + 1): its last column is for the corner that stands for all unused ones.
        """
        n_points = corners.shape[1]
        order = np.argsort(corners, axis=None, kind="stable")
        self._corners = corners
        self._weights = weights
        self._neighbours = neighbours
        self._points = order % n_points
        self._weights_by_corner = weights.ravel()[order]
        self._starts = np.searchsorted(corners.ravel()[order], np.arange(neighbours.shape[-1] - 1))
        # Splat, blur and slice enlarge a lone value by this much.
        self._scale = np.float32(1 / (1 + 2.0 ** -(len(corners) - 1)))

    @classmethod
    def over(cls, features: NDArray[np.floating]) -> Self:
        """The lattice of N points with d features each, (d, N), in units of the filter's standard deviation."""
        d = len(features)
        corner_codes, weights, steps = _simplices(features)
        codes, corners = np.unique(corner_codes.ravel(), return_inverse=True)
        wanted = np.stack([codes + sign * step for step in steps for sign in (-1, 1)])
        found = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        unused = len(codes)
        neighbours = np.where(codes[found] == wanted, found, unused)
        neighbours = np.pad(neighbours, ((0, 0), (0, 1)), constant_values=unused)
        return cls(corners.reshape(d + 1, -1), weights.astype(np.float32), neighbours.reshape(d + 1, 2, -1))

    def filter(self, values: FloatMap) -> FloatMap:
        """Values (L, N) blurred over the points."""
        return np.stack([self._filter(channel) for channel in values])

    def _filter(self, channel: FloatMap) -> FloatMap:
        blurred = np.zeros(len(self._starts) + 1, dtype=np.float32)
        blurred[:-1] = np.add.reduceat(channel[self._points] * self._weights_by_corner, self._starts)
        for before, after in self._neighbours:
            blurred += np.float32(0.5) * (blurred[before] + blurred[after])
            blurred[-1] = 0
        read: FloatMap = np.einsum("cn,cn->n", blurred[self._corners], self._weights)
        return read * self._scale


def _simplices(features: NDArray[np.floating]) -> tuple[NDArray[np.int64], Floats, list[int]]:
    """Per point its corners, as one number each, (d + 1, N); their weights; what a step in each direction adds."""
    d = len(features)
    elevated = _elevated(features)
    nearest = np.rint(elevated / (d + 1))
    excess = nearest.sum(axis=0).astype(np.int64)
    rank = _ranks(elevated - nearest * (d + 1)) + excess
    shift = (rank < 0).astype(np.int64) - (rank > d)
    rank += shift * (d + 1)
    origin = (nearest.astype(np.int64) + shift) * (d + 1)

    offsets = (elevated - origin) / (d + 1)
    descending = np.empty_like(offsets)
    np.put_along_axis(descending, rank, offsets, axis=0)
    weights = np.empty_like(offsets)
    weights[0] = 1 + descending[d] - descending[0]
    weights[1:] = descending[d - 1 :: -1] - descending[d:0:-1]

    low = origin[:d].min(axis=1) - 2 * (d + 1)
    extent = origin[:d].max(axis=1) + 2 * (d + 1) - low + 1
    radix = np.concatenate([[1], np.cumprod(extent[:-1])])
    base = ((origin[:d] - low[:, None]) * radix[:, None]).sum(axis=0)
    codes = np.empty((d + 1, features.shape[1]), dtype=np.int64)
    for remainder in range(d + 1):
        canonical = np.where(np.arange(d + 1) <= d - remainder, remainder, remainder - (d + 1))
        codes[remainder] = base + (canonical[rank[:d]] * radix[:, None]).sum(axis=0)
    total = int(radix.sum())
    steps = [total - (d + 1) * int(radix[j]) for j in range(d)] + [total]
    return codes, weights, steps


def _elevated(features: NDArray[np.floating]) -> Floats:
    """Points on the hyperplane Σx = 0 of d + 1 dimensions, (d + 1, N), scaled for a blur of variance 1."""
    d = len(features)
    axis = np.arange(1, d + 1)
    scale = (d + 1) * np.sqrt(2 / 3) / np.sqrt(axis * (axis + 1))
    basis = np.triu(np.ones((d + 1, d)))  # row i, column j - 1: 1 for j > i, -j for j = i
    basis[axis, axis - 1] = -axis
    elevated: Floats = (basis * scale) @ features.astype(np.float64)
    return elevated


def _ranks(values: Floats) -> NDArray[np.int64]:
    """Rank of each entry in its column, 0 for the largest; of equals the first one ranks first."""
    ranks = np.zeros(values.shape, dtype=np.int64)
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            later = values[i] < values[j]
            ranks[i] += later
            ranks[j] += ~later
    return ranks
