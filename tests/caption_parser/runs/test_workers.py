"""Results come in order, children never outlive the work, and little is taken ahead."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from caption_parser.runs.workers import map_ordered, usable_cores
from shared_runtime.errors import CapparseError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="worker tasks of these tests are not picklable")


def slow_at_first(number: int) -> tuple[int, int]:
    time.sleep(0.05 if number < 3 else 0)
    return number, os.getpid()


def mapped(task, items, processes):
    return map_ordered(task, items, processes=processes, rebuild_task=lambda: task)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_are_in_the_order_of_the_items(processes: int) -> None:
    results = list(mapped(slow_at_first, range(40), processes))
    assert [number for number, _ in results] == list(range(40))
    workers = {worker for _, worker in results}
    assert (workers == {os.getpid()}) == (processes == 1)
    assert not multiprocessing.active_children()


def test_items_are_taken_only_a_few_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = mapped(slow_at_first, items(), 2)
    next(results)
    assert taken <= 8
    results.close()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_comes_in_the_place_of_its_result(processes: int) -> None:
    def fail_at_five(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        return number

    results = mapped(fail_at_five, range(100), processes)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five") as failure:
        next(results)
    notes = getattr(failure.value, "__notes__", [])
    assert [("fail_at_five" in note) for note in notes] == [True] * (processes > 1)
    assert not multiprocessing.active_children()


def test_a_worker_that_is_killed_is_an_error_with_advice() -> None:
    def die(_: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(CapparseError, match=r"worker process died.*memory.*--processes 2"):
        list(mapped(die, range(10), 4))
    assert not multiprocessing.active_children()


def test_closing_stops_workers_in_the_middle_of_long_tasks() -> None:
    def sleep_long(number: int) -> int:
        time.sleep(60 if number else 0)
        return number

    results = mapped(sleep_long, range(10), 2)
    assert next(results) == 0
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 10
    assert not multiprocessing.active_children()


def test_workers_stop_while_they_send_results_larger_than_a_pipe() -> None:
    for taken in range(1, 21):
        results = mapped(lambda _: b"x" * 300_000, (b"y" * 100_000 for _ in range(100)), 2)
        for _ in range(taken):
            assert len(next(results)) == 300_000
        results.close()
    assert not multiprocessing.active_children()


def test_a_worker_that_is_killed_while_it_sends_is_an_error() -> None:
    results = mapped(lambda _: b"x" * 3_000_000, range(100), 2)
    next(results)
    # By now the workers wait for the parent to take the rest of their next results.
    time.sleep(0.2)
    for worker in multiprocessing.active_children():
        worker.kill()
    with pytest.raises(CapparseError, match="worker process died"):
        list(results)
    assert not multiprocessing.active_children()


def test_workers_end_with_a_parent_that_is_killed() -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def parent() -> None:
        for _, worker in mapped(slow_at_first, range(10_000_000), 2):
            sender.send(worker)
            time.sleep(0.01)

    process = multiprocessing.get_context("fork").Process(target=parent)
    process.start()
    workers = {receiver.recv() for _ in range(10)}
    process.kill()
    process.join()
    process.close()
    deadline = time.monotonic() + 10
    while any(is_running(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_usable_cores_follow_the_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert usable_cores() == 3
