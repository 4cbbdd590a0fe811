"""A thread reads ahead: in order, in as many bytes as it may, and ends with whoever waits for it."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from segmentation.data.read_ahead import read_ahead


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.001)
    return holds()


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def test_order_stays_and_reading_is_bounded_by_bytes() -> None:
    read: list[int] = []

    def fake(number: int) -> bytes:
        assert threading.current_thread() is not threading.main_thread()
        read.append(number)
        return bytes([number]) * (100 if number == 7 else 10)

    found = read_ahead(range(20), fake, len, most_bytes=30)
    assert not read, "nothing is read before it is asked for"
    taken = [next(found)[0]]
    for number in range(1, 20):
        # What waits has 30 bytes, or was read when less than that waited: three of ten, or the large one alone.
        ahead = 2 if number == 6 else 1 if number == 7 else 3
        assert eventually(lambda: len(read) == min(20, number + ahead)), (number, read)  # noqa: B023
        time.sleep(0.002)
        assert len(read) == min(20, number + ahead)
        taken.append(next(found)[0])
    assert taken == read == [*range(20)]
    assert list(found) == []
    assert not readers()


def test_one_larger_than_all_that_may_wait_is_read() -> None:
    assert [*read_ahead([5, 6], bytes, len, most_bytes=1)] == [bytes(5), bytes(6)]


def test_what_reading_raises_is_raised_in_its_turn() -> None:
    def fake(number: int) -> int:
        if number == 2:
            raise MemoryError("no room for 2")
        return number

    def ended() -> Iterator[int]:
        yield 0
        raise OSError("the list is gone")

    for items, error, before in ((range(5), MemoryError, [0, 1]), (ended(), OSError, [0])):
        taken: list[int] = []
        with pytest.raises(error):
            taken.extend(read_ahead(items, fake, lambda _: 1))
        assert taken == before
        assert not readers()


def test_the_thread_ends_with_whoever_waits_for_it() -> None:
    found = read_ahead(iter(int, 1), lambda number: number, lambda _: 1, most_bytes=3)
    assert next(found) == 0
    assert len(readers()) == 1
    found.close()  # type: ignore[attr-defined]
    assert not readers()
