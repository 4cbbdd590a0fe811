"""Batches of training texts of about the same length, as tensors."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from caption_parser.senses.training.texts import TrainingText, TrainingWord

_SORTED_TOGETHER = 2048
"""Texts among which those of similar length are brought together: fewer leave more padding, more less chance."""


@dataclass(frozen=True, slots=True)
class Batch:
    """B texts of N subtokens with W words among them, each with up to K candidates."""

    token_ids: Tensor
    """(B, N) int64, 0 behind the end of a text."""
    mask: Tensor
    """(B, N) int64, 1 where there is a subtoken."""
    text_of_word: Tensor
    """(W,) int64"""
    pooling: Tensor
    """(W, N) float32: the weight of each subtoken in the vector of the word; sums to 1."""
    candidates: Tensor
    """(W, K) int64: index into `SenseRows.synsets`, 0 where there is none."""
    is_candidate: Tensor
    """(W, K) bool"""
    is_gold: Tensor
    """(W, K) bool"""
    counts: Tensor
    """(W, K) float32"""
    natural: Tensor
    """(W, 1) float32: 1 where the prior counts."""
    words: Tensor | None = None
    """(W, D) float32: unit vectors of the words from a frozen encoder; None: the encoder is asked."""


def batch_order(lengths: Sequence[int], batch_subtokens: int, rng: random.Random | None = None) -> list[list[int]]:
    """Indices of texts, in batches of at most `batch_subtokens` with padding; one text at least.

    With `rng` in random order, where texts of similar length still come together; else by length.
    """
    order = list(range(len(lengths)))
    size = len(order)
    if rng is not None:
        rng.shuffle(order)
        size = _SORTED_TOGETHER
    batches = [
        batch
        for first in range(0, len(order), max(1, size))
        for batch in _cut(sorted(order[first : first + size], key=lengths.__getitem__), lengths, batch_subtokens)
    ]
    if rng is not None:
        rng.shuffle(batches)
    return batches


def _cut(ascending: Sequence[int], lengths: Sequence[int], batch_subtokens: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for index in ascending:
        # Ascending: this text is the longest of the batch, and gives its width.
        if batch and lengths[index] * (len(batch) + 1) > batch_subtokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def collate(texts: Sequence[TrainingText], index_of_synset: dict[int, int]) -> Batch:
    """Tensors of some texts; `index_of_synset` gives the place of a synset in `SenseRows.synsets`."""
    width = max(len(text.token_ids) for text in texts)
    words = [(row, word) for row, text in enumerate(texts) for word in text.words]
    most = max(len(word.candidates) for _, word in words)
    token_ids = torch.zeros(len(texts), width, dtype=torch.long)
    mask = torch.zeros_like(token_ids)
    for row, text in enumerate(texts):
        token_ids[row, : len(text.token_ids)] = torch.tensor(text.token_ids)
        mask[row, : len(text.token_ids)] = 1
    pooling = torch.zeros(len(words), width)
    for number, (_, word) in enumerate(words):
        pooling[number, word.start : word.end] = 1 / (word.end - word.start)
    return Batch(
        token_ids=token_ids,
        mask=mask,
        text_of_word=torch.tensor([row for row, _ in words]),
        pooling=pooling,
        candidates=_table([[index_of_synset[s] for s in word.candidates] for _, word in words], most).long(),
        is_candidate=_table([[1] * len(word.candidates) for _, word in words], most).bool(),
        is_gold=_table([_gold_flags(word) for _, word in words], most).bool(),
        counts=_table([word.counts for _, word in words], most),
        natural=torch.tensor([[float(texts[row].natural)] for row, _ in words]),
    )


def _gold_flags(word: TrainingWord) -> list[int]:
    return [int(position in word.gold) for position in range(len(word.candidates))]


def _table(rows: Sequence[Sequence[int]], width: int) -> Tensor:
    """(len(rows), width) float32, 0 behind the end of a row."""
    return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], dtype=torch.float32)
