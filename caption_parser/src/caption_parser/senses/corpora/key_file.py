"""Key files, `instance key [key …]` a line: the gold standard, or the answers of a system."""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from caption_parser.readers.rows import RejectedRow
from caption_parser.readers.source import open_source
from caption_parser.senses.corpora.lines import whole_lines
from shared_runtime.errors import InputError
from shared_schemas.errors import shown

_EXAMPLE = "d000.s000.t000 dog%1:05:00::"
_DATA_SUFFIX, _GOLD_SUFFIX = ".data.xml", ".gold.key.txt"


class KeyFile(NamedTuple):
    """Sense keys by instance id, and the lines that were left out."""

    keys: dict[str, frozenset[str]]
    """Of an instance on several lines, the keys of all of them, as the official scorer takes them."""
    without_key: list[int]
    """1-based numbers of lines with an instance but no key, which the official scorer passes over."""


def read_key_file(path: Path) -> KeyFile:
    """A key file, plain or compressed.

    Raises:
        InputError: it cannot be read, is damaged, or holds something else than instances and keys.
    """
    keys: defaultdict[str, set[str]] = defaultdict(set)
    without_key = []
    with open_source(path, "text") as source:
        for line in whole_lines(source):
            if isinstance(line, RejectedRow):
                raise InputError(f"{path}:{line.row}: {line.message}")
            instance, *found = line.text.split() or [""]
            if found and not any("%" in key for key in found):
                message = f"got {shown(line.text)}, expected an instance and its sense keys"
                raise InputError(f"{path}:{line.row}: {message}, such as: {_EXAMPLE}")
            if found:
                keys[instance].update(found)
            elif instance:
                without_key.append(line.row)
    if not keys:
        raise InputError(f"{path} holds no sense key. Expected lines such as: {_EXAMPLE}")
    return KeyFile({instance: frozenset(found) for instance, found in keys.items()}, without_key)


def gold_beside(data: Path) -> Path | None:
    """The key file that belongs to `X.data.xml`, `X.gold.key.txt` in the same folder; None if there is none."""
    stem, suffix, compression = data.name.partition(_DATA_SUFFIX)
    if not suffix:
        return None
    candidates = [data.with_name(f"{stem}{_GOLD_SUFFIX}{ending}") for ending in ("", compression)]
    return next((path for path in candidates if path.is_file()), None)
