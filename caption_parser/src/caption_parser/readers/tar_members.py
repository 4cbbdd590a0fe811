"""The files in a tar archive that is read as a stream, going on behind blocks that are damaged."""

import tarfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, Self

from caption_parser.readers.reasons import Reason, RowError

BLOCK_BYTES = 512


class TarMembers:
    """The files of a tar archive in order; each can be read until the next one is asked for.

    Raises:
        tarfile.TarError: on opening: too short for a tar archive; while iterating: the archive ends early.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._damaged_blocks = 0
        # Ignoring zeros also makes tarfile look for the next header behind one that is damaged.
        self._archive = tarfile.open(  # noqa: SIM115 - the stream is its opener's to close
            fileobj=stream, mode="r|", ignore_zeros=True, tarinfo=_header_type(self._note_damaged_block)
        )

    def __iter__(self) -> Iterator[tarfile.TarInfo]:
        for member in self._archive:
            # tarfile keeps every member, which would grow with the archive.
            self._archive.members.clear()  # type: ignore[attr-defined]
            if member.isfile():
                yield member

    def read(self, member: tarfile.TarInfo) -> bytes:
        """The content of the member that was yielded last."""
        file = self._archive.extractfile(member)
        return file.read() if file else b""

    def take_damage(self) -> RowError | None:
        """What was passed over since the last call because it is no tar."""
        if not self._damaged_blocks:
            return None
        blocks, self._damaged_blocks = self._damaged_blocks, 0
        return RowError(Reason.DAMAGED_ARCHIVE, f"{blocks} blocks of {BLOCK_BYTES} bytes here are no tar")

    def _note_damaged_block(self) -> None:
        self._damaged_blocks += 1


def _header_type(note_damaged_block: Callable[[], None]) -> type[tarfile.TarInfo]:
    class Header(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            try:
                return super().frombuf(buf, encoding, errors)
            except tarfile.HeaderError:
                # Blocks of zeros are the mark of the end.
                if any(buf):
                    note_damaged_block()
                raise

    return Header
