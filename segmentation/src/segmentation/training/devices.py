"""The devices that train together, each with a process of its own, as Accelerate finds them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar, cast

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from torch import nn

from segmentation.backbones.devices import AUTO, resolve_device

ValueT = TypeVar("ValueT")
_OF_LAUNCHERS = ("LOCAL_RANK", "WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
"""Variables by which processes that train together know of each other."""


class DeviceGroup:
    """This process among those that train together: one, or as many as `accelerate launch` or torchrun started."""

    def __init__(self, device: str = AUTO) -> None:
        alone = resolve_device(device)
        # Accelerate keeps the first device for the whole process: where nobody launched several, it is not asked.
        cpu = alone.type == "cpu" and any(name in os.environ for name in _OF_LAUNCHERS)
        # Steps in which a branch of the loss is skipped leave parameters without gradient.
        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        self._accelerator = Accelerator(cpu=cpu, kwargs_handlers=[unused])
        self.count = int(self._accelerator.num_processes)
        """How many processes train together."""
        self.index = int(self._accelerator.process_index)
        """Which of them this one is, from 0."""
        self.first = bool(self._accelerator.is_main_process)
        """Whether this process is the one that writes."""
        self.device: torch.device = self._accelerator.device if self.count > 1 else alone
        """Where this process computes. Of several processes, each has the one that Accelerate gives it."""

    def replicate(self, module: nn.Module) -> nn.Module:
        """`module`, on this process's device, with gradients averaged over all processes."""
        prepared: nn.Module = self._accelerator.prepare_model(module.to(self.device), device_placement=False)
        return prepared

    @contextmanager
    def local_gradients(self, module: nn.Module, *, when: bool) -> Iterator[None]:
        """Leave the averaging of gradients to a later backward pass, if `when`."""
        if when:
            with self._accelerator.no_sync(module):
                yield
        else:
            yield

    def gather(self, value: ValueT) -> list[ValueT]:
        """The values that all processes pass, in the order of `index`; every process must call it."""
        if self.count == 1:
            return [value]
        gathered: list[ValueT | None] = [None] * self.count
        torch.distributed.all_gather_object(gathered, value)
        return cast(list[ValueT], gathered)

    def mean(self, values: Mapping[str, float]) -> dict[str, float]:
        """The mean of each value over the processes that have it; every process must call it."""
        having: dict[str, list[float]] = {}
        for part in self.gather(values):
            for name, value in part.items():
                having.setdefault(name, []).append(value)
        return {name: sum(parts) / len(parts) for name, parts in having.items()}

    def wait(self) -> None:
        """Wait until all processes are here."""
        self._accelerator.wait_for_everyone()
