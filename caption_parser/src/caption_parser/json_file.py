"""JSON files that one command writes and another reads: checked against their model, or an error that says how."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared_runtime.errors import InputError
from shared_runtime.files import reading
from shared_schemas.errors import expectation

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_json_file(path: Path, model: type[ModelT], writer: str) -> ModelT:
    """The content of `path`; `writer`: the command that writes such files, for the message of the error.

    Raises `InputError` for a file that cannot be read or does not hold what `model` describes.
    """
    with reading(path):
        content = path.read_bytes()
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise InputError(f"{path}: {first_problem(error)}, as {writer!r} writes it") from None


def first_problem(error: ValidationError) -> str:
    """What is wrong with a JSON file, and what was expected."""
    problem = error.errors(include_url=False)[0]
    if problem["type"] == "json_invalid":
        return f"not JSON ({problem['ctx']['error']}), expected a file"
    where = ".".join(map(str, problem["loc"])) or "the file"
    expected = "a value; it is missing" if problem["type"] == "missing" else expectation(problem)
    return f"{where}: expected {expected}"
