"""The optimiser's steps on a task, their learning rate, and the state between them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from segmentation.backbones.devices import is_memory_shortage
from segmentation.training.checkpoint import TrainingState
from segmentation.training.config import TrainingOptions
from segmentation.training.devices import DeviceGroup
from segmentation.training.metrics_log import RunningMeans
from segmentation.training.order import BatchPlan, step_seed
from segmentation.training.task import Batch, RememberingTask, Task
from shared_runtime.errors import CapparseError

BatchT = TypeVar("BatchT", bound=Batch)


class Stepper(Generic[BatchT]):
    """Steps on a task: `step` steps are done, `means` holds the loss since the last line of the log."""

    def __init__(
        self, task: Task[BatchT], plan: BatchPlan, options: TrainingOptions, devices: DeviceGroup
    ) -> None:
        self.plan = plan
        self.step = 0
        self.means = RunningMeans()
        self._options = options
        self._devices = devices
        self._task = task
        self._module = task.module
        self._module.train()
        self._loss = devices.replicate(_TaskLoss(task))
        groups = list(task.parameter_groups())
        self._factors = [group.rate_factor for group in groups]
        self._optimizer = _optimizer([{"params": list(group.parameters)} for group in groups], options)

    def learning_rate(self, step: int) -> float:
        """Of the groups with factor 1, in `step`."""
        options = self._options
        return options.learning_rate * poly_factor(
            step, self.plan.steps, power=options.power, warmup_steps=options.warmup_steps
        )

    def run(self, parts: Sequence[BatchT]) -> None:
        """One step on the parts of a batch that fall to this process."""
        rate = self.learning_rate(self.step)
        for group, factor in zip(self._optimizer.param_groups, self._factors, strict=True):
            group["lr"] = rate * factor
        self._optimizer.zero_grad(set_to_none=True)
        self._task.begin_step(self.plan.epochs_done(self.step))
        for number, part in enumerate(parts):
            place = number * self._devices.count + self._devices.index
            torch.manual_seed(step_seed(self._options.seed, self.step, place))
            with self._devices.local_gradients(self._loss, when=number + 1 < len(parts)), self._room():
                self._backward(part.to(self._devices.device, non_blocking=True), len(parts))
        self._optimizer.step()
        self.step += 1

    def state(self) -> TrainingState:
        """What `restore` needs. CapparseError if the loss is no longer finite."""
        return TrainingState(
            step=self.step,
            module=self._module.state_dict(),
            optimizer=self._optimizer.state_dict(),
            log=self.means.sums(),
            memory=self._task.memory if isinstance(self._task, RememberingTask) else {},
        )

    def restore(self, state: TrainingState) -> None:
        """Go on from `state`."""
        self._module.load_state_dict(state.module)
        self._optimizer.load_state_dict(dict(state.optimizer))
        if isinstance(self._task, RememberingTask):
            self._task.restore(state.memory)
        self.step = state.step
        self.means = RunningMeans(state.log)

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not is_memory_shortage(error):
                raise
            parts = self.plan.accumulation
            less = (
                f"The same loss in less memory: --accumulation {2 * parts} --overwrite; else a smaller "
                "--batch-size or --image-size"
                if self._task.decomposes
                else "Less memory: a smaller --batch-size or --image-size, with --overwrite. --accumulation would "
                "change the loss, which compares the samples of a batch"
            )
            raise CapparseError(
                f"a batch of {self.plan.batch_size} in {parts} part{'s' * (parts > 1)} does not fit into the "
                f"memory of {self._devices.device} ({str(error).partition(chr(10))[0]}). {less}"
            ) from error

    def _backward(self, part: BatchT, n_parts: int) -> None:
        bfloat16 = self._options.precision == "bfloat16"
        with torch.autocast(self._devices.device.type, dtype=torch.bfloat16, enabled=bfloat16):
            loss, scalars = self._loss(part)
        (loss / n_parts).backward()
        self.means.add({"loss": loss.detach(), **scalars})


def _optimizer(groups: list[dict[str, Any]], options: TrainingOptions) -> torch.optim.Optimizer:
    if options.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=options.learning_rate, weight_decay=options.weight_decay)
    return torch.optim.SGD(
        groups, lr=options.learning_rate, momentum=options.momentum, weight_decay=options.weight_decay
    )


class _TaskLoss(nn.Module, Generic[BatchT]):
    """The loss as a module: gradients are averaged over processes for what goes through its `forward`."""

    def __init__(self, task: Task[BatchT]) -> None:
        super().__init__()
        self.module = task.module
        self._task = task

    def forward(self, batch: BatchT) -> tuple[Tensor, Mapping[str, Tensor | float]]:
        return self._task.loss(batch)


def poly_factor(step: int, steps: int, *, power: float, warmup_steps: int = 0) -> float:
    """Factor in (0, 1] on the initial learning rate at `step`, from 0 to `steps` - 1.

    (1 - step / steps) ** power (Vilar & Perez, Table 2). During warm-up, (step + 1) / (warmup_steps + 1) as well:
    the poly schedule runs from the first step on, and the warm-up lowers its beginning.
    """
    decay = (1 - step / steps) ** power
    warmup = min(1.0, (step + 1) / (warmup_steps + 1))
    return float(decay * warmup)
