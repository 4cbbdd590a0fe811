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
from segmentation.scores.solving import walk_with_restart

ALPHA = 0.95
"""Probability of going on."""
SHARPNESS = 3
"""Power of the cosines."""
DECAY = 0.16
"""Of the weights with the distance in cells: 0.01 per pixel of a patch of 16."""
NEIGHBOURS = 400
"""Cells that a cell is joined with, the most similar ones."""
_TIE = 1e-6
"""Similarities that differ by less are the same, so that rounding makes no pair one-sided."""


def diffuse(maps: Tensor, mid_features: Tensor) -> Tensor:
    """Maps [n h w] after a random walk with restart; `mid_features` [C h w] are those of the same cells.

    W_ij is s_ij if j is one of the `NEIGHBOURS` most similar cells of i, and as much again if i is one of j's,
    where s = max(cos, 0) to the power of `SHARPNESS`, times exp(-`DECAY` · distance); no cell is joined with
    itself. LPOSS leaves D^½ out of the symmetric form, and so weights cells by their number of likes; the means
    that the walk gives keep the range of the maps.
    """
    weigh = _weights(directions(mid_features), (mid_features.shape[-2], mid_features.shape[-1]))
    return walk_with_restart(weigh, maps.flatten(1).float(), ALPHA).view_as(maps).to(maps.dtype)


def _weights(cells: Tensor, size: tuple[int, int]) -> Callable[[Tensor], Tensor]:
    """x [n N] → x W, for the unit vectors `cells` [N C] of a grid of `size`.

    Rows are made a few at a time, each time anew where there are too many to keep.
    """
    parts = row_parts(len(cells))
    limit = torch.cat([_similarities(cells, part).topk(min(NEIGHBOURS, len(cells) - 1)).values for part in parts])
    limit = limit[:, -1] if limit.shape[1] else limit.new_zeros(len(cells))
    rows = partial(_rows, cells, limit, size)
    if len(parts) == 1:
        whole = rows(parts[0])
        return lambda x: x @ whole
    return lambda x: torch.cat([x @ rows(part).T for part in parts], dim=1)


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
