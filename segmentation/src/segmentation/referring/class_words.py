"""Which words a class is asked by where a network of referring expressions is to find classes."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from segmentation.data.phrases import class_text
from shared_runtime.errors import InputError, UsageError
from shared_runtime.packaged import packaged_toml
from shared_schemas import LabelSpace
from shared_schemas.errors import did_you_mean, shown

NAMES, LABELS, PAPER = "names", "labels", "paper"
"""Each class by its name as people write it; as the label space does; as the paper (Section 4.6) does: a person by
eight words, which are not "person"."""


def class_words(space: LabelSpace, source: str = NAMES) -> Mapping[str, Sequence[str]]:
    """The words of each foreground class, by its name.

    `source`: `names`, `labels`, `paper`, or a TOML file with lists of words by class; classes that it leaves out
    go by their names. Raises `InputError` for a file that is none, UsageError for a class that the label space
    lacks.
    """
    if source == LABELS:
        return {label.name: (label.name,) for label in space.foreground}
    shipped = packaged_toml(__package__, "class_words.toml")
    words: dict[str, Sequence[str]] = {label.name: (class_text(label),) for label in space.foreground}
    words |= {name: some for name, some in shipped[NAMES].items() if name in words}
    if source == PAPER:
        return words | {name: some for name, some in shipped[PAPER].items() if name in words}
    return words if source == NAMES else words | _read(Path(source), space)


def _read(path: Path, space: LabelSpace) -> dict[str, Sequence[str]]:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        expected = f"{NAMES}, {LABELS}, {PAPER} or a file.{did_you_mean(str(path), (NAMES, LABELS, PAPER))}"
        raise InputError(f"{path}: {error.strerror or error}; expected {expected}") from None
    except ValueError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    known = [label.name for label in space.foreground]
    for name, words in content.items():
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"{path}: got words of {name!r}, expected a class of {space.name!r}.{hint}")
        if not (
            isinstance(words, list) and words and all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise InputError(f"{path}: {name}: got {shown(words)}, expected a list of words: ['man', 'boy']")
    return content
