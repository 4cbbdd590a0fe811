"""Runs an encoder in ONNX Runtime: token ids in, one vector per token out."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from shared_runtime.errors import MissingResourceError

INPUT = "input_ids"
OUTPUT = "last_hidden_state"
MAX_BATCH_TOKENS = 1024

Result = TypeVar("Result")


class OnnxEncoder:
    """Encodes token sequences in batches of equal length.

    Nothing is padded: the encoder needs no mask, and a sequence gives the same vectors in any batch.
    The session is made with the first batch of each process: sessions do not survive a fork.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._session: tuple[int, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_path": self._path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_path"])  # type: ignore[misc]

    def encode(self, sequences: Sequence[Sequence[int]]) -> list[npt.NDArray[np.float32]]:
        """The last layer of each sequence, (N, D), in order.

        Raises MissingResourceError if ONNX Runtime cannot load the encoder.
        """

        def run(batch: list[int]) -> npt.NDArray[np.float32]:
            return self._run([sequences[position] for position in batch])

        return map_by_length(sequences, run, max_tokens=MAX_BATCH_TOKENS)

    def _run(self, batch: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(B, N) token ids to (B, N, D)."""
        (hidden,) = self._in_this_process().run([OUTPUT], {INPUT: np.array(batch, np.int64)})
        layer: npt.NDArray[np.float32] = hidden
        return layer

    def _in_this_process(self) -> Any:
        session = self._session
        if session is not None and session[0] == os.getpid():
            return session[1]
        with self._lock:
            if self._session is None or self._session[0] != os.getpid():
                self._session = os.getpid(), self._load()
            return self._session[1]

    def _load(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several processes share the cores
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self._path, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise MissingResourceError(f"{self._path}: ONNX Runtime cannot load the encoder: {error}") from error


def map_by_length(
    sequences: Sequence[Sequence[int]], run: Callable[[list[int]], Iterable[Result]], *, max_tokens: int
) -> list[Result]:
    """The result of each sequence, in order; nothing is padded, so that it is the same in any batch.

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
