"""An ordered, bounded map over worker processes.

`concurrent.futures` hangs when a worker is killed while it sends a result (its manager waits for the rest of it).
Here each worker has a pipe of its own, whose end the parent sees when the worker dies, at whatever moment.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from shared_runtime.errors import CapparseError

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
    with _workers(task, processes, rebuild_task) as connections:
        yield from _ordered(connections, items)


def _ordered(connections: Sequence[Connection], items: Iterable[Any]) -> Iterator[Any]:
    numbered = enumerate(items)
    idle = list(connections)
    busy: dict[Connection, int] = {}
    done: dict[int, _Outcome] = {}
    due = 0
    while True:
        # A worker has one item at a time: it is always ready to receive, so neither side waits for the other.
        while idle and len(busy) + len(done) < len(connections) * _AHEAD and (entry := next(numbered, None)):
            connection = idle.pop()
            with _death_noticed(len(connections)):
                connection.send(entry[1])
            busy[connection] = entry[0]
        if due in done:
            yield done.pop(due).result()
            due += 1
        elif busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                with _death_noticed(len(connections)):
                    done[busy.pop(ready)] = ready.recv()
                idle.append(ready)
        else:
            return


@contextmanager
def _workers(
    task: Callable[[Item], Result], processes: int, rebuild_task: Callable[[], Callable[[Item], Result]]
) -> Iterator[list[Connection]]:
    """Connections to new workers, which are stopped at the end."""
    fork = sys.platform == "linux"
    context = multiprocessing.get_context("fork") if fork else multiprocessing.get_context("spawn")
    build = (lambda: task) if fork else rebuild_task
    started = []
    try:
        with _interrupts_held_back():
            for _ in range(processes):
                ours, theirs = context.Pipe()
                worker = context.Process(target=_work, args=(theirs, build), daemon=True)
                worker.start()
                # Only the worker holds its end now: when it dies, the connection ends.
                theirs.close()
                started.append((worker, ours))
        yield [connection for _, connection in started]
    finally:
        for worker, _ in started:
            worker.kill()
        for worker, connection in started:
            worker.join()
            worker.close()
            connection.close()


@contextmanager
def _death_noticed(processes: int) -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise CapparseError(
            "a worker process died before it was done; the usual cause is too little memory."
            f" Use fewer processes than {processes}: --processes {processes // 2}"
        ) from error


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


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a task returned or raised."""

    returned: Any = None
    raised: BaseException | None = None

    def result(self) -> Any:
        if self.raised is not None:
            raise self.raised
        return self.returned


def _work(connection: Connection, build: Callable[[], Callable[[Any], Any]]) -> None:
    """The life of a worker: an outcome for each item, until it is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task = build()
    # The collector would otherwise write to, and so copy, every page that is shared with the parent.
    gc.freeze()
    while True:
        item = connection.recv()
        try:
            outcome = _Outcome(returned=task(item))
        except BaseException as error:  # noqa: BLE001  raised again in the parent
            error.add_note(f"In a worker process:\n{traceback.format_exc()}")
            outcome = _Outcome(raised=error)
        connection.send(outcome)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
