"""Which samples a step sees, and the random numbers it uses: functions of the seed and the step alone.

The samples form one endless row, epoch after epoch, each in an order of its own; step s takes the s-th
`batch_size` of them. So no batch is short, a set may be smaller than a batch, and nothing has to be remembered to
go on from any step, with any number of processes and workers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared_runtime.errors import UsageError


class Stream(IntEnum):
    """What random numbers are for: streams of equal seeds and different purpose are independent."""

    ORDER = 1
    SAMPLE = 2
    STEP = 3
    VIEW = 4


class SampleKey(NamedTuple):
    """A sample in one epoch: its augmentation depends on both."""

    epoch: int
    sample: int


def random_generator(seed: int, stream: Stream, *place: int) -> np.random.Generator:
    """Random numbers for one purpose at one place, such as (epoch, sample)."""
    return np.random.default_rng((seed, stream, *place))


def step_seed(seed: int, step: int, part: int) -> int:
    """Seed of dropout and of sampling within the loss, for one part of one step."""
    return int(random_generator(seed, Stream.STEP, step, part).integers(2**63))


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """The batches of a training of `steps` steps over `n_samples` samples.

    A step's `batch_size` samples are cut into `accumulation` × `processes` equal parts.
    """

    n_samples: int
    batch_size: int
    steps: int
    seed: int
    accumulation: int = 1
    processes: int = 1

    def __post_init__(self) -> None:
        if self.batch_size % (self.accumulation * self.processes):
            raise UsageError(
                f"a batch of {self.batch_size} cannot be cut into {self.accumulation} (accumulation) × "
                f"{self.processes} (processes) equal parts. Choose a multiple of "
                f"{self.accumulation * self.processes} as --batch-size"
            )

    @property
    def part_size(self) -> int:
        """Samples per forward pass."""
        return self.batch_size // (self.accumulation * self.processes)

    def epochs_done(self, step: int) -> float:
        """Passes over the samples before `step`."""
        return step * self.batch_size / self.n_samples

    def step_keys(self, step: int) -> list[SampleKey]:
        """The `batch_size` samples of a step."""
        first = step * self.batch_size
        return [self._key(position) for position in range(first, first + self.batch_size)]

    def part_keys(self, process: int, first_step: int = 0) -> Iterator[list[SampleKey]]:
        """The parts that one process goes through from `first_step` on, `accumulation` per step."""
        for step in range(first_step, self.steps):
            keys = self.step_keys(step)
            for part in range(self.accumulation):
                start = (part * self.processes + process) * self.part_size
                yield keys[start : start + self.part_size]

    def _key(self, position: int) -> SampleKey:
        epoch, place = divmod(position, self.n_samples)
        return SampleKey(epoch, int(_epoch_order(self.seed, epoch, self.n_samples)[place]))


def plan_steps(n_samples: int, batch_size: int, epochs: int) -> int:
    """Steps in which `epochs` passes are made: whole batches, one at least."""
    return max(1, n_samples * epochs // batch_size)


@lru_cache(maxsize=2)
def _epoch_order(seed: int, epoch: int, n_samples: int) -> npt.NDArray[np.int64]:
    return random_generator(seed, Stream.ORDER, epoch).permutation(n_samples)
