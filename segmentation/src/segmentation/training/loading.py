"""Batches from worker processes, in the planned order and the same for any number of workers.

Not torch's `DataLoader`: its workers hand over tensors through /dev/shm, of which a container has 64 MB, and where
one of them dies of that, what is left waits for it for ever. Here samples come through pipes.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from segmentation.training.order import BatchPlan, SampleKey, Stream, random_generator
from segmentation.training.task import Batch, Samples
from shared_runtime.errors import CapparseError, InputError
from shared_runtime.workers import map_ordered, usable_cores

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound=Batch)
PartT = TypeVar("PartT")
ReadT = TypeVar("ReadT")

_MOST_SUBSTITUTES = 100
"""Unreadable samples in a row after which something is wrong with more than single files."""
_AHEAD = 3
"""Parts that a thread reads before they are due."""


class Loaded(NamedTuple, Generic[BatchT]):
    """A batch, and what was wrong with the samples that others had to stand in for."""

    batch: BatchT
    unreadable: Sequence[str]


class _Read(NamedTuple, Generic[SampleT]):
    """A sample, and what was wrong with those that it stands in for; None: too many in a row cannot be read."""

    sample: SampleT | None
    unreadable: Sequence[str]


@dataclass(frozen=True, slots=True)
class _SeededSamples(Generic[SampleT]):
    """Samples by `SampleKey`; the next one stands in for one that cannot be read, so that batches stay full."""

    samples: Samples[SampleT, Any]
    seed: int

    def __call__(self, keys: Sequence[SampleKey]) -> list[_Read[SampleT]]:
        return [self._read(key) for key in keys]

    def _read(self, key: SampleKey) -> _Read[SampleT]:
        unreadable: list[str] = []
        for offset in range(min(_MOST_SUBSTITUTES, len(self.samples))):
            index = (key.sample + offset) % len(self.samples)
            try:
                rng = random_generator(self.seed, Stream.SAMPLE, key.epoch, index)
                return _Read(self.samples.sample(index, rng), unreadable)
            except InputError as error:
                unreadable.append(str(error))
        return _Read(None, unreadable)


def load_batches(
    samples: Samples[SampleT, BatchT],
    plan: BatchPlan,
    *,
    process: int,
    first_step: int,
    workers: int | None,
    pin_memory: bool = False,
) -> Generator[Loaded[BatchT], None, None]:
    """The parts of `plan` for one process, from `first_step` on, read by `workers` processes (None: by cores).

    A single worker is a thread. `pin_memory`: into page-locked memory, from where copies to a GPU do not block.
    The workers end when the generator is closed. Raises InputError where too many samples cannot be read,
    CapparseError where a worker died.
    """
    for parts in read_parts(_SeededSamples(samples, plan.seed), plan.part_keys(process, first_step), workers):
        read: list[SampleT] = []
        for sample, unreadable in parts:
            if sample is None:
                raise InputError(f"{len(unreadable)} images in a row cannot be read; the last: {unreadable[-1]}")
            read.append(sample)
        batch = samples.collate(read)
        yield Loaded(
            batch.pin_memory() if pin_memory else batch, [text for part in parts for text in part.unreadable]
        )


def read_parts(
    read: Callable[[PartT], ReadT], parts: Iterable[PartT], workers: int | None
) -> Generator[ReadT, None, None]:
    """What `read` makes of each part, in their order, in so many processes (None: by cores), a few parts ahead.

    A single worker is a thread; without any, each part is read when it is asked for. The workers end when the
    generator is closed. Raises what `read` raises, CapparseError where a worker died.
    """
    workers = min(8, max(1, usable_cores() // 2)) if workers is None else workers
    if workers == 0:
        yield from map(read, parts)
    elif workers == 1:
        yield from _read_in_thread(read, parts)
    else:
        # Forked, though torch has threads here: the workers do without torch.
        with closing(map_ordered(read, parts, processes=workers)) as found:
            while True:
                try:
                    part = next(found)
                except StopIteration:
                    return
                except CapparseError as error:
                    raise CapparseError(
                        "a process that reads images died; the usual cause is too little memory. The same command "
                        f"goes on from the last checkpoint: with fewer than {workers}, --workers {workers // 2}"
                    ) from error
                yield part


def _read_in_thread(read: Callable[[PartT], ReadT], parts: Iterable[PartT]) -> Generator[ReadT, None, None]:
    pool = ThreadPoolExecutor(1)
    due: deque[Future[ReadT]] = deque()
    try:
        for part in parts:
            due.append(pool.submit(read, part))
            if len(due) > _AHEAD:
                yield due.popleft().result()
        while due:
            yield due.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
