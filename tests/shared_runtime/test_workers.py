"""Results come in order, workers never outlive the work, little is taken ahead, and deaths are noticed."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from shared_runtime.errors import CapparseError, UsageError
from shared_runtime.workers import Method, WorkerPool, map_ordered, usable_cores

METHODS = [
    pytest.param(
        "fork", marks=pytest.mark.skipif(sys.platform != "linux", reason="forking is safe on Linux alone")
    ),
    "spawn",
]
BIG = 3_000_000
"""Bytes that no pipe holds: who sends them waits for the other side."""


@pytest.fixture(params=METHODS)
def mapped(request: pytest.FixtureRequest) -> Iterator[Callable[..., Generator[Any, None, None]]]:
    """`map_ordered` by one method; afterwards no worker is left."""
    yield partial(map_ordered, method=request.param)
    assert not multiprocessing.active_children()


def slow_at_first(number: int) -> tuple[int, int]:
    time.sleep(0.05 if number < 3 else 0)
    return number, os.getpid()


def fail_at_five(number: int) -> int:
    if number == 5:
        raise ValueError("five")
    return number


def who_did(number: int) -> tuple[int, int]:
    time.sleep(0.01)
    return fail_at_five(number), os.getpid()


def sleep_long(number: int) -> int:
    time.sleep(60 if number else 0)
    return number


def big_result(_: object) -> bytes:
    return b"x" * BIG


def die(*_: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def unchanged(item: object) -> object:
    return item


class DeadlyToRead:
    """Kills the process that unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return die, ()


class DeadlyToSend:
    """Kills the process that pickles it."""

    def __reduce__(self) -> NoReturn:
        die()


def deadly_to_send(_: object) -> DeadlyToSend:
    return DeadlyToSend()


