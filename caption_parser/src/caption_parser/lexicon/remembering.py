"""Methods that remember what they have answered."""

from collections.abc import Callable
from functools import lru_cache
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

CACHED_LOOKUPS = 1 << 13
"""Words, senses or pairs of them of which each rule remembers what it found: ordinary captions have few more, and
invented words would fill any number."""
P = ParamSpec("P")
R = TypeVar("R")


class _Remembered(Generic[P, R]):
    def __init__(self, method: Callable[Concatenate[Any, P], R]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Callable[P, R]:
        kept = cast(Callable[P, R], lru_cache(CACHED_LOOKUPS)(MethodType(self._method, instance)))
        instance.__dict__[self._name] = kept  # found before this descriptor from now on
        return kept


def remembered(method: Callable[Concatenate[Any, P], R]) -> _Remembered[P, R]:
    """A method that keeps its answers, for each object by itself; its arguments are hashable."""
    return _Remembered(method)
