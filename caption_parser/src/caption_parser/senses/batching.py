"""Batches of equal length: nothing is padded, so that a sequence gives the same results in any batch."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Result = TypeVar("Result")


def map_by_length(
    sequences: Sequence[Sequence[int]], run: Callable[[list[int]], Iterable[Result]], *, max_tokens: int
) -> list[Result]:
    """The result of each sequence, in order.

    `run` takes the positions of sequences of equal length, together at most `max_tokens` long but at least one,
    and gives one result for each.
    """
    positions_of_length: dict[int, list[int]] = {}
    for position, sequence in enumerate(sequences):
        positions_of_length.setdefault(len(sequence), []).append(position)
    results: dict[int, Result] = {}
    for length, positions in positions_of_length.items():
        size = max(1, max_tokens // max(1, length))
        for first in range(0, len(positions), size):
            batch = positions[first : first + size]
            results.update(zip(batch, run(batch), strict=True))
    return [results[position] for position in range(len(sequences))]
