"""Where a command takes one label file: what to do with several, or with none."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from shared_runtime.errors import InputError

ValueT = TypeVar("ValueT", bound="Path | str | Sequence[Path] | None")

_STANDARD_INPUT = "-"


def one_label_file(given: ValueT) -> ValueT:
    """What an option takes: one file, or a list with one each. Raises InputError for folders and patterns.

    Standard input, which commands of this kind read more than once, is none.
    """
    for path in given if isinstance(given, list | tuple) else [given]:
        if str(path) == _STANDARD_INPUT:
            raise InputError("-: got standard input, expected a label file: it is read more than once")
    return label_stream(given)


def label_stream(given: ValueT) -> ValueT:
    """As `one_label_file`, where standard input can be read, too."""
    for path in given if isinstance(given, list | tuple) else [given]:
        _check(Path(str(path)))
    return given


def _check(path: Path) -> None:
    is_pattern = "*" in path.name and not path.exists()
    folder = path if path.is_dir() else path.parent if is_pattern else None
    if folder is None:
        return
    plan = next((place for place in (folder, folder.parent) if (place / "plan.json").is_file()), None)
    got = "a pattern" if is_pattern else "a folder" if plan is None else "the folder of a plan"
    if plan is not None:
        again = f"capparse merge {shlex.quote(str(plan))} labels.jsonl"
    else:
        again = (
            f"cat {shlex.quote(str(folder))}/*.jsonl > labels.jsonl (of a plan: capparse merge PLAN labels.jsonl)"
        )
    raise InputError(f"{path}: got {got}, expected one label file. Try: {again}")
