"""WebDataset shards: tar archives whose members `KEY.jpg`, `KEY.txt`, `KEY.json` next to each other are a sample.

The caption is a member of text (`.txt`, `.caption`, `.cap`, `.text`, and as `.outputs.txt` the answer that an
instruction's `.inputs.txt` asks for), else the caption field of `.json`; the image id is the key.
Nothing is written to disk, and the images are skipped.
"""

import json
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Self

from caption_parser.readers.checks import caption_rows, is_image_file, type_name
from caption_parser.readers.fields import FieldChoice, listed, shortened
from caption_parser.readers.json_records import RecordReader, decode_json
from caption_parser.readers.lines import MAX_RECORD_CHARS
from caption_parser.readers.rows import CaptionRow, Reason, RejectedRow, Row, RowError, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

_TEXT_MEMBERS = ("txt", "caption", "cap", "text", "caption.txt", "captions.txt", "outputs.txt", "output.txt")
"""In this order."""
_TEXT_ENDINGS = (".txt", ".caption", ".cap")
_QUESTIONS = frozenset({"inputs.txt", "input.txt", "prompt.txt", "question.txt", "instruction.txt"})


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
    choice = replace(choice, caption=choice.caption and choice.caption.removeprefix("."))
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
                    yield from _rows(sample, source, choice)
                row += 1
                sample = _Sample(row, key)
            sample.extensions.append(extension)
            if is_image_file(member.name):
                sample.image = posixpath.basename(member.name)
            if _may_be_caption(extension, choice) and member.size <= MAX_RECORD_CHARS:
                sample.texts[extension] = members.read(member)
    except tarfile.TarError as error:
        if sample is None:
            raise InputError(f"{source.name} is not a tar archive: {error}") from None
        if sample.texts:
            yield from _rows(sample, source, choice)
        message = source.damage or f"the archive ends early, in or behind '{shortened(sample.key)}': {error}"
        raise TruncatedInputError(row + 1, Reason.TRUNCATED_ARCHIVE, message) from None
    if sample is not None:
        yield from _rows(sample, source, choice)
    if damage := members.take_damage():
        if sample is None:
            raise InputError(f"{source.name} is not a tar archive")
        yield damage.rejected(row + 1, "")


def _split(name: str) -> tuple[str, str]:
    """A member's key (its path up to the first dot of the base name) and its extension."""
    folder, base = posixpath.split(name.removeprefix("./"))
    stem, _, extension = base.partition(".")
    return (posixpath.join(folder, stem) if stem else "", extension.lower())


def _may_be_caption(extension: str, choice: FieldChoice) -> bool:
    if choice.caption is not None:
        return extension in ("json", choice.caption.lower())
    return extension == "json" or extension in _TEXT_MEMBERS or extension.endswith(_TEXT_ENDINGS)


def _rows(sample: _Sample, source: Source, choice: FieldChoice) -> Iterator[Row]:
    try:
        extension = _text_member(sample, choice)
        if extension is None and "json" in sample.texts:
            rows = _rows_of_json(sample, source, choice)
        else:
            text = sample.texts[extension or ""].rstrip(b"\r\n")
            rows = caption_rows(text, sample.key, sample.row, "", sample.image)
        for checked in rows:
            if isinstance(checked, RejectedRow) and not checked.raw:
                checked = replace(checked, raw=sample.raw())
            yield checked
    except RowError as error:
        yield error.rejected(sample.row, sample.raw())


def _rows_of_json(sample: _Sample, source: Source, choice: FieldChoice) -> Iterator[Row]:
    record = decode_json(sample.texts["json"].decode("utf-8", "surrogateescape"))
    if not isinstance(record, dict):
        raise RowError(Reason.WRONG_TYPE, f"the .json member is {type_name(record)}, expected an object")
    # The image is the one beside it, whatever the record says.
    reader = RecordReader(Source(source.name, source.stream), choice, names_no_image=True)
    for checked in reader.rows(record, sample.row, ""):
        if isinstance(checked, CaptionRow):
            yield replace(checked, image_id=sample.key, file_name=sample.image)
        else:
            yield checked


def _text_member(sample: _Sample, choice: FieldChoice) -> str | None:
    """The extension of the member that is the caption; none: it must be in `.json`.

    Raises `RowError` where there is no member to choose, or several and nothing tells which.
    """
    texts = [extension for extension in sample.texts if extension != "json"]
    known = _TEXT_MEMBERS if choice.caption is None else (choice.caption.lower(),)
    if chosen := next((extension for extension in known if extension in texts), None):
        return chosen
    others = [extension for extension in texts if extension not in _QUESTIONS]
    if len(others) == 1:
        return others[0]
    if "json" in sample.texts:
        return None
    found = f"sample '{shortened(sample.key)}' has"
    if len(others) > 1:
        message = f"{found} several members that may be the caption: {listed(others)}"
        raise RowError(Reason.MISSING_FIELD, f"{message}. Try --caption-field {others[0]}")
    message = f"{found} no caption (has: {listed(sample.extensions)})"
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
