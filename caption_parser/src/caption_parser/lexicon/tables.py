"""Runs of varying length and tables of strings, as integer arrays that are used in place."""

import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from caption_parser.lexicon.container import Section

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BLOCK_BITS = 6
"""Every 64 runs share one 32-bit base; the rest is 16 bits: half the size of plain 32-bit starts."""


class Runs:
    """Where each of `n` runs of varying length lies in a flat array."""

    __slots__ = ("_bases", "_distances")

    def __init__(self, sections: Mapping[str, memoryview], name: str) -> None:
        self._bases = sections[f"{name}.bases"]
        self._distances = sections[f"{name}.distances"]

    def __len__(self) -> int:
        return len(self._distances) - 1

    def bounds(self, run: int, after: int | None = None) -> tuple[int, int]:
        """Start and end of a run, `0 <= run < len(self)`, or of all runs from it on that are before `after`."""
        if after is None:
            after = run + 1
        bases, distances = self._bases, self._distances
        return bases[run >> BLOCK_BITS] + distances[run], bases[after >> BLOCK_BITS] + distances[after]

    def starts(self) -> "npt.NDArray[np.int64]":
        """Where each run starts, and behind the last one where it ends."""
        import numpy as np

        distances = np.frombuffer(self._distances, np.uint16).astype(np.int64)
        bases = np.frombuffer(self._bases, np.uint32).astype(np.int64)
        starts: npt.NDArray[np.int64] = distances + bases[np.arange(len(distances)) >> BLOCK_BITS]
        return starts


def encode_runs(name: str, lengths: Iterable[int]) -> dict[str, Section]:
    """The sections that `Runs(sections, name)` reads, for runs of these lengths."""
    bases, distances = array("I"), array("H")
    start = 0
    for run, length in enumerate([*lengths, 0]):
        if run % (1 << BLOCK_BITS) == 0:
            bases.append(start)
        distances.append(start - bases[-1])
        start += length
    return {f"{name}.bases": bases, f"{name}.distances": distances}


class StringTable:
    """Numbered ASCII strings; the first ones, up to the number of keys, are found by hash, ignoring case."""

    __slots__ = ("_buckets", "_mask", "_strings", "_text")

    def __init__(self, sections: Mapping[str, memoryview], name: str) -> None:
        self._buckets = Runs(sections, f"{name}.buckets")
        self._strings = Runs(sections, f"{name}.strings")
        self._text = sections[f"{name}.text"]
        self._mask = len(self._buckets) - 1

    def __getitem__(self, number: int) -> str:
        start, end = self._strings.bounds(number)
        return str(self._text[start:end], "ascii")

    def key_numbers(self) -> range:
        """The numbers of the strings that `find` can return."""
        return range(self._buckets.bounds(self._mask)[1])

    def find(self, key: str) -> int | None:
        """The number of the string whose lower case is `key`, or None. `key` must be in lower case."""
        if not key.isascii():
            return None
        wanted = key.encode("ascii")
        first, last = self._buckets.bounds(zlib.crc32(wanted) & self._mask)
        if first == last:
            return None
        # The strings of a bucket are neighbours: most keys that are not there are not even in their text.
        (begin, end), text = self._strings.bounds(first, last), self._text
        if wanted not in text[begin:end].tobytes().lower():
            return None
        for number in range(first, last):
            start, end = self._strings.bounds(number)
            if end - start == len(wanted) and text[start:end].tobytes().lower() == wanted:
                return number
        return None


def encode_string_table(
    name: str, keys: Mapping[str, str], others: Sequence[str] = ()
) -> tuple[dict[str, Section], dict[str, int]]:
    """The sections that `StringTable(sections, name)` reads, and the number of every string.

    `keys` maps each key (lower case) to the spelling that is stored for it; `others` are stored behind them.
    """
    n_buckets = 1 << max(0, (len(keys) // 2).bit_length() - 1)
    by_bucket = sorted((zlib.crc32(key.encode("ascii")) & (n_buckets - 1), key) for key in keys)
    bucket_sizes = [0] * n_buckets
    for bucket, _ in by_bucket:
        bucket_sizes[bucket] += 1
    strings = [keys[key] for _, key in by_bucket] + list(others)
    sections: dict[str, Section] = {
        **encode_runs(f"{name}.buckets", bucket_sizes),
        **encode_runs(f"{name}.strings", map(len, strings)),
        f"{name}.text": "".join(strings).encode("ascii"),
    }
    return sections, {string: number for number, string in enumerate(strings)}
