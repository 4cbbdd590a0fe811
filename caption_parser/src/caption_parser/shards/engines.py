"""Shards by the executors of datatrove: on this machine, through Slurm, on a Ray cluster.

What datatrove starts is thin: each of its ranks starts a process of ours with its share of the shards, and starts
it again where it was killed, so that no pool waits for a worker that the kernel took away. datatrove's own marks
of what is done mean nothing here; receipts do.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, get_args

from caption_parser.config import ParserConfig
from caption_parser.runs.options import RunOptions
from caption_parser.shards.labelling import shards_folder
from caption_parser.shards.plan import load_plan, shown_numbers
from caption_parser.shards.receipts import done_receipt
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import CapparseError, MissingResourceError, UsageError
from shared_runtime.storage import Folder
from shared_schemas.errors import did_you_mean

Engine = Literal["local", "slurm", "ray"]

RESTARTS = 3
"""As often is a killed process started again that finished no shard since the last time."""
_WORKER = "caption_parser.cli.worker"
_LOGS = "engine"


class WorkOrder(FrozenModel):
    """What a process that an engine starts is told, as JSON on its standard input."""

    plan: str
    output: str | None = None
    shards: str
    """As `Plan.numbers` reads it."""
    config: ParserConfig = ParserConfig()
    run: RunOptions = RunOptions(processes=1)
    folder: str
    """Which relative paths start from."""

    def outstanding(self) -> list[int]:
        """Those of its shards that have no receipt."""
        place, folder = Folder(self.plan), shards_folder(self.plan, self.output)
        plan = load_plan(place)
        return [
            number for number in plan.numbers(self.shards) if done_receipt(number, plan, place, folder) is None
        ]


def run_engine(
    engine: str, order: WorkOrder, *, workers: int, options: Mapping[str, str] | None = None
) -> list[int]:
    """Label the shards of `order` that have no receipt, on an engine; the shards that have none afterwards.

    `slurm` only hands the work over: its shards have their receipts when its job has ended.

    Args:
        engine: `local`, `slurm` or `ray`.
        order: the work; a killed part of it is done again, at most a shard each time.
        workers: how many processes work at the same time.
        options: further arguments of datatrove's executor, such as `time` and `partition` of Slurm.

    Raises:
        UsageError: there is no such engine or option, or `order` asks to replace what is done.
        MissingResourceError: datatrove or ray is not installed.
    """
    if engine not in get_args(Engine):
        known = ", ".join(get_args(Engine))
        raise UsageError(f"--engine {engine}: expected one of {known}.{did_you_mean(engine, get_args(Engine))}")
    if order.run.overwrite:
        raise UsageError(
            f"--engine {engine} goes by receipts, and replaces none: leave --overwrite out, or use another -o"
        )
    if workers < 1:
        raise UsageError(f"--workers: got {workers}, expected at least 1")
    outstanding = order.outstanding()
    if not outstanding:
        return []
    tasks = min(workers, len(outstanding))
    rank = partial(run_rank, order.model_copy(update={"shards": shown_numbers(outstanding)}))
    logs = Folder(order.plan).of(_LOGS)
    _executor(engine, rank, tasks, logs, dict(options or {})).run()
    return [] if engine == "slurm" else order.outstanding()


def run_rank(order: WorkOrder, data: object, rank: int, world_size: int) -> None:  # noqa: ARG001
    """A rank's share of the shards, every `world_size`-th: a step of datatrove's pipeline. Raises nothing.

    An exception would make datatrove end the ranks beside it; what is left undone has no receipt.
    """
    os.chdir(order.folder)
    share = load_plan(Folder(order.plan)).numbers(order.shards)[rank::world_size]
    left, attempts = share, 0
    while left and attempts <= RESTARTS:
        part = order.model_copy(update={"shards": shown_numbers(left)})
        command = [sys.executable, "-m", _WORKER]
        ended = subprocess.run(command, input=part.model_dump_json().encode(), check=False)
        if ended.returncode >= 0:
            # It came to its end, and said what it could not do.
            return
        before, left = left, part.outstanding()
        attempts = attempts + 1 if left == before else 0


def _executor(engine: str, rank: Callable[..., None], tasks: int, logs: str, options: dict[str, str]) -> Any:
    try:
        from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor, SlurmPipelineExecutor
    except ImportError:
        raise MissingResourceError(
            f"--engine {engine} needs the package datatrove. Try: pip install 'capparse[engines]'"
        ) from None
    if engine == "ray":
        _join_ray()
    executors = {"local": LocalPipelineExecutor, "slurm": SlurmPipelineExecutor, "ray": RayPipelineExecutor}
    arguments = {
        "pipeline": [rank],
        "tasks": tasks,
        "workers": tasks,
        "logging_dir": logs,
        "skip_completed": False,
        **{name: _value(value) for name, value in options.items()},
    }
    try:
        return executors[engine](**arguments)
    except TypeError as error:
        raise UsageError(f"--engine-option: {error}. See datatrove's {executors[engine].__name__}") from None


def _join_ray() -> None:
    """Join the cluster that `RAY_ADDRESS` names; without it, one of this machine's own begins."""
    try:
        import ray
    except ImportError:
        message = "--engine ray needs the package ray. Try: pip install ray"
        raise MissingResourceError(message) from None
    if ray.is_initialized():
        return
    try:
        ray.init()
    except Exception as error:
        raise CapparseError(f"--engine ray: no cluster can be joined or started: {error}") from error


def _value(text: str) -> int | float | str:
    """A number where the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
