"""What somebody says is in an image, told to a network: which classes compete, and how far they are believed."""

from collections.abc import Sequence

import torch
from torch import Tensor

from segmentation.data.targets import ImageTargets

_CERTAIN = 5.0
"""Logit of a class over the background's where there is no doubt, .993 to .007: with 4.2 to 6.6, as good."""


def with_presence(logits: Tensor, present: Sequence[bool], presence: float) -> Tensor:
    """Logits [1+F h w] that know which of the F classes are there; not in the papers.

    A network that never learned of an image is seldom sure of it, and of some classes less than of others. Where
    somebody says that a class is there, `presence` in [0, 1] of what its surest cell lacks to certainty (or has
    beyond it) is added to its logits, in all cells alike. Channel 0 is the background; nothing moves with 0.
    """
    lead = (logits[1:] - logits[:1]).flatten(1).amax(dim=1)
    known = torch.tensor(present, dtype=torch.bool, device=logits.device)
    shift = torch.where(known, presence * (_CERTAIN - lead), 0.0)
    return torch.cat([logits[:1], logits[1:] + shift[:, None, None]])


def class_probabilities(logits: Tensor, request: ImageTargets, presence: float = 0.0) -> Tensor:
    """Of logits [1+K h w], those of the background and of F foreground classes as probabilities [1+F h w].

    `presence`: how far the classes that the image's record names are believed to be there (`with_presence`).
    """
    competing = logits[[0, *request.foreground]]
    if presence and request.evidence:
        known = [class_id in request.evidence for class_id in request.foreground]
        competing = with_presence(competing, known, presence)
    return competing.softmax(dim=0)
