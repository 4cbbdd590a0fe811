"""What comes twice, among more things than memory holds."""

from collections import Counter
from collections.abc import Hashable, Set
from contextlib import ExitStack
from typing import Self

from caption_parser.runs.temporary import TemporaryBytes

_BUCKETS = 64
_WAITING = 1 << 18
_FEW = 1 << 17
"""As many hashes are named (some 10 MB); where there are more, that is all that is said."""


class Repeats:
    """Takes things one by one, and tells the hashes of those that came more than once.

    Of a few hundred thousand things the hashes stay in memory; of more, 8 bytes each go to temporary files, sorted
    into buckets. Two things whose 64-bit hashes agree pass for one that came twice: among 10⁹ things that happens
    once in 40 runs. Memory: 1/64 of the hashes while they are looked through. A context manager.
    """

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._files = ExitStack()
        self._buckets: list[TemporaryBytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._files.close()

    def add(self, thing: Hashable) -> None:
        """Take one. Raises `CapparseError` where the temporary folder is full."""
        self._waiting.append(hash(thing))
        if len(self._waiting) == _WAITING:
            self._spill()

    def found(self) -> Set[int] | None:
        """The hashes (`hash`) of what came more than once; None: these are too many to be named."""
        if not self._buckets:
            return _named([hashed for hashed, times in Counter(self._waiting).items() if times > 1])
        import numpy as np

        self._spill()
        found: list[int] = []
        for bucket in self._buckets:
            hashes = np.sort(np.frombuffer(bucket.from_start().read(), np.int64))
            found += np.unique(hashes[1:][hashes[1:] == hashes[:-1]]).tolist()
            if len(found) > _FEW:
                break
        return _named(found)

    def _spill(self) -> None:
        import numpy as np

        hashes = np.array(self._waiting, np.int64)
        self._waiting.clear()
        buckets = hashes % _BUCKETS
        if not self._buckets:
            self._buckets = [self._files.enter_context(TemporaryBytes()) for _ in range(_BUCKETS)]
        for number, bucket in enumerate(self._buckets):
            bucket.write(hashes[buckets == number].tobytes())


def _named(found: list[int]) -> Set[int] | None:
    return frozenset(found) if len(found) <= _FEW else None
