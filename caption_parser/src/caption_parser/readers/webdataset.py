"""WebDataset shards: tar archives whose members `KEY.jpg`, `KEY.txt`, `KEY.json` next to each other are a sample.

The caption is the member `.txt` or `.caption`, else the caption field of `.json`; the image id is the key.
Nothing is written to disk, and the images are skipped.
"""

import json
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Self

from caption_parser.readers.checks import caption_rows, is_image_file, type_name
from caption_parser.readers.fields import FieldChoice, listed, locate, shortened
from caption_parser.readers.json_records import decode_json
from caption_parser.readers.lines import MAX_RECORD_CHARS
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

_TEXT_MEMBERS = ("txt", "caption")


@dataclass(slots=True)
class _Sample:
    """The members of one key."""

    row: int
    key: str
    texts: dict[str, bytes] = field(default_factory=dict)
    """Extension to content, of the members that may hold the caption."""
    extensions: list[str] = field(default_factory=list)
    image: str | None = None

    def raw(self) -> str:
        """The texts as JSON, for a sample that is rejected."""
        texts = {name: text.decode("utf-8", "backslashreplace") for name, text in self.texts.items()}
        return json.dumps({"key": self.key, "members": self.extensions, **texts}, ensure_ascii=False)


def read_webdataset(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a tar archive; the row is the 1-based number of the sample."""
    wanted = {*_TEXT_MEMBERS, "json", choice.caption}
    sample: _Sample | None = None
    row = 0
    try:
        members = TarMembers(source.stream)
        for member in members:
            if damage := members.take_damage():
                yield damage.rejected(row + 1, "")
            key, extension = _split(member.name)
            if not key:
                continue
            if sample is None or key != sample.key:
                if sample is not None:
                    yield from _rows(sample, choice)
                row += 1
                sample = _Sample(row, key)
            sample.extensions.append(extension)
            if is_image_file(member.name):
                sample.image = posixpath.basename(member.name)
            if extension in wanted and member.size <= MAX_RECORD_CHARS:
                sample.texts[extension] = members.read(member)
    except tarfile.TarError as error:
        if sample is None:
            raise InputError(f"{source.name} is not a tar archive: {error}") from None
        if sample.texts:
            yield from _rows(sample, choice)
        message = source.damage or f"the archive ends early, in or behind '{shortened(sample.key)}': {error}"
        raise TruncatedInputError(row + 1, Reason.TRUNCATED_ARCHIVE, message) from None
    if sample is not None:
        yield from _rows(sample, choice)
    if damage := members.take_damage():
        if sample is None:
            raise InputError(f"{source.name} is not a tar archive")
        yield damage.rejected(row + 1, "")


def _split(name: str) -> tuple[str, str]:
    """A member's key (its path up to the first dot of the base name) and its extension."""
    folder, base = posixpath.split(name.removeprefix("./"))
    stem, _, extension = base.partition(".")
    return (posixpath.join(folder, stem) if stem else "", extension.lower())


def _rows(sample: _Sample, choice: FieldChoice) -> Iterator[Row]:
    try:
        captions = _captions(sample, choice)
    except RowError as error:
        yield error.rejected(sample.row, sample.raw())
        return
    for checked in caption_rows(captions, sample.key, sample.row, "", sample.image):
        yield replace(checked, raw=sample.raw()) if isinstance(checked, RejectedRow) else checked


def _captions(sample: _Sample, choice: FieldChoice) -> object:
    for extension in _TEXT_MEMBERS if choice.caption is None else (choice.caption,):
        if extension in sample.texts and extension != "json":
            return sample.texts[extension].rstrip(b"\r\n")
    if "json" in sample.texts:
        record = decode_json(sample.texts["json"].decode("utf-8", "surrogateescape"))
        if not isinstance(record, dict):
            raise RowError(Reason.WRONG_TYPE, f"the .json member is {type_name(record)}, expected an object")
        return record[locate(tuple(record), choice).caption]
    message = f"sample '{shortened(sample.key)}' has no caption (has: {listed(sample.extensions)})"
    raise RowError(Reason.MISSING_FIELD, f"{message}. Expected a member .txt, .caption or .json")


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
        """What was skipped since the last call because it is not a tar archive."""
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