class OddError(Exception):
    """Cannot be unpickled: it is built from two arguments and keeps one."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} for {why}")


def fail_oddly(_: object) -> NoReturn:
    raise OddError("odd", "a reason")


def unpicklable(_: object) -> Callable[[], None]:
    return lambda: None


def broken_build() -> NoReturn:
    raise ValueError("there is no model")


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_are_in_the_order_of_the_items(mapped: Any, processes: int) -> None:
    results = list(mapped(slow_at_first, range(40), processes=processes))
    assert [number for number, _ in results] == list(range(40))
    workers = {worker for _, worker in results}
    assert (workers == {os.getpid()}) == (processes == 1)


def test_no_items_no_results(mapped: Any) -> None:
    assert list(mapped(unchanged, [], processes=2)) == []


def test_items_are_taken_only_a_few_ahead(mapped: Any) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = mapped(slow_at_first, items(), processes=2)
    next(results)
    assert taken <= 8
    results.close()


def test_workers_go_on_while_the_next_item_is_made(mapped: Any, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(5)]
    done: list[bool] = []

    def items() -> Iterator[Path]:
        yield from files[:4]
        deadline = time.monotonic() + 60
        while not (all_there := all(file.exists() for file in files[:4])) and time.monotonic() < deadline:
            time.sleep(0.01)
        done.append(all_there)
        yield files[4]

    assert list(mapped(touch, items(), processes=2)) == files
    assert done == [True]


def touch(file: Path) -> Path:
    file.touch()
    return file


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_comes_in_the_place_of_its_result(mapped: Any, processes: int) -> None:
    results = mapped(fail_at_five, range(100), processes=processes)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five") as failure:
        next(results)
    notes = getattr(failure.value, "__notes__", [])
    assert [("fail_at_five" in note) for note in notes] == [True] * (processes > 1)


def test_an_exception_that_cannot_be_sent_is_told_in_words(mapped: Any) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)OddError.*odd for a reason.*fail_oddly"):
        list(mapped(fail_oddly, range(3), processes=2))


def test_a_result_that_cannot_be_sent_is_an_error(mapped: Any) -> None:
    with pytest.raises(RuntimeError, match="function cannot be sent between processes"):
        list(mapped(unpicklable, range(3), processes=2))


def test_an_item_that_cannot_be_sent_is_an_error_in_its_place(mapped: Any) -> None:
    results = mapped(unchanged, [1, lambda: None, 3], processes=2)
    assert next(results) == 1
    with pytest.raises((AttributeError, pickle.PicklingError), match="pickle"):
        next(results)


def test_what_keeps_a_worker_from_its_task_is_raised() -> None:
    with pytest.raises(ValueError, match="there is no model"):
        list(map_ordered(unchanged, range(3), processes=2, method="spawn", rebuild_task=broken_build))


def killing_items(stage: str) -> Iterable[object]:
    if stage == "while it waits":
        yield 1
        time.sleep(0.5)
        for worker in multiprocessing.active_children():
            worker.kill()
        time.sleep(0.2)
        yield from range(10)
    elif stage == "while it reads an item":
        yield from (DeadlyToRead() for _ in range(10))
    else:
        yield from range(10)


@pytest.mark.parametrize(
    ("stage", "task"),
    [
        ("while it waits", unchanged),
        ("while it reads an item", unchanged),
        ("in its task", die),
        ("before it sends its result", deadly_to_send),
    ],
)
def test_a_worker_that_is_killed_is_an_error_with_advice(mapped: Any, stage: str, task: Any) -> None:
    with pytest.raises(CapparseError, match=r"worker process died.*memory.*--processes 2"):
        list(mapped(task, killing_items(stage), processes=4))


def test_a_worker_that_is_killed_before_its_first_item_is_an_error() -> None:
    with pytest.raises(CapparseError, match="worker process died"):
        list(map_ordered(unchanged, range(10), processes=2, method="spawn", rebuild_task=die))


def test_a_worker_that_is_killed_while_it_sends_is_an_error(mapped: Any) -> None:
    # The results due first are slow, so that the parent's thread is the only one to take what comes.
    results = mapped(big_result, range(100), processes=2)
    next(results)
    for worker in multiprocessing.active_children():
        worker.kill()
    with pytest.raises(CapparseError, match="worker process died"):
        list(results)


def test_a_worker_that_is_killed_within_a_message_is_an_error(mapped: Any) -> None:
    with pytest.raises(CapparseError, match="worker process died"):
        list(mapped(send_half_and_die, range(4), processes=2))


def send_half_and_die(_: object) -> NoReturn:
    """Writes the head of a long message and a part of it to every open socket of the worker, then dies."""
    head = (BIG).to_bytes(4, "big")
    for number in os.listdir("/proc/self/fd") if sys.platform == "linux" else ():  # noqa: PTH208
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):  # noqa: PTH115
                os.write(int(number), head + b"x" * 1000)
        except OSError:
            continue
    die()


def test_closing_stops_workers_in_the_middle_of_long_tasks(mapped: Any) -> None:
    results = mapped(sleep_long, range(10), processes=2)
    assert next(results) == 0
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("taken", [1, 2, 7])
def test_workers_stop_while_they_send_results_larger_than_a_pipe(mapped: Any, taken: int) -> None:
    results = mapped(big_result, (b"y" * 100_000 for _ in range(100)), processes=2)
    for _ in range(taken):
        assert len(next(results)) == BIG
    results.close()


def test_workers_stay_for_the_next_items_unless_some_were_left_unfinished() -> None:
    def broken(numbers: Iterable[int]) -> Iterator[int]:
        yield from numbers
        raise KeyError("the input")

    def workers_of(numbers: range) -> set[int]:
        results = list(pool.map(numbers))
        assert [number for number, _ in results] == list(numbers)
        return {worker for _, worker in results}

    with WorkerPool(who_did, processes=2) as pool:
        first = workers_of(range(6, 20))
        assert os.getpid() not in first
        assert workers_of(range(20, 21)) | workers_of(range(21, 40)) == first
        # What is still at work when the items end early must not answer for those that come next.
        with pytest.raises(ValueError, match="five"):
            list(pool.map(range(10)))
        second = workers_of(range(40, 50))
        assert not first & second
        with pytest.raises(KeyError, match="the input"):
            list(pool.map(broken(range(50, 60))))
        half = pool.map(range(60, 90))
        assert next(half)[0] == 60
        half.close()
        assert workers_of(range(90, 100)) == workers_of(range(6, 20))
        for worker in multiprocessing.active_children():
            worker.kill()
        with pytest.raises(CapparseError, match="worker process died"):
            list(pool.map(range(6, 20)))
        assert len(workers_of(range(6, 20))) == 2
    assert not multiprocessing.active_children()


PARENT = """
import sys, time
from shared_runtime.workers import map_ordered
from tests.shared_runtime.test_workers import slow_at_first

if __name__ == "__main__":
    for _, worker in map_ordered(slow_at_first, range(10_000_000), processes=2, method=sys.argv[1]):
        print(worker, flush=True)
        time.sleep(0.01)
"""


@pytest.mark.parametrize("method", METHODS)
def test_workers_end_with_a_parent_that_is_killed(method: Method, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))}
    with subprocess.Popen(
        [sys.executable, script, method], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        workers = {int(parent.stdout.readline()) for _ in range(10)}
        parent.kill()
    deadline = time.monotonic() + 20
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


def mapped_by_two(_: int) -> list[int]:
    return list(map_ordered(abs, [1, 2], processes=2))


def test_a_worker_of_another_pool_is_told_that_it_may_start_none() -> None:
    refused = pytest.raises(UsageError, match="--processes 2: this is a worker of a process pool")
    with multiprocessing.get_context("fork").Pool(1) as pool, refused:
        pool.map(mapped_by_two, [0])
