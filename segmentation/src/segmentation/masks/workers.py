"""A bounded queue of masks to finish, in this process or in others."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from segmentation.masks.finish import UnfinishedMask, finish
from segmentation.worker_pool import worker_pool
from shared_runtime.errors import CapparseError, OutputError

_AHEAD = 3
"""Masks per process that may wait: enough to even out slow ones, few enough for memory."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A mask that was written, or why it was not."""

    path: Path
    failure: str | None = None


class FinishQueue(Protocol):
    """Takes masks to finish, and gives back those that are done."""

    def put(self, unfinished: UnfinishedMask, path: Path) -> Iterator[Finished]:
        """Take a mask; yield what is done. Waits where too many are under way."""

    def drain(self) -> Iterator[Finished]:
        """Yield all that was still under way."""


@contextmanager
def finish_queue(processes: int) -> Iterator[FinishQueue]:
    """A queue that works in `processes` worker processes; 1: in this process.

    What fails for one image is told in its `Finished`. Raises OutputError where masks cannot be written,
    CapparseError where a worker died.
    """
    if processes == 1:
        yield _Inline()
        return
    with worker_pool(processes) as executor:
        yield _Pooled(executor, processes * _AHEAD)


class _Inline:
    def put(self, unfinished: UnfinishedMask, path: Path) -> Iterator[Finished]:
        yield _finished(unfinished, path)

    def drain(self) -> Iterator[Finished]:
        return iter(())


class _Pooled:
    def __init__(self, executor: ProcessPoolExecutor, most: int) -> None:
        self._executor = executor
        self._most = most
        self._waiting: deque[Future[Finished]] = deque()

    def put(self, unfinished: UnfinishedMask, path: Path) -> Iterator[Finished]:
        self._waiting.append(self._executor.submit(_finished, unfinished, path))
        while len(self._waiting) > self._most:
            yield self._waiting.popleft().result()

    def drain(self) -> Iterator[Finished]:
        while self._waiting:
            yield self._waiting.popleft().result()


def _finished(unfinished: UnfinishedMask, path: Path) -> Finished:
    try:
        finish(unfinished, path)
    except CapparseError:
        raise
    except OSError as error:
        raise OutputError(
            f"{error.filename or path}: the mask cannot be written: {error.strerror or error}"
        ) from error
    except Exception as error:  # noqa: BLE001  whatever one image does to the refinement costs that image alone
        return Finished(path, f"the mask cannot be made: {type(error).__name__}: {error}")
    return Finished(path)
