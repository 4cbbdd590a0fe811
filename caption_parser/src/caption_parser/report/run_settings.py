"""How a label file came about, from the summary beside it, for a report."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from caption_parser.runs.output_paths import OutputPaths
from caption_parser.runs.summary import RunSummary

Settings = tuple[tuple[str, str], ...]
"""Names with values, in the order of the page."""


def read_settings(labels: Path) -> Settings | None:
    """What the summary beside a label file says; None: there is none that can be read."""
    try:
        summary = RunSummary.model_validate_json(OutputPaths(labels).summary.read_bytes())
    except (OSError, ValidationError):
        return None
    return tuple(_settings(summary))


def _settings(summary: RunSummary) -> Iterator[tuple[str, str]]:
    yield "status", summary.status
    yield "input", summary.input.path
    yield "captions read", f"{summary.rows_read:,}"
    for what, counts in (("rejected", summary.rejected), ("left out", summary.left_out)):
        if counts:
            yield what, ", ".join(f"{reason} {number:,}" for reason, number in counts.items())
    if summary.timing:
        rate, processes = summary.timing.captions_per_second, summary.timing.processes
        yield "speed", f"{rate:,.0f} captions/s, processes: {processes}"
    yield "versions", ", ".join(f"{name} {version}" for name, version in summary.versions.items())
    yield "configuration", summary.config_hash
    for name, value in summary.config.model_dump(mode="json", exclude_none=True).items():
        yield name.replace("_", " "), _text(value)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
