"""A bounded random sample of a stream, the same for the same seed."""

from collections.abc import Callable, Hashable
from random import Random
from typing import Generic, TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


class Reservoirs(Generic[Key, Item]):
    """One sample of at most `size` items per key, each drawn uniformly from what was offered under it.

    Algorithm R (Waterman; Vitter 1985). The sample of a key depends on the seed, the key and the number of offers,
    not on other keys.
    """

    def __init__(self, size: int, seed: int, name: str) -> None:
        self._size = size
        self._seed = f"{seed}:{name}"
        self._samples: dict[Key, list[Item]] = {}
        self._random: dict[Key, Random] = {}
        self.offered: dict[Key, int] = {}
        """How many items there were, by key."""

    def offer(self, key: Key, make: Callable[[], Item]) -> None:
        """Take the item that `make` returns into the sample of `key`, or not: then `make` is not called."""
        seen = self.offered.get(key, 0)
        self.offered[key] = seen + 1
        if seen == 0:
            self._samples[key] = []
            self._random[key] = Random(f"{self._seed}:{key}")
        if seen < self._size:
            self._samples[key].append(make())
        elif (place := self._random[key].randrange(seen + 1)) < self._size:
            self._samples[key][place] = make()

    def sample(self, key: Key) -> tuple[Item, ...]:
        """What was kept of `key`; () if nothing was offered under it."""
        return tuple(self._samples.get(key, ()))
