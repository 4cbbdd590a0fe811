"""The garbage collector, which looks for cycles far too often where many objects are made and few cycles."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

_NEW_OBJECTS = 500_000
"""Between two looks; by default there are 700."""


class _Collector:
    """The collector of the process, which runs in several threads share; afterwards it is as it was."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._runs = 0
        self._restored = ExitStack()

    def begin(self, *, freeze: bool) -> None:
        """A run begins."""
        with self._lock:
            self._runs += 1
            thresholds = gc.get_threshold()
            if self._runs == 1 and 0 < thresholds[0] < _NEW_OBJECTS:  # zero: the host has no collection
                gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
                self._restored.callback(gc.set_threshold, *thresholds)
            if freeze and not gc.get_freeze_count():  # else those that the host froze would be freed as well
                gc.freeze()
                self._restored.callback(gc.unfreeze)
                # First, or all that the run has made and keeps would be looked through at once, as if it were new.
                self._restored.callback(gc.freeze)

    def end(self) -> None:
        """A run ends."""
        with self._lock:
            self._runs -= 1
            if not self._runs:
                self._restored.close()


_collector = _Collector()


@contextmanager
def rare_collection(*, freeze: bool = False) -> Iterator[None]:
    """Collect cycles rarely; the collector takes about a third of the time of labelling otherwise.

    `freeze`: nor look again through what was loaded before; forked workers inherit that.
    """
    _collector.begin(freeze=freeze)
    try:
        yield
    finally:
        _collector.end()
