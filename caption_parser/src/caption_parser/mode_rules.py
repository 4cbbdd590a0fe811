"""Rules that a mode switches on together, and that a run may leave out one by one."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Self

from caption_parser.config import Mode


@dataclass(frozen=True, slots=True)
class ModeRules:
    """Switches, all off in paper mode and all on in visual mode."""

    @classmethod
    def of(cls, mode: Mode, without: Collection[str] = ()) -> Self:
        """The rules of a mode but for those named in `without`."""
        visual = mode is Mode.VISUAL
        return cls(**{rule.name: visual and rule.name not in without for rule in fields(cls)})
