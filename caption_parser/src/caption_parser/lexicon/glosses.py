"""Definitions of synsets, in a file of their own that is mapped when the first one is asked for."""

import zlib
from array import array
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from caption_parser.lexicon.container import Section, map_sections

BLOCK_SIZE = 128
"""Definitions per compressed block."""

CACHED_BLOCKS = 32


class Glosses:
    """The definitions of all synsets, decompressed in blocks. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        sections = map_sections(path)
        self._ends = sections["block_ends"]
        self._blocks = sections["blocks"]
        self._block = lru_cache(CACHED_BLOCKS)(self._decompress)

    def __getitem__(self, synset: int) -> str:
        block, line = divmod(synset, BLOCK_SIZE)
        return self._block(block)[line]

    def _decompress(self, block: int) -> list[str]:
        start = self._ends[block - 1] if block else 0
        return zlib.decompress(self._blocks[start : self._ends[block]]).decode().split("\n")


def encode_glosses(definitions: Sequence[str]) -> dict[str, Section]:
    """The sections that `Glosses` reads; `definitions` in the order of the synsets, one line each."""
    ends = array("I")
    blocks = bytearray()
    for first in range(0, len(definitions), BLOCK_SIZE):
        text = "\n".join(definitions[first : first + BLOCK_SIZE])
        blocks += zlib.compress(text.encode(), 9)
        ends.append(len(blocks))
    return {"block_ends": ends, "blocks": bytes(blocks)}
