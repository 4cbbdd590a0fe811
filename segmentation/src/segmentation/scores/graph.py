"""Heatmaps carried over a graph of the cells that look most alike, as far as they will go: not in the paper.

Stojnić et al., "LPOSS: Label Propagation Over Patches and Pixels for Open-vocabulary Semantic Segmentation", CVPR
2025, stage one: label propagation (Zhou et al. 2003) between each cell and its nearest ones in the space of
features. Steps of a walk (`scores.affinity`) forget where they began; this walk starts over, with probability
1 - α at every step, and never ends, so that a linear system has its result.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from segmentation.scores.affinity import directions, row_parts

ALPHA = 0.95
"""Probability of going on."""
SHARPNESS = 3
"""Power of the cosines."""
DECAY = 0.16
"""Of the weights with the distance in cells: 0.01 per pixel of a patch of 16."""
NEIGHBOURS = 400
"""Cells that a cell is joined with, the most similar ones."""
STEPS = 10
"""Of conjugate gradients, at most."""
TOLERANCE = 1e-6
"""Of the residual, relative to the maps: what is solved to that is solved."""
_TIE = 1e-6
"""Similarities that differ by less are the same, so that rounding makes no pair one-sided."""


def diffuse(maps: Tensor, mid_features: Tensor) -> Tensor:
    """Maps [n h w] after a random walk with restart; `mid_features` [C h w] are those of the same cells.

    Solves (I - α D⁻¹ W) x = (1 - α) maps, in the symmetric form of Zhou et al. W_ij is s_ij if j is one of the
    `NEIGHBOURS` most similar cells of i, and as much again if i is one of j's, where s = max(cos, 0)³ ·
    exp(-`DECAY` · distance); no cell is joined with itself. Values are weighted means of those of the map, up to
    what the few steps leave undone; LPOSS, which leaves D^½ out, weights cells by their number of likes.
    """
    weigh = _weights(directions(mid_features), (mid_features.shape[-2], mid_features.shape[-1]))
    values = maps.flatten(1).T.float()
    degrees = weigh(torch.ones_like(values[:, :1]))
    # A cell that is like no other one keeps its value.
    alone = degrees <= 0
    root = degrees.masked_fill(alone, 1.0) ** 0.5
    solved = conjugate_gradients(lambda x: x - ALPHA * weigh(x / root) / root, (1 - ALPHA) * root * values)
    return torch.where(alone, values, solved / root).T.view_as(maps).to(maps.dtype)


def conjugate_gradients(
    apply: Callable[[Tensor], Tensor], targets: Tensor, steps: int = STEPS, tolerance: float = TOLERANCE
) -> Tensor:
    """x [N n] for which `apply(x)` is nearly `targets` [N n], each column on its own (Hestenes and Stiefel 1952).

    `apply` is a symmetric positive definite linear map of columns. Ends after `steps` steps, or where the
    residual of every column is below `tolerance` times its target.
    """
    found = torch.zeros_like(targets)
    residual = direction = targets
    norm = (residual**2).sum(dim=0)
    wanted = tolerance**2 * norm
    for _ in range(steps):
        if bool((norm <= wanted).all()):
            break
        image = apply(direction)
        # A column that is solved has no direction left, and stays.
        rate = norm / (direction * image).sum(dim=0).clamp(min=torch.finfo(norm.dtype).tiny)
        found = found + rate * direction
        residual = residual - rate * image
        before, norm = norm, (residual**2).sum(dim=0)
        direction = residual + norm / before.clamp(min=torch.finfo(norm.dtype).tiny) * direction
    return found


def _weights(cells: Tensor, size: tuple[int, int]) -> Callable[[Tensor], Tensor]:
    """x [N n] → W x, for the unit vectors `cells` [N C] of a grid of `size`.

    Rows are made a few at a time, each time anew where there are too many to keep.
    """
    parts = row_parts(len(cells))
    limit = torch.cat([_similarities(cells, part).topk(min(NEIGHBOURS, len(cells) - 1)).values for part in parts])
    limit = limit[:, -1] if limit.shape[1] else limit.new_zeros(len(cells))
    rows = partial(_rows, cells, limit, size)
    if len(parts) == 1:
        whole = rows(parts[0])
        return lambda x: whole @ x
    return lambda x: torch.cat([rows(part) @ x for part in parts])


def _similarities(cells: Tensor, part: slice) -> Tensor:
    """max(cos, 0) [R N] of the cells in `part` with all others; below 0 with themselves."""
    found = (cells[part] @ cells.T).clamp(min=0)
    own = torch.arange(len(cells), device=cells.device)
    return torch.where(own[part, None] == own, -1.0, found)


def _rows(cells: Tensor, limit: Tensor, size: tuple[int, int], part: slice) -> Tensor:
    """Rows [R N] of W, where `limit` [N] is each cell's similarity to the last of its neighbours."""
    similar = _similarities(cells, part)
    joined = (similar >= limit[part, None] - _TIE).to(similar.dtype) + (similar >= limit - _TIE)
    row, column = (axis.flatten() for axis in torch.meshgrid(*map(torch.arange, size), indexing="ij"))
    places = torch.stack([row, column], dim=1).to(similar)
    near = torch.exp(-DECAY * torch.cdist(places[part], places))
    return joined * similar.clamp(min=0) ** SHARPNESS * near
