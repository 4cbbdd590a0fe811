"""Batches from worker processes, in the planned order and the same for any number of workers."""

import signal
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

from segmentation.training.order import BatchPlan, SampleKey, Stream, random_generator
from segmentation.training.task import Batch, Samples
from shared_runtime.errors import InputError
from shared_runtime.workers import usable_cores

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound=Batch)

_MOST_SUBSTITUTES = 100
"""Unreadable samples in a row after which something is wrong with more than single files."""


class Loaded(NamedTuple, Generic[BatchT]):
    """A batch, and what was wrong with the samples that others had to stand in for."""

    batch: BatchT
    unreadable: Sequence[str]


class _SeededSamples(Dataset[tuple[SampleT | None, Sequence[str]]], Generic[SampleT]):
    """Samples by `SampleKey`; the next one stands in for one that cannot be read, so that batches stay full.

    None in place of a sample: too many in a row cannot be read.
    """

    def __init__(self, samples: Samples[SampleT, Any], seed: int) -> None:
        self._samples = samples
        self._seed = seed

    def __getitem__(self, key: SampleKey) -> tuple[SampleT | None, Sequence[str]]:
        unreadable: list[str] = []
        for offset in range(min(_MOST_SUBSTITUTES, len(self._samples))):
            index = (key.sample + offset) % len(self._samples)
            try:
                rng = random_generator(self._seed, Stream.SAMPLE, key.epoch, index)
                return self._samples.sample(index, rng), unreadable
            except InputError as error:
                unreadable.append(str(error))
        return None, unreadable


def load_batches(
    samples: Samples[SampleT, BatchT],
    plan: BatchPlan,
    *,
    process: int,
    first_step: int,
    workers: int | None,
    pin_memory: bool = False,
) -> Iterator[Loaded[BatchT]]:
    """The parts of `plan` for one process, from `first_step` on, read by `workers` processes (None: by cores).

    Raises InputError where too many samples cannot be read.
    """
    loader: DataLoader[Any] = DataLoader(
        _SeededSamples(samples, plan.seed),
        batch_sampler=plan.part_keys(process, first_step),
        collate_fn=partial(_collated, samples),
        num_workers=min(8, max(1, usable_cores() // 2)) if workers is None else workers,
        worker_init_fn=_leave_interrupts_to_the_main_process,
        pin_memory=pin_memory,
        # Its own: the default generator belongs to the loss.
        generator=torch.Generator(),
    )
    for loaded in loader:
        if isinstance(loaded, InputError):
            raise loaded
        yield loaded


def _collated(
    samples: Samples[SampleT, BatchT], items: Sequence[tuple[SampleT | None, Sequence[str]]]
) -> Loaded[BatchT] | InputError:
    read: list[SampleT] = []
    for sample, unreadable in items:
        if sample is None:
            # Raised in the main process: what a worker raises arrives with a traceback in its message.
            return InputError(f"{len(unreadable)} images in a row cannot be read; the last: {unreadable[-1]}")
        read.append(sample)
    return Loaded(samples.collate(read), [text for _, texts in items for text in texts])


def _leave_interrupts_to_the_main_process(_worker: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
