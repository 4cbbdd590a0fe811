"""Options that several commands share, as the fields of one class."""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import wraps
from typing import Any


def with_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command, in the place of every parameter that is a data class, the fields of that as options.

    Fields are annotated as parameters of a command are; such a parameter is one by keyword alone.
    """
    parameters: list[inspect.Parameter] = []
    groups: dict[str, tuple[type, list[str]]] = {}
    for own in inspect.signature(command).parameters.values():
        kind = own.annotation
        if not (isinstance(kind, type) and is_dataclass(kind)):
            parameters.append(own)
            continue
        fields = inspect.signature(kind).parameters.values()
        parameters += [field.replace(kind=inspect.Parameter.KEYWORD_ONLY) for field in fields]
        groups[own.name] = kind, [field.name for field in fields]

    @wraps(command)
    def called(**given: Any) -> None:
        for name, (group, fields) in groups.items():
            given[name] = group(**{field: given.pop(field) for field in fields})
        command(**given)

    # What typer reads options from.
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called
