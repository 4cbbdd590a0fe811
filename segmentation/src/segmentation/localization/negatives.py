"""The class-attribute pairs that an image is supervised with: its own, and sampled ones that it lacks."""

from typing import NamedTuple

import torch
from torch import Tensor

from segmentation.localization.embeddings import CompoundPairs


class SupervisedPairs(NamedTuple):
    """P_n and the sampled negatives of every image of a batch."""

    pairs: CompoundPairs
    positive: Tensor
    """`[P]` bool: whether the pair is one of its image's P_n."""


def supervised_pairs(
    classes: Tensor, attributes: Tensor, negatives: int, generator: torch.Generator
) -> SupervisedPairs:
    """All pairs of Eq. 8, ordered by image, class and attribute, each once.

    Per positive pair (c, a) of an image: all (c, ã) whose attribute the class lacks there, and `negatives`
    random (c̃, a) whose class the image lacks (fewer if fewer classes are absent). As in the paper both are
    sets: a pair drawn for two positives counts once.

    `classes` `[B K]` bool, the labels C_n; `attributes` `[B K A]` bool, A_{n,c}, of present classes only.
    `generator` lives on the CPU, so that every device draws the same pairs.
    """
    described = attributes.any(dim=-1, keepdim=True)
    negative = described & ~attributes
    images, _, wanted = attributes.nonzero(as_tuple=True)
    absent = ~classes[images]
    draws = torch.rand(absent.shape, generator=generator).to(absent.device).masked_fill(~absent, -1.0)
    chosen, drawn = draws.topk(min(negatives, classes.shape[1]), dim=1)
    row, column = (chosen >= 0).nonzero(as_tuple=True)
    negative[images[row], drawn[row, column], wanted[row]] = True
    pairs = CompoundPairs(*(attributes | negative).nonzero(as_tuple=True))
    return SupervisedPairs(pairs, attributes[pairs])
