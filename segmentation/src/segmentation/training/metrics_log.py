"""Means over steps, one line of `metrics.jsonl` every few steps."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from segmentation.training.config import TrainingFiles
from shared_runtime.errors import CapparseError, MissingResourceError
from shared_schemas.files import replace_file

_STEPS = "steps"


class RunningMeans:
    """Means of named scalars over some steps; a scalar counts in the steps that have it."""

    def __init__(self, saved: Mapping[str, float] | None = None) -> None:
        self._sums: dict[str, Tensor | float] = dict(saved or {})

    def add(self, values: Mapping[str, Tensor | float]) -> None:
        """Count in the values of one step; tensors stay on their device until they are asked for."""
        for name, value in values.items():
            for key, term in ((name, value), (f"{name}/{_STEPS}", 1.0)):
                self._sums[key] = self._sums.get(key, 0.0) + term

    def sums(self) -> dict[str, float]:
        """The sums, to go on from. CapparseError if the loss is no longer finite."""
        sums = {name: float(value) for name, value in self._sums.items()}
        if not math.isfinite(sums.get("loss", 0.0)):
            raise CapparseError(
                "the loss is no longer finite. Start over with a lower --learning-rate or a longer warm-up"
            )
        return sums

    def take(self) -> dict[str, float]:
        """The means so far, after which counting begins anew."""
        sums = self.sums()
        self._sums = {}
        suffix = f"/{_STEPS}"
        return {name: total / sums[name + suffix] for name, total in sums.items() if not name.endswith(suffix)}


class MetricsLog:
    """Writes `metrics.jsonl`, and event files for TensorBoard if asked; what follows `step` is dropped first."""

    def __init__(self, files: TrainingFiles, step: int, *, tensorboard: bool = False) -> None:
        _keep_until(files.metrics, step)
        self._file = files.metrics.open("a", encoding="utf-8")
        self._events = _event_writer(files.tensorboard, step) if tensorboard else None

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """One line: `step` is the number of steps done."""
        self._file.write(json.dumps({"step": step, **values}) + "\n")
        self._file.flush()
        if self._events is not None:
            for name, value in values.items():
                self._events.add_scalar(name, value, step)

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._events is not None:
            self._events.close()


def _keep_until(path: Path, step: int) -> None:
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        # A line without its end was being written when the process was killed.
        kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
        if kept != lines:
            replace_file(path, "".join(kept).encode())


def check_tensorboard() -> None:
    """Raises MissingResourceError where event files cannot be written."""
    try:
        import torch.utils.tensorboard  # noqa: F401  asks for the package and its version
    except ImportError:
        raise MissingResourceError("--tensorboard needs a package: pip install tensorboard") from None


def _event_writer(folder: Path, step: int) -> Any:
    check_tensorboard()
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=step + 1)
