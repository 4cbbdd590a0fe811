"""`train`: the loop of every training in this package."""

import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from types import FrameType
from typing import Generic, TypeVar

import torch

from segmentation.training.checkpoint import load_state, save_state, save_weights
from segmentation.training.config import MachineOptions, TrainingFiles, TrainingOptions
from segmentation.training.devices import DeviceGroup
from segmentation.training.loading import Loaded, load_batches
from segmentation.training.metrics_log import MetricsLog
from segmentation.training.order import BatchPlan, plan_steps
from segmentation.training.stepper import Stepper
from segmentation.training.task import Batch, Samples, Task

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound=Batch)


_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_SHOWS = 0.2
"""Steps may be shorter than it takes to draw how far they are."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training has come, from before its first step on."""

    step: int
    steps: int
    epochs: float
    loss: float | None = None
    """As in the last line of the log; None before the first."""
    images_per_second: float | None = None
    """Since the last line of the log; None before the first step."""
    looking: bool = False
    """Whether a frozen backbone still looks at the images, before the first step: steps are their crops then."""

    @property
    def figures(self) -> str:
        """What a person wants to see of it, but for the number of steps."""
        if self.looking:
            return f"the frozen backbone looks at the images, {self.images_per_second:.1f} a second, crop"
        loss = "" if self.loss is None else f"loss {self.loss:.3f}, "
        rate = "" if self.images_per_second is None else f"{self.images_per_second:.1f} images/s, "
        return f"epoch {self.epochs:.1f}, {loss}{rate}step"


@dataclass(slots=True)
class TrainingReport:
    """What a call of `train` did."""

    steps: int
    first_step: int
    """Steps that earlier calls had done."""
    epochs: float
    """Passes over the samples in all `steps`: steps take whole batches."""
    unreadable: Counter[str] = field(default_factory=Counter)
    """What was wrong with samples that others stood in for, and how often."""


def train(
    task: Task[BatchT],
    samples: Samples[SampleT, BatchT],
    options: TrainingOptions,
    files: TrainingFiles,
    devices: DeviceGroup,
    machine: MachineOptions,
    *,
    show: Callable[[Progress], None] = lambda _: None,
) -> TrainingReport:
    """Train `task` from where the checkpoint in `files` stands to the end, and write the weights.

    The weights depend on `task`, `samples` and `options` alone, not on interruptions, nor on the number of reading
    workers: to the bit on CPUs of one kind. On GPUs convolutions are as reproducible, but some kernels (gradients
    of enlargement and of look-ups) add in any order. Several processes add gradients in another order, too.

    Raises KeyboardInterrupt, after a checkpoint, when the process is asked to stop; CapparseError if the loss is
    no longer finite.
    """
    plan = BatchPlan(
        n_samples=len(samples),
        batch_size=options.batch_size,
        steps=plan_steps(len(samples), options.batch_size, options.epochs),
        seed=options.seed,
        accumulation=options.accumulation,
        processes=devices.count,
    )
    if devices.first and plan.part_size < plan.batch_size and not task.decomposes:
        _log.warning(
            "a batch of %d is cut into parts of %d (accumulation × processes), and the loss depends on what is in "
            "a part: it is another one than that of the whole batch",
            plan.batch_size,
            plan.part_size,
        )
    stepper = Stepper(task, plan, options, devices)
    if files.checkpoint.is_file():
        stepper.restore(load_state(files.checkpoint))
    report = TrainingReport(plan.steps, stepper.step, plan.epochs_done(plan.steps))
    devices.wait()
    with ExitStack() as stack:
        stack.enter_context(_reproducible_convolutions())
        log = None
        if devices.first:
            log = stack.enter_context(closing(MetricsLog(files, stepper.step, tensorboard=machine.tensorboard)))
        batches = load_batches(
            samples,
            plan,
            process=devices.index,
            first_step=stepper.step,
            workers=machine.workers,
            pin_memory=devices.device.type == "cuda",
        )
        stack.enter_context(closing(batches))
        _Session(stepper, devices, files, machine, log, show, report).run(batches)
    if devices.first:
        save_weights(files.weights, task.module.state_dict())
        files.checkpoint.unlink(missing_ok=True)
    devices.wait()
    report.unreadable = sum(devices.gather(report.unreadable), Counter[str]())
    return report


@contextmanager
def _reproducible_convolutions() -> Iterator[None]:
    """cuDNN takes algorithms that add in a fixed order, and none that was the fastest by the clock."""
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before


@dataclass(slots=True)
class _Session(Generic[BatchT]):
    """The steps of one process that are still to do, with log, progress and checkpoints."""

    stepper: Stepper[BatchT]
    devices: DeviceGroup
    files: TrainingFiles
    machine: MachineOptions
    log: MetricsLog | None
    """None in all processes but the first."""
    show: Callable[[Progress], None]
    report: TrainingReport

    def run(self, batches: Iterator[Loaded[BatchT]]) -> None:
        """Do all steps. KeyboardInterrupt after a checkpoint, if asked to stop."""
        plan = self.stepper.plan
        loss: float | None = None
        self._show(loss, None)
        # Several processes would not stop at the same step: there, the launcher ends them.
        alone = self.devices.count == 1
        logged_at = saved_at = time.monotonic()
        shown_at = 0.0
        logged_step = self.stepper.step
        with stop_requests() if alone else nullcontext(lambda: False) as stop_requested:
            while self.stepper.step < plan.steps:
                self.stepper.run([self._next(batches) for _ in range(plan.accumulation)])
                step, now = self.stepper.step, time.monotonic()
                images_per_second = (step - logged_step) * plan.batch_size / max(now - logged_at, 1e-9)
                if step % self.machine.log_every == 0 or step == plan.steps:
                    loss = self._log(images_per_second)
                    logged_at, logged_step = now, step
                if now - shown_at >= _SECONDS_BETWEEN_SHOWS or step == plan.steps:
                    self._show(loss, images_per_second)
                    shown_at = now
                asked = stop_requested()
                if asked or now - saved_at >= 60 * self.machine.checkpoint_minutes:
                    self._save()
                    saved_at = time.monotonic()
                if asked:
                    raise KeyboardInterrupt

    def _next(self, batches: Iterator[Loaded[BatchT]]) -> BatchT:
        loaded = next(batches)
        self.report.unreadable.update(loaded.unreadable)
        return loaded.batch

    def _show(self, loss: float | None, images_per_second: float | None) -> None:
        if self.devices.first:
            plan, step = self.stepper.plan, self.stepper.step
            self.show(Progress(step, plan.steps, plan.epochs_done(step), loss, images_per_second))

    def _log(self, images_per_second: float) -> float:
        """Write a line of the log. Returns its loss."""
        plan, step = self.stepper.plan, self.stepper.step
        means = self.devices.mean(self.stepper.means.take())
        epochs = plan.epochs_done(step)
        if self.log is not None:
            rate = self.stepper.learning_rate(step - 1)
            row = {"epoch": epochs, "learning_rate": rate, **means, "images_per_second": images_per_second}
            self.log.write(step, {name: float(f"{value:.6g}") for name, value in row.items()})
        return means["loss"]

    def _save(self) -> None:
        if self.devices.first:
            save_state(self.files.checkpoint, self.stepper.state())


@contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """A function that says whether the process was asked to stop. A second request ends it at once.

    Outside the main thread, where Python handles no signals, it always says no.
    """
    asked = False
    before = {}

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
