"""Texts as token ids: the words that captions use, kept among a network's tensors."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from segmentation.data.phrases import expression_text

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
PADDING, UNKNOWN = 0, 1
_FIRST = 2


def split_words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation and the article in front."""
    return _WORD.findall(expression_text(text))


class WordTable:
    """Words by their ids: 0 fills up short texts, 1 stands for every unknown word."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._ids = {word: number for number, word in enumerate(self.words, _FIRST)}

    @classmethod
    def of_texts(cls, texts: Iterable[str], least_count: int) -> "WordTable":
        """The words that stand in `least_count` texts or more, by the alphabet."""
        counts = Counter(word for text in texts for word in {*split_words(text)})
        return cls(sorted(word for word, count in counts.items() if count >= least_count))

    @classmethod
    def from_tensor(cls, content: Tensor) -> "WordTable":
        """As `tensor` wrote it."""
        return cls(content.numpy(force=True).tobytes().decode().split())

    def tensor(self) -> Tensor:
        """All words as bytes, uint8, one after the other."""
        return torch.from_numpy(np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8).copy())

    def __len__(self) -> int:
        return _FIRST + len(self.words)

    def token_ids(self, text: str) -> list[int]:
        """Those of the words of a text, at least one."""
        return [self._ids.get(word, UNKNOWN) for word in split_words(text)] or [UNKNOWN]


def padded(texts: Sequence[Sequence[int]]) -> Tensor:
    """Texts as int64 [L M], filled up with `PADDING` behind."""
    longest = max(map(len, texts))
    return torch.tensor([[*text, *[PADDING] * (longest - len(text))] for text in texts], dtype=torch.int64)
