"""From the logits of a word's candidates to a choice: what all models that score senses have in common."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from caption_parser.senses.disambiguator import SenseChoice
from shared_schemas import Route

Vector = npt.NDArray[np.float32]


def choice_by_logits(
    candidates: Sequence[int], known: npt.NDArray[np.bool_], evidence: Vector, prior: Vector
) -> SenseChoice:
    """The most probable candidate under logits `evidence` + `prior`, of equals the first.

    Args:
        candidates: C synsets.
        known: (C,), which of them a model knows, one at least.
        evidence: the logits of these alone; the others get the lowest of them, so that their prior alone can bring
            them up.
        prior: (C,), how likely each is before the caption is read.
    """
    filled = np.full(len(candidates), evidence.min(), np.float32)
    filled[known] = evidence
    distribution = softmax(filled + prior)
    best = int((filled + prior).argmax())
    return SenseChoice(candidates[best], Route.MODEL, distribution[best], distribution, softmax(filled))


def softmax(logits: Vector) -> tuple[float, ...]:
    """Probabilities in the order of the logits."""
    odds = np.exp(logits - logits.max())
    return tuple((odds / odds.sum()).tolist())
