"""An ordered, bounded map over worker processes.

`concurrent.futures` hangs when a worker is killed while it sends a result: its manager waits for the rest of it.
Here each worker has a pipe of its own, whose end the parent sees when the worker dies, at whatever moment.
"""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.util import Finalize
from typing import Any, Literal, TypeVar

from shared_runtime.errors import CapparseError

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
    """`task` of each item, in the order of the items.

    One process works inline. Of several, forked ones share the memory of `task`; spawned ones start from nothing,
    as they must where this process has threads (torch starts some), and each calls `rebuild_task`, or gets `task`
    by pickling if there is none. While `items` makes the next item, the workers go on with what was taken before:
    a few items ahead of the results, no more.

    An exception of `task` is raised here, in the place of its result; a worker that dies is a `CapparseError`.
    When an exception passes (Ctrl-C too) or the iterator is closed, the workers are stopped at once; they also end
    with this process, however that ends.
    """
    if processes == 1:
        yield from map(task, items)
        return
    spawned = partial(_same, task) if rebuild_task is None else rebuild_task
    build = partial(_same, task) if method == "fork" else spawned
    with _workers(build, processes, method) as dispatcher:
        yield from _ordered(dispatcher, items, processes * _AHEAD)


def _ordered(dispatcher: "_Dispatcher", items: Iterable[Any], most: int) -> Iterator[Any]:
    due = taken = 0
    for item in items:
        dispatcher.put(taken, item)
        taken += 1
        while taken - due >= most or (due < taken and dispatcher.is_done(due)):
            yield dispatcher.take(due)
            due += 1
    for number in range(due, taken):
        yield dispatcher.take(number)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a task returned or raised."""

    returned: Any = None
    raised: BaseException | None = None

    def result(self) -> Any:
        if self.raised is not None:
            raise self.raised
        return self.returned


class _Dispatcher:
    """A thread that gives each worker one item at a time and gathers the outcomes.

    A worker that has no more than one item is always ready to receive the next, so that neither side waits for
    the other. The thread keeps the workers busy while the main thread makes items, which may take long.
    """

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._idle = list(connections)
        self._count = len(connections)
        self._busy: dict[Connection, int] = {}
        self._woken, self._wake = Pipe(duplex=False)
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, Any]] = deque()
        self._done: dict[int, _Outcome] = {}
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to hand out items."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end after what it is doing."""
        self._wake.close()

    def join(self) -> None:
        """Wait until the thread has ended; a pipe whose worker was killed keeps it no longer."""
        self._thread.join()

    def put(self, number: int, item: Any) -> None:
        """Let a worker have `item` as soon as one is free."""
        with self._changed:
            self._waiting.append((number, item))
        with suppress(OSError):  # where the thread has ended, `take` tells why
            self._wake.send_bytes(b"1")

    def is_done(self, number: int) -> bool:
        """Whether the outcome of an item is there."""
        with self._changed:
            return number in self._done

    def take(self, number: int) -> Any:
        """The result of an item, waited for; raises what its task raised, or what became of a worker."""
        with self._changed:
            self._changed.wait_for(lambda: number in self._done or self._failure is not None)
            if number not in self._done:
                assert self._failure is not None
                raise self._failure
            outcome = self._done.pop(number)
        return outcome.result()

    def _run(self) -> None:
        failure: BaseException
        try:
            while self._step():
                pass
            failure = CapparseError("the work was stopped")
        except BaseException as error:  # noqa: BLE001  raised again in the main thread
            failure = error
        with self._changed:
            self._failure = failure
            self._changed.notify_all()
        self._woken.close()

    def _step(self) -> bool:
        """Hand out what waits, and gather what is ready; False: there is nothing more to come."""
        self._hand_out()
        for ready in wait([*self._busy, self._woken]):
            assert isinstance(ready, Connection)
            if ready is not self._woken:
                self._gather(ready)
                continue
            try:
                ready.recv_bytes()
            except EOFError:
                return False
        return True

    def _hand_out(self) -> None:
        while self._idle:
            with self._changed:
                if not self._waiting:
                    return
                number, item = self._waiting.popleft()
            try:
                content = pickle.dumps(item, protocol=pickle.HIGHEST_PROTOCOL)
            except Exception as error:  # noqa: BLE001  raised again in the place of the result
                self._note(number, _Outcome(raised=error))
                continue
            connection = self._idle.pop()
            with self._death_noticed():
                connection.send_bytes(content)
            self._busy[connection] = number

    def _gather(self, connection: Connection) -> None:
        with self._death_noticed():
            content = connection.recv_bytes()
        self._note(self._busy.pop(connection), pickle.loads(content))
        self._idle.append(connection)

    def _note(self, number: int, outcome: _Outcome) -> None:
        with self._changed:
            self._done[number] = outcome
            self._changed.notify_all()

    @contextmanager
    def _death_noticed(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError) as error:
            raise CapparseError(
                "a worker process died before it was done; the usual cause is too little memory."
                f" Use fewer processes than {self._count}: --processes {self._count // 2}"
            ) from error


@contextmanager
def _workers(build: Callable[[], Callable[[Any], Any]], processes: int, method: Method) -> Iterator[_Dispatcher]:
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
        dispatcher = _Dispatcher([connection for _, connection in started])
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
            outcome = _Outcome(returned=task(pickle.loads(content)))
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


def _failed(error: BaseException) -> _Outcome:
    error.add_note(f"In a worker process:\n{traceback.format_exc()}")
    return _Outcome(raised=error)


def _pickled(outcome: _Outcome) -> bytes:
    """`outcome` for the parent; what cannot be pickled, or not be read again, arrives as an error that says so."""
    try:
        content = pickle.dumps(outcome, protocol=pickle.HIGHEST_PROTOCOL)
        if outcome.raised is not None:
            pickle.loads(content)
    except Exception as error:  # noqa: BLE001  pickling runs the code of whatever is pickled
        what = outcome.returned if outcome.raised is None else outcome.raised
        notes = "".join(getattr(outcome.raised, "__notes__", ()))
        reason = f"{type(what).__name__} cannot be sent between processes ({error}): {what!r:.200}\n{notes}"
        return pickle.dumps(_Outcome(raised=RuntimeError(reason)))
    return content


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "workers have a parent"
    parent.join()
    os._exit(1)
