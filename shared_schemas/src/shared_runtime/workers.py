"""An ordered, bounded map over worker processes, which may stay for what is mapped next."""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from typing import Any, Generic, Literal, Self, TypeVar

from shared_runtime.dispatching import Dispatcher, Outcome
from shared_runtime.errors import UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")
Method = Literal["fork", "spawn"]

DEFAULT_METHOD: Method = "fork" if sys.platform == "linux" else "spawn"
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
    method: Method = DEFAULT_METHOD,
    rebuild_task: Callable[[], Callable[[Item], Result]] | None = None,
) -> Generator[Result, None, None]:
    """`task` of each item, in the order of the items: the single use of a `WorkerPool`."""
    with WorkerPool(task, processes=processes, method=method, rebuild_task=rebuild_task) as pool:
        yield from pool.map(items)


class WorkerPool(Generic[Item, Result]):
    """Processes that all do one task, and stay from one `map` to the next with what they have learned by then.

    One process works inline. Of several, forked ones share the memory of `task`; spawned ones start from nothing,
    as they must where this process has threads (torch starts some), and each calls `rebuild_task`, or gets `task`
    by pickling if there is none. A context manager, at whose end the workers are stopped; they also end with this
    process, however that ends.
    """

    def __init__(
        self,
        task: Callable[[Item], Result],
        *,
        processes: int,
        method: Method = DEFAULT_METHOD,
        rebuild_task: Callable[[], Callable[[Item], Result]] | None = None,
    ) -> None:
        self.processes = processes
        self._task, self._method = task, method
        self._spawned = partial(_same, task) if rebuild_task is None else rebuild_task
        self._workers = ExitStack()
        self._dispatcher: Dispatcher | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop()

    def map(self, items: Iterable[Item]) -> Generator[Result, None, None]:
        """The task of each item, in the order of the items; one `map` at a time.

        While `items` makes the next item, the workers go on with what was taken before: a few items ahead of the
        results, no more. An exception of the task is raised here, in the place of its result; a worker that dies
        is a `CapparseError`. When an exception passes (Ctrl-C too) or the iterator is closed, the workers are
        stopped at once, so that nothing of what they were at is left; the next `map` starts new ones.

        Raises `UsageError` for several processes in a worker of another pool, which may start none.
        """
        if self.processes == 1:
            yield from map(self._task, items)
            return
        try:
            yield from _ordered(self._started(), items, self.processes * _AHEAD)
        except BaseException:
            self._stop()
            raise

    def _started(self) -> Dispatcher:
        if self._dispatcher is None:
            if multiprocessing.current_process().daemon:
                raise UsageError(
                    f"--processes {self.processes}: this is a worker of a process pool, which may start no"
                    " processes. Try --processes 1"
                )
            build = partial(_same, self._task) if self._method == "fork" else self._spawned
            self._dispatcher = self._workers.enter_context(_workers(build, self.processes, self._method))
        return self._dispatcher

    def _stop(self) -> None:
        self._dispatcher = None
        self._workers.close()


def _ordered(dispatcher: Dispatcher, items: Iterable[Any], most: int) -> Iterator[Any]:
    due = taken = 0
    for item in items:
        dispatcher.put(taken, item)
        taken += 1
        while taken - due >= most or (due < taken and dispatcher.is_done(due)):
            yield dispatcher.take(due)
            due += 1
    for number in range(due, taken):
        yield dispatcher.take(number)


@contextmanager
def _workers(build: Callable[[], Callable[[Any], Any]], processes: int, method: Method) -> Iterator[Dispatcher]:
    """The dispatcher of new workers; all are stopped at the end."""
    context = multiprocessing.get_context(method)
    started: list[tuple[Any, Connection]] = []
    dispatcher = None
    # At exit multiprocessing ends what is left by SIGTERM, which workers ignore.
    last_resort = Finalize(None, _kill_all, args=(started,), exitpriority=100)
    try:
        with _interrupts_held_back():
            for _ in range(processes):
                ours, theirs = context.Pipe()
                # mypy knows the contexts' common base alone, which has no Process.
                worker = context.Process(target=_work, args=(theirs, build), daemon=True)  # type: ignore[attr-defined]
                worker.start()
                # Only the worker holds its end now: when it dies, the connection ends.
                theirs.close()
                started.append((worker, ours))
        # Not before all are born: a thread does not survive a fork.
        dispatcher = Dispatcher([connection for _, connection in started])
        dispatcher.start()
        yield dispatcher
    finally:
        if dispatcher is not None:
            dispatcher.stop()
        _kill_all(started)
        last_resort.cancel()
        if dispatcher is not None:
            dispatcher.join()
        for worker, connection in started:
            worker.join()
            worker.close()
            connection.close()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """No Ctrl-C and no SIGTERM between the birth of a worker and the moment from which it ignores them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _kill_all(started: Sequence[tuple[Any, Connection]]) -> None:
    for worker, _ in started:
        worker.kill()


def _same(task: Callable[[Item], Result]) -> Callable[[Item], Result]:
    return task


def _work(connection: Connection, build: Callable[[], Callable[[Any], Any]]) -> None:
    """The life of a worker: an outcome for each item, until it is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task = _built(build)
    # The collector would otherwise write to, and so copy, every page that is shared with the parent.
    gc.freeze()
    while True:
        content = connection.recv_bytes()
        try:
            outcome = Outcome(returned=task(pickle.loads(content)))
        except BaseException as error:  # noqa: BLE001  raised again in the parent
            outcome = _failed(error)
        connection.send_bytes(_pickled(outcome))


def _built(build: Callable[[], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """The task, or one that raises for every item what kept it from being built."""
    try:
        return build()
    except BaseException as error:  # noqa: BLE001  raised again in the parent
        failed = error

        def fail(_: Any) -> Any:
            raise failed

        return fail


def _failed(error: BaseException) -> Outcome:
    error.add_note(f"In a worker process:\n{traceback.format_exc()}")
    return Outcome(raised=error)


def _pickled(outcome: Outcome) -> bytes:
    """`outcome` for the parent; what cannot be pickled, or not be read again, arrives as an error that says so."""
    try:
        content = pickle.dumps(outcome, protocol=pickle.HIGHEST_PROTOCOL)
        if outcome.raised is not None:
            pickle.loads(content)
    except Exception as error:  # noqa: BLE001  pickling runs the code of whatever is pickled
        what = outcome.returned if outcome.raised is None else outcome.raised
        notes = "".join(getattr(outcome.raised, "__notes__", ()))
        reason = f"{type(what).__name__} cannot be sent between processes ({error}): {what!r:.200}\n{notes}"
        return pickle.dumps(Outcome(raised=RuntimeError(reason)))
    return content


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "workers have a parent"
    parent.join()
    os._exit(1)
