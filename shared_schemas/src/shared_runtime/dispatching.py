"""What goes to worker processes through their pipes, and what comes back: handed out and gathered by one thread.

`concurrent.futures` hangs when a worker is killed while it sends a result: its manager waits for the rest of it.
Here each worker has a pipe of its own, whose end the parent sees when the worker dies, at whatever moment.
"""

import pickle
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

from shared_runtime.errors import CapparseError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task returned or raised."""

    returned: Any = None
    raised: BaseException | None = None

    def result(self) -> Any:
        if self.raised is not None:
            raise self.raised
        return self.returned


class Dispatcher:
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
        self._done: dict[int, Outcome] = {}
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
                self._note(number, Outcome(raised=error))
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

    def _note(self, number: int, outcome: Outcome) -> None:
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
