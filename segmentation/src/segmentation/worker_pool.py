"""Worker processes that end with the process that started them, however that ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from shared_runtime.errors import CapparseError


def usable_cores() -> int:
    """The processor cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of `processes` processes, shut down at the end; what has not begun is then cancelled.

    Raises CapparseError where a worker died.
    """
    # Spawned, not forked: torch has started threads in this process, which forked workers would wait for forever.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(processes, mp_context=context, initializer=_follow_the_main_process)
    try:
        yield executor
    except BrokenProcessPool as error:
        raise CapparseError(
            "a worker process died before it was done; the usual cause is too little memory."
            f" Use fewer than {processes}: --processes {processes // 2}"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _follow_the_main_process() -> None:
    """Leave Ctrl-C to the main process, and end when it has ended: the pool's own workers would wait forever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "workers have a parent"

    def end_with_it() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()
