"""Which labels of pseudo-masks to leave out: those that a network which has seen many others doubts.

Axis letters: N labelled points of an image, out of m · n.
"""

import math

import torch
from torch import Tensor

from segmentation.data.masks import IGNORE_INDEX
from segmentation.segmenter.config import NoiseOptions

_ROUNDS = 10
"""Of expectation and maximisation: two Gaussians in one dimension have settled by then."""
_LEAST_VARIANCE = 1e-3


def trusted(labels: Tensor, log_probabilities: Tensor, progress: float, options: NoiseOptions) -> Tensor:
    """The labels [B m n] that are left; 255 in the place of others.

    `log_probabilities` [B 1+K m n] are the network's, without gradient; `progress`, in [0, 1), is the share of the
    training that is done.
    """
    labelled = labels != IGNORE_INDEX
    own = label_log_probabilities(log_probabilities, labels)
    kept = labelled
    if options.contradiction is not None:
        threshold = falling_threshold(options.contradiction, progress)
        kept = kept & ~contradicted(labels, log_probabilities.exp(), threshold)
    if options.mixture and progress >= options.mixture_begin:
        losses = -own.flatten(1)
        noisy = mixture_noise(losses, labelled.flatten(1), options.mixture_certainty, options.mixture_distance)
        kept = kept & ~noisy.view_as(kept)
    if options.worst_images:
        share = options.worst_images * progress
        kept = kept & ~worst_images(-own.flatten(1), labelled.flatten(1), share)[:, None, None]
    return labels.masked_fill(~kept, IGNORE_INDEX)


def label_log_probabilities(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """Of each point its label's log probability [B m n]; of unlabelled ones that of the background."""
    columns = labels.masked_fill(labels == IGNORE_INDEX, 0)
    return log_probabilities.gather(1, columns[:, None])[:, 0]


def falling_threshold(last: float, progress: float) -> float:
    """From 1 to `last` by half a cosine, as that of DuPL falls (Wu et al. 2024)."""
    return last + (1 - last) * (1 + math.cos(math.pi * progress)) / 2


def contradicted(labels: Tensor, probabilities: Tensor, threshold: float) -> Tensor:
    """Where a class other than the label has more than `threshold`: labels [B m n] → bool [B m n].

    DuPL thresholds class activation maps, which become labels as they are made; the labels of masks are fixed, so
    that it is the network's own probabilities [B 1+K m n] that are asked.
    """
    best = probabilities.max(dim=1)
    return (best.values > threshold) & (best.indices != labels) & (labels != IGNORE_INDEX)


def mixture_noise(losses: Tensor, labelled: Tensor, certainty: float, distance: float) -> Tensor:
    """Which points belong to the higher of two Gaussians with at least the probability `certainty`: bool [B N].

    Fitted to the losses [B N] of each image's `labelled` points by expectation maximisation, from a split at their
    mean. An image of which the means lie less than `distance` apart has no noise (DuPL, Wu et al. 2024).
    """
    # Not in float64, which some devices have not.
    weights = labelled.float()
    values = losses.float().masked_fill(~labelled, 0)
    count = weights.sum(dim=1, keepdim=True).clamp(min=1)
    high = (values > values.sum(dim=1, keepdim=True) / count).float()
    for _ in range(_ROUNDS):
        parts = torch.stack([(1 - high) * weights, high * weights])
        sizes = parts.sum(dim=2, keepdim=True).clamp(min=1e-6)
        means = (parts * values).sum(dim=2, keepdim=True) / sizes
        variances = (parts * (values - means) ** 2).sum(dim=2, keepdim=True) / sizes + _LEAST_VARIANCE
        logs = (sizes / count).log() - variances.log() / 2 - (values - means) ** 2 / (2 * variances)
        high = logs.softmax(dim=0)[1]
    apart = means[1] - means[0] >= distance
    return labelled & apart & (high >= certainty)


def worst_images(losses: Tensor, labelled: Tensor, share: float) -> Tensor:
    """Which images are among the `share` of highest mean loss, rounded down: bool [B], for losses [B N].

    What is hard for a network that has not learned by heart yet is mostly wrong (Han et al. 2018, "Co-teaching").
    """
    means = losses.masked_fill(~labelled, 0).sum(dim=1) / labelled.sum(dim=1).clamp(min=1)
    worst = means.topk(int(share * len(means))).indices
    return torch.zeros(len(means), dtype=torch.bool, device=means.device).index_fill(0, worst, True)
