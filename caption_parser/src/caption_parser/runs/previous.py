"""The run before this one over the same output: may it be continued, is it done, or is it in the way?"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from caption_parser.runs.output_paths import OutputPaths, running_digest
from caption_parser.runs.state import Fingerprint, RunSettings, RunState
from caption_parser.runs.summary import RunSummary
from shared_runtime.configuration import differing
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """Where the earlier run stopped; with `summary` if it came to its end."""

    paths: OutputPaths
    state: RunState
    summary: RunSummary | None

    def check_settings(self, settings: RunSettings) -> None:
        """Raises `UsageError` with the fields that differ, unless the earlier run had the same settings."""
        self._check("settings", self.state.settings, settings)

    def check_input(self, fingerprint: Fingerprint) -> None:
        """Raises `UsageError` unless the rows of the earlier run are those of this input."""
        self._check("captions", self.state.fingerprint, fingerprint)

    def _check(self, what: str, before: BaseModel, now: BaseModel) -> None:
        if changed := [f"{name}: {old} → {new}" for name, old, new in differing(before, now)]:
            begun = "was made" if self.summary else f"was started ({counted(self.state.counts.images, 'image')})"
            same = "Use another -o" if self.summary else f"Go back to the earlier {what} to resume"
            raise UsageError(
                "\n  ".join([f"{self.paths.output} {begun} with different {what}:", *changed])
                + f"\n{same}, or --overwrite to start over"
            )


def previous_run(paths: OutputPaths) -> PreviousRun | None:
    """The run to resume or to recognise as complete; None: start over.

    An interrupted run comes before a complete one, since it was started to replace that one.

    Raises:
        UsageError: there is a file that no run of ours left so.
    """
    if paths.partial.exists() and paths.state.exists():
        state = _load(RunState, paths.state)
        size = paths.partial.stat().st_size
        if state is None or size < state.bytes:
            raise UsageError(
                f"{paths.partial} cannot be resumed: {paths.state.name} is damaged or the file was cut off."
                " --overwrite starts over"
            )
        with paths.partial.open("rb") as file:
            digest = running_digest(file, state.bytes).hexdigest()
        if state.digest not in (None, digest):
            raise UsageError(
                f"{paths.partial} cannot be resumed: its first {state.bytes:,} bytes are not those that the run"
                " wrote; they were changed or damaged on disk. --overwrite starts over"
            )
        return PreviousRun(paths, state, None)
    if not paths.output.exists():
        return None
    summary = _load(RunSummary, paths.summary)
    if summary is None or summary.bytes != paths.output.stat().st_size:
        raise UsageError(f"{paths.output} exists already. Use another -o, or --overwrite to replace it")
    return PreviousRun(paths, summary.state, summary)


def _load(model: type[Model], path: Path) -> Model | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
