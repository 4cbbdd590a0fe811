"""Whether anything comes twice, among more things than memory holds."""

from collections.abc import Hashable
from contextlib import ExitStack
from tempfile import TemporaryFile, gettempdir
from typing import IO, Self

import numpy as np

from shared_runtime.errors import CapparseError

_BUCKETS = 64
_WAITING = 1 << 18


class Repeats:
    """Takes things one by one; keeps 8 bytes of each in temporary files, sorted into buckets by their hash.

    Two things whose 64-bit hashes agree pass for one that came twice: among 10⁹ things that happens once in 40
    runs. Memory: 1/64 of the hashes while they are looked through. A context manager.
    """

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._files = ExitStack()
        self._buckets: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        for _ in range(_BUCKETS):
            self._buckets.append(self._files.enter_context(TemporaryFile()))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._files.close()

    def add(self, thing: Hashable) -> None:
        """Take one. Raises `CapparseError` where the temporary folder is full."""
        self._waiting.append(hash(thing))
        if len(self._waiting) == _WAITING:
            self._spill()

    def found(self) -> bool:
        """Whether one of them came twice."""
        self._spill()
        for bucket in self._buckets:
            bucket.seek(0)
            hashes = np.sort(np.frombuffer(bucket.read(), np.int64))
            if (hashes[1:] == hashes[:-1]).any():
                return True
        return False

    def _spill(self) -> None:
        hashes = np.array(self._waiting, np.int64)
        self._waiting.clear()
        buckets = hashes % _BUCKETS
        try:
            for number, bucket in enumerate(self._buckets):
                bucket.write(hashes[buckets == number].tobytes())
                bucket.flush()
        except OSError as error:
            message = (
                f"the temporary folder {gettempdir()}: {error.strerror}. Set TMPDIR to a folder with more room"
            )
            raise CapparseError(message) from error
