"""What is read next, while what was read before is worked on."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

ItemT = TypeVar("ItemT")
ReadT = TypeVar("ReadT")

MOST_BYTES = 256_000_000
"""That wait to be taken: a few batches of ordinary images, or seven photographs of 12 megapixels."""


def array_bytes(read: object) -> int:
    """Of an array; what stands for an image that cannot be read weighs nothing."""
    return read.nbytes if isinstance(read, np.ndarray) else 0


@dataclass(slots=True)
class _Shelf(Generic[ReadT]):
    """Where a thread puts what it has read, and from where it is taken in that order."""

    most_bytes: int
    weigh: Callable[[ReadT], int]
    changed: threading.Condition = field(default_factory=threading.Condition)
    waiting: deque[ReadT] = field(default_factory=deque)
    n_bytes: int = 0
    ended: bool = False
    """Nothing more is put: all is read, reading failed, or nobody takes any more."""
    fault: BaseException | None = None

    def has_room(self) -> bool:
        """Waits for room; False: nobody takes any more."""
        with self.changed:
            self.changed.wait_for(lambda: self.ended or self.n_bytes < self.most_bytes)
            return not self.ended

    def put(self, read: ReadT) -> None:
        with self.changed:
            self.waiting.append(read)
            self.n_bytes += self.weigh(read)
            self.changed.notify_all()

    def end(self, fault: BaseException | None = None) -> None:
        with self.changed:
            self.ended, self.fault = True, fault
            self.changed.notify_all()

    def take(self) -> Iterator[ReadT]:
        """All that is put, until the end. Raises what reading raised, behind what was read before."""
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.ended or bool(self.waiting))
                if not self.waiting:
                    break
                read = self.waiting.popleft()
                self.n_bytes -= self.weigh(read)
                self.changed.notify_all()
            yield read
        if self.fault is not None:
            raise self.fault


def read_ahead(
    items: Iterable[ItemT],
    read: Callable[[ItemT], ReadT],
    weigh: Callable[[ReadT], int],
    *,
    most_bytes: int = MOST_BYTES,
) -> Iterator[ReadT]:
    """What `read` makes of each of `items`, in their order, read by a thread of its own.

    The thread stops reading while what waits has `most_bytes` or more, by what `weigh` says of each, so that less
    than that and one more wait at a time. What `read` or `items` raise is raised here, in its turn. The thread has
    ended when the iterator has, also where it is closed early.
    """
    shelf: _Shelf[ReadT] = _Shelf(most_bytes, weigh)

    def work() -> None:
        try:
            for item in items:
                if not shelf.has_room():
                    return
                shelf.put(read(item))
        except BaseException as error:  # noqa: BLE001  told where it is waited for
            shelf.end(error)
        else:
            shelf.end()

    thread = threading.Thread(target=work, name="read-ahead", daemon=True)
    thread.start()
    try:
        yield from shelf.take()
    finally:
        shelf.end(shelf.fault)
        thread.join()
