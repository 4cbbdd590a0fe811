"""WELDON pooling: an embedding of the whole image from its highest and lowest cells."""

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt
from torch import Tensor


class WeldonPooling(BaseModel):
    """`scale * (mean of the k highest cells + alpha * mean of the k lowest cells)`, per channel.

    The low cells are negative evidence. The defaults are DSVE's (Engilberge et al. 2018), which the paper
    follows. `scale=0.5` makes it the mean of both parts, so that it equals average pooling on a constant map;
    WILDCAT (Durand et al. 2017) is `scale=0.5` with `alpha` below 1; `alpha=0` with `k=1` is maximum pooling.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: PositiveInt = Field(15, description="Cells at either end; clamped to the size of the map.")
    alpha: float = Field(1.0, ge=0, le=1, description="Weight of the lowest cells.")
    scale: PositiveFloat = 1.0

    def __call__(self, maps: Tensor) -> Tensor:
        """Pool `maps`, `[..., h w]` in any units, over its cells: `[...]` in the same units."""
        cells = maps.flatten(start_dim=-2)
        k = min(self.k, cells.shape[-1])
        pooled = cells.topk(k, dim=-1, sorted=False).values.mean(dim=-1)
        if self.alpha > 0:
            pooled = pooled + self.alpha * cells.topk(k, dim=-1, largest=False, sorted=False).values.mean(dim=-1)
        return self.scale * pooled
