"""A training of a few hundred numbers, with all that a real one has: dropout, two rates, unreadable samples."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from segmentation.training.config import MachineOptions, TrainingFiles, TrainingOptions
from segmentation.training.devices import DeviceGroup
from segmentation.training.loop import TrainingReport, train
from segmentation.training.task import ParameterGroup
from shared_runtime.errors import InputError

OPTIONS = TrainingOptions(epochs=3, batch_size=4, learning_rate=0.05, momentum=0.9)
N_SAMPLES = 10


@dataclass
class NoisyPoints:
    """x ∈ R³ with noise as augmentation; sample `broken` cannot be read."""

    broken: int | None = None
    read: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return N_SAMPLES

    def sample(self, index: int, rng: np.random.Generator) -> Tensor:
        if index == self.broken:
            raise InputError(f"point {index}: cannot be read")
        self.read.append(index)
        point = np.linspace(index, index + 1, 3) + rng.normal(scale=0.1, size=3)
        return torch.from_numpy(point).float()

    def collate(self, samples: Sequence[Tensor]) -> Tensor:
        """Points as a batch (B, 3)."""
        return torch.stack(tuple(samples))


class Regression:
    """Predict the sum of a point's coordinates, through dropout; the loss is mean squared error."""

    decomposes = True

    def __init__(self, *, dropout: float = 0.5) -> None:
        torch.manual_seed(7)
        self.begun: list[float] = []
        self.module = nn.ModuleDict(
            {"body": nn.Linear(3, 5), "dropout": nn.Dropout(dropout), "head": nn.Linear(5, 1)}
        )

    def parameter_groups(self) -> list[ParameterGroup]:
        return [
            ParameterGroup("body", list(self.module["body"].parameters())),
            ParameterGroup("head", list(self.module["head"].parameters()), rate_factor=10.0),
        ]

    def begin_step(self, epochs: float) -> None:
        self.begun.append(epochs)

    def loss(self, batch: Tensor) -> tuple[Tensor, Mapping[str, Tensor | float]]:
        hidden = self.module["dropout"](self.module["body"](batch))
        error = (self.module["head"](hidden).squeeze(1) - batch.sum(dim=1)) / 100
        return error.square().mean(), {"largest": error.detach().abs().max()}


class StopAfter:
    """Raises KeyboardInterrupt in place of a signal, once a number of losses were computed."""

    def __init__(self, task: Regression, losses: int) -> None:
        self.module = task.module
        self.parameter_groups = task.parameter_groups
        self.begin_step = task.begin_step
        self.decomposes = task.decomposes
        self._task = task
        self._left = losses

    def loss(self, batch: Tensor) -> tuple[Tensor, Mapping[str, Tensor | float]]:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        return self._task.loss(batch)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., TrainingReport]:
    """Train in the folder `name` of the test."""

    def run(
        name: str,
        task: Any = None,
        options: TrainingOptions = OPTIONS,
        samples: NoisyPoints | None = None,
        **machine: Any,
    ) -> TrainingReport:
        files = TrainingFiles(tmp_path / name)
        files.path.mkdir(exist_ok=True)
        return train(
            task or Regression(),
            samples or NoisyPoints(),
            options,
            files,
            DeviceGroup("cpu"),
            MachineOptions(**{"device": "cpu", "workers": 0, "log_every": 2, **machine}),
        )

    return run
