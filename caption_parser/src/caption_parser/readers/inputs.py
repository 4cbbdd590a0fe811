"""Input patterns to files: `shard-{000..010}.tar`, `part-{a,b}.jsonl`, `captions/*.tsv`."""

import glob
import re
from collections.abc import Iterator
from pathlib import Path

from caption_parser.readers.source import STDIN
from shared_runtime.errors import InputError

_BRACES = re.compile(r"\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}")


def expand_inputs(patterns: list[Path | str]) -> list[Path | str]:
    """The files that `patterns` stand for, each pattern's in order; a name that exists stands for itself.

    Raises:
        InputError: a pattern with `*`, `?` or `[` matches no file.
    """
    return [path for pattern in patterns for path in _expand(pattern)]


def _expand(pattern: Path | str) -> list[Path | str]:
    if pattern == STDIN or Path(pattern).exists():
        return [pattern]
    found: list[Path | str] = []
    for name in expand_braces(str(pattern)):
        if not glob.has_magic(name) or Path(name).exists():
            found.append(Path(name))
            continue
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not matches:
            raise InputError(f"no file matches {name}")
        found.extend(Path(match) for match in matches)
    if not found:
        raise InputError(f"{pattern} stands for no file: a range counts upwards, as in {{000..010}}")
    return found


def expand_braces(pattern: str) -> Iterator[str]:
    """Every name that the braces of `pattern` stand for, the leftmost pair varying slowest."""
    match = _BRACES.search(pattern)
    if match is None:
        yield pattern
        return
    first, last, names = match.groups()
    if names is not None:
        choices = names.split(",")
    else:
        choices = [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    for choice in choices:
        for rest in expand_braces(pattern[match.end() :]):
            yield f"{pattern[: match.start()]}{choice}{rest}"
