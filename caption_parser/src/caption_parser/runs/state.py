"""What a run depends on, how far it came, and how it differs from the run that it is to continue."""

import hashlib
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from caption_parser.config import ParserConfig
from caption_parser.runs.counts import RunCounts
from caption_parser.runs.fingerprint import Fingerprint


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSettings(_Frozen):
    """Where the captions come from and which of them are taken."""

    path: str
    format: str | None = None
    caption_field: str | None = None
    image_field: str | None = None
    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    grouped: bool = False


class RunSettings(_Frozen):
    """All that decides the bytes of a label file, but for the captions themselves."""

    config: ParserConfig
    versions: dict[str, str]
    input: InputSettings

    @property
    def config_hash(self) -> str:
        """A short name of the configuration: equal for equal configurations, whatever the input."""
        return hashlib.blake2b(self.config.model_dump_json().encode(), digest_size=6).hexdigest()


class RunState(_Frozen):
    """How far a run came: enough to go on from there, or to see that nothing is left to do."""

    settings: RunSettings
    fingerprint: Fingerprint
    counts: RunCounts
    bytes: NonNegativeInt
    """Length of the label file so far."""


def differences(before: BaseModel, now: BaseModel) -> list[str]:
    """The fields whose values differ, one line each: `config.mode: paper → visual`."""
    old, new = dict(_flat(before.model_dump(mode="json"))), dict(_flat(now.model_dump(mode="json")))
    return [
        f"{name}: {old.get(name, 'not there')} → {new.get(name, 'not there')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flat(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
