"""An ordered, bounded map over worker processes."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from caption_parser.errors import CapparseError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 3
"""Items per process that are taken before their results are due: enough to even out slow ones."""


def usable_cores() -> int:
    """The processor cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_ordered(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    processes: int,
    rebuild_task: Callable[[], Callable[[Item], Result]],
) -> Generator[Result, None, None]:
    """`task` of each item, in the order of the items.

    One process works inline. Several are forked on Linux and share the memory of `task`; elsewhere each calls
    `rebuild_task`, which must be picklable. Items are taken a few ahead of the results, no more. An exception of
    `task` is raised here, in the place of its result; a worker that dies is a `CapparseError`. When an exception
    passes (Ctrl-C too) or the iterator is closed, the workers are stopped at once.
    """
    if processes == 1:
        yield from map(task, items)
        return
    waiting: deque[Future[Result]] = deque()
    with _pool(task, processes, rebuild_task) as pool:
        for item in items:
            waiting.append(pool.submit(_run_task, item))
            if len(waiting) > processes * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _pool(
    task: Callable[[Item], Result], processes: int, rebuild_task: Callable[[], Callable[[Item], Result]]
) -> Iterator[ProcessPoolExecutor]:
    fork = sys.platform == "linux"
    context = multiprocessing.get_context("fork" if fork else "spawn")
    build = (lambda: task) if fork else rebuild_task
    earlier_children = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(processes, context, _start_worker, (build,))
    try:
        with _interrupts_held_back():
            launched = pool.submit(int)
        launched.result()
        yield pool
    except BaseException as error:
        for worker in set(multiprocessing.active_children()) - earlier_children:
            worker.terminate()
        if isinstance(error, BrokenProcessPool):
            raise CapparseError(
                "a worker process died before it was done; the usual cause is too little memory."
                f" Use fewer processes than {processes}: --processes {processes // 2}"
            ) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """No Ctrl-C between the birth of a worker and the moment from which it ignores them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_task: Callable[[Any], Any]
"""In a worker process: what it does with each item."""


def _start_worker(build: Callable[[], Callable[[Any], Any]]) -> None:
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _task = build()
    # The collector would otherwise write to, and so copy, every page that is shared with the parent.
    gc.freeze()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _run_task(item: Any) -> Any:
    return _task(item)
