"""How far expressions share words, the rare ones above all: the soft targets of Table 2c of TSEG."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+(?:['-]\w+)*")


class TfIdf:
    """Vectors of words, a word weighing (times it occurs) · (ln((1 + n) / (1 + texts that have it)) + 1).

    That is the smoothed weight of scikit-learn; vectors have length 1.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """`texts` are all that there are: they decide which words are rare."""
        counts = [Counter(words(text)) for text in texts]
        having = Counter(word for of_text in counts for word in of_text)
        weights = {word: math.log((1 + len(texts)) / (1 + number)) + 1 for word, number in having.items()}
        self._vectors = [_unit({word: count * weights[word] for word, count in own.items()}) for own in counts]

    def similarity(self, one: int, other: int) -> float:
        """The cosine of two of the texts, in [0, 1]; 0 for a text without words."""
        first, second = self._vectors[one], self._vectors[other]
        return sum(weight * second.get(word, 0.0) for word, weight in first.items())

    def nearest(self, texts: Sequence[int], others: Sequence[int]) -> npt.NDArray[np.float32]:
        """Of each of `texts` the greatest similarity to any of `others`; 0 without any."""
        return np.array(
            [max((self.similarity(text, other) for other in others), default=0.0) for text in texts],
            dtype=np.float32,
        )


def words(text: str) -> list[str]:
    """The words of a text, in their order."""
    return _WORD.findall(text.casefold())


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {word: weight / length for word, weight in vector.items()}
