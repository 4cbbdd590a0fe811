"""A label file that is read more than once: first to know what it holds, then to write it elsewhere."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NamedTuple

from caption_parser.frames.types import are_numbers
from shared_runtime.compatibility import check_label_space
from shared_runtime.errors import InputError
from shared_runtime.file_kinds import made_into_labels
from shared_runtime.files import reading
from shared_runtime.made_with import label_space_of
from shared_schemas import ImageLabels, LabelSpace, RecordError, iter_labels
from shared_schemas.compression import decompress, suffix_of

STANDARD_INPUT = "-"


class LeftOut(NamedTuple):
    """A line that is not exported, and why."""

    line: int
    """1-based."""
    reason: str


@dataclass(slots=True)
class LabelSource:
    """The sound records of a label file, as often as they are asked for; in memory are one, and all image ids."""

    name: str
    stream: BinaryIO | Path
    label_space: LabelSpace
    n_images: int = 0
    n_captions: int = 0
    numeric_ids: bool = True
    """Whether all image ids are whole numbers."""
    attributes: set[str] = field(default_factory=set)
    """All that a label has."""
    images_of: Counter[int] = field(default_factory=Counter)
    """Class id → images that have the class."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Lines that are no records, of another label space, of an image that was there before, or of no use."""
    _line: int = 0

    def __iter__(self) -> Iterator[ImageLabels]:
        """All that is not left out, in the order of the file."""
        lines = {entry.line for entry in self.left_out}
        for number, record in enumerate(self._lines(), 1):
            self._line = number
            if number not in lines:
                assert isinstance(record, ImageLabels)
                yield record

    def leave_out(self, reason: str) -> None:
        """Say that the format has no place for the record that the iteration is at."""
        self.left_out.append(LeftOut(self._line, reason))

    def _lines(self) -> Iterator[ImageLabels | RecordError]:
        if isinstance(self.stream, Path):
            yield from iter_labels(self.stream)
        else:
            yield from _spooled_labels(self.stream)

    def survey(self) -> None:
        """Read all once. Raises `InputError` where not one line is sound."""
        seen: set[int | str] = set()
        for number, record in enumerate(self._lines(), 1):
            reason = self._fault(record, number, seen)
            if reason is not None:
                self.left_out.append(LeftOut(number, reason))
                continue
            assert isinstance(record, ImageLabels)
            seen.add(record.image_id)
            self.n_images += 1
            self.n_captions += len(record.captions)
            self.numeric_ids = self.numeric_ids and are_numbers((record.image_id,))
            labels = (*record.foreground, *record.background)
            self.images_of.update(label.id for label in labels)
            self.attributes.update(attribute.name for label in labels for attribute in label.attributes)
        if not self.n_images:
            if isinstance(self.stream, Path) and (made := made_into_labels(self.stream)):
                raise InputError(f"{self.name}: {made}")
            first = self.left_out[0] if self.left_out else None
            problem = f" (line {first.line}: {first.reason})" if first else ""
            raise InputError(
                f"{self.name}: got no usable record, expected a label file as 'capparse label' writes it{problem}"
            )

    def _fault(self, record: ImageLabels | RecordError, number: int, seen: set[int | str]) -> str | None:
        """Why a line is left out; None: it is not."""
        if isinstance(record, RecordError):
            return record.message
        if record.image_id in seen:
            return f"image {record.image_id!r} was there before"
        try:
            check_label_space(record, self.label_space, f"{self.name}:{number}")
        except InputError as error:
            return str(error)
        return None


@contextmanager
def open_labels(labels: str | Path, label_space: str | Path | LabelSpace | None = None) -> Iterator[LabelSource]:
    """A label file, or standard input (`-`), surveyed; `label_space` as of `label_space_of`.

    Raises `InputError` for a file that cannot be read or has no sound record of the label space, `UsageError` for
    a label space that is not given, does not ship, and whose file is not there any more.
    """
    with TemporaryFile() as spooled:
        stream: BinaryIO | Path = Path(labels)
        if str(labels) == STANDARD_INPUT:
            shutil.copyfileobj(sys.stdin.buffer, spooled)
            stream = spooled
        records = iter_labels(stream) if isinstance(stream, Path) else _spooled_labels(stream)
        with reading(labels):
            first = next((record for record in records if isinstance(record, ImageLabels)), None)
            space = label_space_of(first.label_space if first else None, label_space, labels)
            source = LabelSource(str(labels), stream, space)
            source.survey()
        yield source


def _spooled_labels(spooled: BinaryIO) -> Iterator[ImageLabels | RecordError]:
    """The records of a copy of standard input from its start, decompressed as its first bytes tell."""
    spooled.seek(0)
    suffix = suffix_of(spooled.read(4))
    spooled.seek(0)
    with decompress(spooled, suffix) as stream:
        yield from iter_labels(stream)


def json_bytes(value: Any) -> bytes:
    """`value` as JSON in UTF-8, without a line feed."""
    # A lone surrogate may stand in a caption, but not in UTF-8: as an escape.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
