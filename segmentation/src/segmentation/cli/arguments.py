"""Options that several commands share, as the fields of one class."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

_SHARED = "shared"

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def with_arguments(shared: type) -> Decorator:
    """Gives a command every field of the data class `shared` as an option, in the place of its parameter `shared`.

    Fields are annotated as parameters of a command are.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        own = [of for of in inspect.signature(command).parameters.values() if of.name != _SHARED]
        fields = [
            of.replace(kind=inspect.Parameter.KEYWORD_ONLY) for of in inspect.signature(shared).parameters.values()
        ]

        @wraps(command)
        def called(**given: Any) -> None:
            command(
                **{of.name: given[of.name] for of in own},
                **{_SHARED: shared(**{of.name: given[of.name] for of in fields})},
            )

        # What typer reads options from.
        called.__signature__ = inspect.Signature([*own, *fields])  # type: ignore[attr-defined]
        called.__annotations__ = {of.name: of.annotation for of in (*own, *fields)}
        return called

    return decorated
