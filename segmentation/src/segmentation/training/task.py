"""What the loop trains: a module, its groups of parameters, and a loss on batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

SampleT_co = TypeVar("SampleT_co", covariant=True)


class Batch(Protocol):
    """Samples on one device."""

    def to(self, device: torch.device, *, non_blocking: bool = False) -> Self:
        """The batch on another device."""


BatchT_contra = TypeVar("BatchT_contra", bound=Batch, contravariant=True)


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters with one learning rate: `rate_factor` × that of the schedule."""

    name: str
    parameters: Sequence[nn.Parameter]
    rate_factor: float = 1.0


class Samples(Protocol[SampleT_co]):
    """A set of training samples, read by index in worker processes."""

    def __len__(self) -> int:
        """The number of samples, at least 1."""

    def sample(self, index: int, rng: np.random.Generator) -> SampleT_co:
        """A sample, augmented with random numbers from `rng` alone; InputError if it cannot be read."""


class Task(Protocol[BatchT_contra]):
    """What is trained, and on what loss."""

    @property
    def module(self) -> nn.Module:
        """All that is trained and saved."""

    def parameter_groups(self) -> Iterable[ParameterGroup]:
        """The parameters to train; what is in no group stays as it is."""

    def loss(self, batch: BatchT_contra) -> tuple[Tensor, Mapping[str, Tensor | float]]:
        """The mean loss over a batch, a scalar with gradient, and named scalars for the log.

        Random numbers come from torch's default generator, which the loop seeds before every call.
        """
