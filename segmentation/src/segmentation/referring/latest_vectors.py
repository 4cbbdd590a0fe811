"""Vectors of the texts that were asked for last, so that none of them is encoded again; threads may share them."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import torch
from torch import Tensor

_MOST = 4096


class LatestVectors:
    """Vectors `[D]` by text, of `most` texts at most between two calls: those that were asked for last stay."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: OrderedDict[str, Tensor] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def __getstate__(self) -> dict[str, Any]:
        """All but the lock, which belongs to a process: copies have one of their own."""
        with self._lock:
            return {"_most": self._most, "_known": self._known.copy()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=Lock())

    def of(self, texts: Sequence[str], encode: Callable[[Sequence[str]], Tensor]) -> Tensor:
        """Shape: [L, D]; `encode` makes those of the texts that are not known, one thread at a time."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if new:
                # Copied: a row of a table would keep all of it.
                self._known.update(zip(new, (vector.clone() for vector in encode(new)), strict=True))
            for text in texts:
                self._known.move_to_end(text)
            found = torch.stack([self._known[text] for text in texts])
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return found
