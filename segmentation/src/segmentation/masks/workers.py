"""A bounded queue of masks to finish, in this process or in others."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from segmentation.errors import CapsegError, OutputError
from segmentation.masks.finish import UnfinishedMask, finish

_AHEAD = 3
"""Masks per process that may wait: enough to even out slow ones, few enough for memory."""


def usable_cores() -> int:
    """The processor cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    CapsegError where a worker died.
    """
    if processes == 1:
        yield _Inline()
        return
    # Spawned, not forked: torch has started threads in this process, which forked workers would wait for forever.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(
        processes, mp_context=context, initializer=_leave_interrupts_to_the_main_process
    )
    try:
        yield _Pooled(executor, processes * _AHEAD)
    except BrokenProcessPool as error:
        raise CapsegError(
            "a worker process died before it was done; the usual cause is too little memory."
            f" Use fewer than {processes}: --processes {processes // 2}"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


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
    except CapsegError:
        raise
    except OSError as error:
        raise OutputError(
            f"{error.filename or path}: the mask cannot be written: {error.strerror or error}"
        ) from error
    except Exception as error:  # noqa: BLE001  whatever one image does to the refinement costs that image alone
        return Finished(path, f"the mask cannot be made: {type(error).__name__}: {error}")
    return Finished(path)


def _leave_interrupts_to_the_main_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
