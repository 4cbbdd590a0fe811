"""Options that a person gives in Python: what does not fit is said in one line, as on the command line."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from shared_runtime.configuration import Configuration
from shared_runtime.errors import UsageError
from shared_schemas.errors import LabelSpaceError, did_you_mean, expectation, shown


class OptionError(UsageError):
    """A value that does not fit; `problem` is what pydantic says of it."""

    def __init__(self, problem: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        super().__init__(said_of(str(problem["loc"][0]) if problem["loc"] else "options", problem, known))
        self.problem = problem


class GivenOptions(Configuration):
    """A configuration that raises UsageError for a value that does not fit, and for an option that is none."""

    if not TYPE_CHECKING:
        # Type checkers know the fields.
        def __init__(self, **given: Any) -> None:
            try:
                super().__init__(**given)
            except ValidationError as error:
                raise OptionError(error.errors(include_url=False)[0], type(self).model_fields) from None


OptionsT = TypeVar("OptionsT", bound=GivenOptions)


def given_options(kind: type[OptionsT], options: OptionsT | Mapping[str, Any] | None) -> OptionsT:
    """Options as they are, or made of a mapping; None: the defaults. Raises UsageError for anything else."""
    if isinstance(options, kind):
        return options
    if options is not None and not isinstance(options, Mapping):
        example = "refine='none'"
        raise UsageError(
            f"options: got {type(options).__name__}, expected {kind.__name__}, such as {kind.__name__}({example})"
        )
    return kind(**(options or {}))


def said_of(option: str, problem: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> str:
    """One of `ValidationError.errors()` as a line about `option`: what was got, and what was expected."""
    cause = problem.get("ctx", {}).get("error")
    if problem["type"] == "extra_forbidden":
        hint = did_you_mean(option, known or ())
        return f"there is no option {option!r}.{hint} Known: {', '.join(known or ())}"
    if isinstance(cause, LabelSpaceError):
        return f"{option}: {cause}"
    got = f"{option}: got {shown(problem['input'])}"
    if problem["type"] == "value_error" and not str(cause).startswith("expected"):
        return f"{got}: {cause}"
    return f"{got}, expected {expectation(problem).removeprefix('expected ')}"
