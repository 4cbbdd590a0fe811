"""Makes of vehicles and their models, as `vehicles.toml` lists them."""

from functools import cache
from typing import NamedTuple

from shared_runtime.packaged import packaged_toml


class _Vehicles(NamedTuple):
    makes: frozenset[str]
    ambiguous_makes: frozenset[str]
    models: frozenset[str]


@cache
def _vehicles() -> _Vehicles:
    listed = packaged_toml(__package__, "vehicles.toml")["makes"]
    return _Vehicles(
        makes=frozenset(make.replace("-", " ") for make in listed["words"].split()),
        ambiguous_makes=frozenset(listed["ambiguous"].split()),
        models=frozenset(listed["models"].split()),
    )


def vehicle_makes() -> frozenset[str]:
    """Makes of vehicles that are nothing else."""
    return _vehicles().makes


def ambiguous_makes() -> frozenset[str]:
    """Makes of vehicles that are words and names of their own."""
    return _vehicles().ambiguous_makes


def vehicle_models() -> frozenset[str]:
    """Models of vehicles that are words for persons."""
    return _vehicles().models
