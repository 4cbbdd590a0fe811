"""Configurations: frozen models, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """A configuration or a result: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Configuration(FrozenModel):
    """What a person sets. Its numbers are finite."""

    model_config = ConfigDict(allow_inf_nan=False)


def differing(before: BaseModel, now: BaseModel) -> Iterator[tuple[str, Any, Any]]:
    """The dotted names of the fields whose values differ, with both values; a field that one lacks is `ABSENT`."""
    old, new = (dict(leaves(model.model_dump(mode="json"))) for model in (before, now))
    for name in sorted(old.keys() | new.keys()):
        values = old.get(name, ABSENT), new.get(name, ABSENT)
        if values[0] != values[1]:
            yield name, *values


class _Absent:
    def __str__(self) -> str:
        return "not there"


ABSENT = _Absent()
"""Stands for the value of a field that one of two configurations does not have."""


def leaves(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values within nested mappings, each under its dotted name behind `prefix`."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
