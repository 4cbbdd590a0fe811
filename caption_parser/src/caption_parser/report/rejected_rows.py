"""The rows that a run could not use, for a report: numbers by reason and some of them as they stood."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from caption_parser.report.tally import Reservoirs
from shared_runtime.errors import InputError
from shared_runtime.files import reading

EXAMPLES_PER_REASON = 5
RAW_SHOWN = 240


@dataclass(frozen=True, slots=True)
class RejectedExample:
    """A row that was rejected."""

    row: str
    message: str
    raw: str


@dataclass(frozen=True, slots=True)
class RejectedReason:
    """All rows that were rejected for one reason."""

    reason: str
    rows: int
    examples: tuple[RejectedExample, ...]


def read_rejected(path: Path, seed: int) -> tuple[RejectedReason, ...]:
    """What `RejectedWriter` left in `path`, the most frequent reason first.

    Raises `InputError` for a file that cannot be read or a line that is not a rejected row.
    """
    samples: Reservoirs[str, RejectedExample] = Reservoirs(EXAMPLES_PER_REASON, seed, "rejected")
    for entry in _entries(path):
        samples.offer(str(entry["reason"]), partial(_example, entry))
    ordered = sorted(samples.offered.items(), key=lambda item: (-item[1], item[0]))
    return tuple(RejectedReason(reason, rows, samples.sample(reason)) for reason, rows in ordered)


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    with reading(path), path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                entry = None
            if not isinstance(entry, dict) or not {"row", "reason", "message", "raw"} <= entry.keys():
                raise InputError(
                    f"{path}:{number}: expected a rejected row (row, reason, message, raw), as"
                    " 'capparse label' writes it"
                )
            yield entry


def _example(entry: dict[str, Any]) -> RejectedExample:
    raw = str(entry["raw"])
    return RejectedExample(
        row=str(entry["row"]),
        message=str(entry["message"]),
        raw=raw if len(raw) <= RAW_SHOWN else f"{raw[:RAW_SHOWN]}…",
    )
