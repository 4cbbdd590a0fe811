"""Python's cycle collector during a run."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 200_000
"""Batches make many short-lived tuples and few cycles; by default the collector would look every 700 objects."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Collect cycles rarely, and never again look through what was loaded before; forked workers inherit it.

    The collector takes about a third of the time of a run otherwise.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
