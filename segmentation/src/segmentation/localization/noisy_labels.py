"""What a caption does not mention may be there all the same: which labels of a batch count in the loss.

Kim et al., "Large Loss Matters in Weakly Supervised Multi-Label Classification", CVPR 2022, LL-R: a network learns
what is right before it learns by heart what is wrong, so that of the classes taken for absent those with the
largest losses are the likeliest to be there. More and more of them are left out. Not in Vilar & Perez.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class LabelDoubts(NamedTuple):
    """What is known of the labels of a batch beside them."""

    doubtful: Tensor
    """`[B K]` bool: labels that are not believed, neither positive nor negative."""
    denied: Tensor
    """`[B K]` bool: classes that captions say are not there: negatives for certain."""
    epochs: float = 0.0
    """Passes over the images before this batch."""

    def of(self, columns: slice) -> "LabelDoubts":
        """The same for some of the classes."""
        return LabelDoubts(self.doubtful[:, columns], self.denied[:, columns], self.epochs)


def counted_labels(scores: Tensor, present: Tensor, doubts: LabelDoubts, rejection: float) -> Tensor:
    """Which labels count in the loss, `[B K]` bool, given logits and labels (bool), both `[B K]`.

    Doubtful ones do not. Of the classes that are neither labels, doubtful nor denied, the share `rejection` ·
    (whole epochs done) with the largest losses does not either: as LL-R has it, none in the first epoch.
    """
    unmentioned = ~(present | doubts.doubtful | doubts.denied)
    # The loss of a negative, ln(1 + e^score), grows with the score.
    return ~(doubts.doubtful | largest(scores.detach(), unmentioned, rejection * int(doubts.epochs)))


def largest(values: Tensor, among: Tensor, share: float) -> Tensor:
    """The `share` of the elements in `among` (bool) that have the largest `values`, as bool of the same shape.

    Their number is rounded down, and capped at all of them. Of equals any may be taken.
    """
    chosen = torch.zeros_like(among)
    # Counting makes a step wait for its device.
    count = int(min(share, 1.0) * int(among.sum()) + 1e-6) if share > 0 else 0
    if count:
        order = values.float().masked_fill(~among, -torch.inf).flatten().topk(count).indices
        chosen.view(-1)[order] = True
    return chosen
