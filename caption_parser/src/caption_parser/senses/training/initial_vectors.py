"""Sense vectors to begin with: means over tagged occurrences, and glosses mapped to where those lie."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (the name that the field uses)

from caption_parser.senses.training.texts import TrainingText

_RIDGE = 5.0
_MOST_OCCURRENCES = 10.0

WordVectors = Callable[[Sequence[TrainingText]], Tensor]
"""The unit vectors (W, D) of the words of some texts, in order."""


def initial_vectors(
    occurrences: Sequence[TrainingText],
    glosses: Sequence[TrainingText],
    index_of_synset: dict[int, int],
    word_vectors: WordVectors,
    gloss_weight: float,
) -> Tensor:
    """Unit vectors (S, D): the sum over a sense's occurrences plus `gloss_weight` times its mapped gloss.

    Glosses lie elsewhere than words in running text: a ridge regression over the senses that have both maps
    them. A sense without occurrences has the vector of its mapped gloss alone.
    """
    sums, n_occurrences = _sum_by_sense(occurrences, index_of_synset, word_vectors(occurrences))
    gloss_sums, n_glosses = _sum_by_sense(glosses, index_of_synset, word_vectors(glosses))
    both = (n_occurrences > 0) & (n_glosses > 0)
    mapped = _map(gloss_sums, both, F.normalize(sums[both], dim=-1), n_occurrences[both])
    # A sense that has neither must not be a zero vector, which has no direction.
    weights = torch.where(n_glosses > 0, gloss_weight, torch.where(n_occurrences > 0, 0.0, 1.0))
    return F.normalize(sums + weights.unsqueeze(1) * mapped, dim=-1)


def _sum_by_sense(
    texts: Sequence[TrainingText], index_of_synset: dict[int, int], vectors: Tensor
) -> tuple[Tensor, Tensor]:
    """Sums (S, D) of the vectors of each sense, and how many there are (S,)."""
    words = [word for text in texts for word in text.words]
    pairs = [
        (index_of_synset[word.candidates[gold]], number) for number, word in enumerate(words) for gold in word.gold
    ]
    n_senses = len(index_of_synset)
    senses, numbers = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).unbind(1)
    sums = torch.zeros(n_senses, vectors.shape[1]).index_add_(0, senses, vectors[numbers])
    return sums, torch.bincount(senses, minlength=n_senses)


def _map(glosses: Tensor, known: Tensor, targets: Tensor, n_occurrences: Tensor) -> Tensor:
    """Glosses (S, D) mapped by a ridge regression from `glosses[known]` to `targets`; unit vectors."""
    affine = torch.cat([glosses, torch.ones(len(glosses), 1)], dim=1)
    sources = affine[known]
    weighted = sources * n_occurrences.clamp(max=_MOST_OCCURRENCES).unsqueeze(1)
    ridge = _RIDGE * torch.eye(affine.shape[1])
    mapping = torch.linalg.solve(weighted.T @ sources + ridge, weighted.T @ targets)
    return F.normalize(affine @ mapping, dim=-1)
