"""The file format: named arrays behind a checked header, mapped into memory and never parsed.

Layout, in the byte order of the machine that built the file (the shipped files are little-endian; a file of
the other order shows a wrong format version and is refused):

    header   magic, format version, number of sections, file size, CRC-32 of all that follows, WordNet version
    table    per section: name, item type, start, size in bytes
    sections each starting at a multiple of 8 bytes
"""

import mmap
import os
import struct
import zlib
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from shared_runtime.errors import MissingResourceError

MAGIC = b"\x89CAPLEX\n"
FORMAT_VERSION = 1
WORDNET_VERSION = "3.0"
ALIGNMENT = 8
BUILD_COMMAND = "python -m caption_parser.lexicon.build --wordnet NLTK_DATA_ROOT"

_HEADER = struct.Struct("=8sIIQI12s")
_ENTRY = struct.Struct("=31scQQ")

Section: TypeAlias = "array[int] | bytes"
"""What a section is written from: `array("I")`, `array("H")`, `array("B")` or bytes."""


def encode_sections(sections: Mapping[str, Section]) -> bytes:
    """The bytes of a whole file. The same sections in the same order give the same bytes."""
    table: list[bytes] = []
    bodies: list[bytes] = []
    position = _align(_HEADER.size + _ENTRY.size * len(sections))
    for name, section in sections.items():
        typecode = "B" if isinstance(section, bytes) else section.typecode
        body = section if isinstance(section, bytes) else section.tobytes()
        table.append(_ENTRY.pack(name.encode(), typecode.encode(), position, len(body)))
        bodies.append(body.ljust(_align(len(body)), b"\0"))
        position += len(bodies[-1])
    entries = b"".join(table)
    content = entries.ljust(_align(_HEADER.size + len(entries)) - _HEADER.size, b"\0") + b"".join(bodies)
    header = _HEADER.pack(
        MAGIC, FORMAT_VERSION, len(sections), position, zlib.crc32(content), WORDNET_VERSION.encode()
    )
    return header + content


def map_sections(path: Path) -> dict[str, memoryview]:
    """Map a file and return its sections by name, as read-only views of integers.

    The views keep the mapping alive, and all processes that map the file share its pages.
    Raises MissingResourceError if the file is missing, truncated, corrupt or of another version.
    """
    view = _map(path)
    if len(view) < _HEADER.size:
        raise _unusable(path, f"it has {len(view)} bytes, less than its header of {_HEADER.size}")
    magic, version, n_sections, size, checksum, wordnet = _HEADER.unpack_from(view)
    if magic != MAGIC:
        raise _unusable(path, f"it is not a lexicon file: it starts with {magic!r}, expected {MAGIC!r}")
    if version != FORMAT_VERSION:
        raise _unusable(path, f"its format version is {version}, this program reads {FORMAT_VERSION}")
    wordnet_version = wordnet.rstrip(b"\0").decode("ascii", "replace")
    if wordnet_version != WORDNET_VERSION:
        raise _unusable(path, f"it holds WordNet {wordnet_version}, expected {WORDNET_VERSION}")
    if size != len(view):
        raise _unusable(path, f"it has {len(view)} bytes, its header says {size}")
    if zlib.crc32(view[_HEADER.size :]) != checksum:
        raise _unusable(path, "its checksum does not match: the file is corrupt")
    sections = {}
    for entry in range(n_sections):
        name, typecode, start, length = _ENTRY.unpack_from(view, _HEADER.size + entry * _ENTRY.size)
        sections[name.rstrip(b"\0").decode()] = view[start : start + length].cast(typecode.decode())
    return sections


def _map(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise _unusable(path, "it is empty")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise _unusable(path, "there is no such file") from None
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error


def _unusable(path: Path, reason: str) -> MissingResourceError:
    return MissingResourceError(
        f"{path}: cannot use the WordNet file: {reason}. Install capparse again, or build it: {BUILD_COMMAND}"
    )


def _align(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
