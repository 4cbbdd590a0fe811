"""`read_captions`: the caption rows of any input, in input order, as they are read."""

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from caption_parser.readers.beside import images_beside, read_of_image
from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.formats import Format, format_named, format_of
from caption_parser.readers.inputs import ReadingOptions, expand_inputs
from caption_parser.readers.plausibility import plausible
from caption_parser.readers.rows import CaptionRow, Reason, RejectedRow, Row, RowError, TruncatedInputError
from caption_parser.readers.signatures import check_signature
from caption_parser.readers.source import STDIN, Source, check_is_file, open_source, source_name
from caption_parser.readers.stretches import Stretch
from shared_runtime.errors import InputError, UsageError
from shared_runtime.storage import is_url

Input = Path | str | BinaryIO

AS_NAMED = ReadingOptions()

ROWS_BEFORE_GIVING_UP = 100
"""As many rows without the caption or image field at the start are an error in the field's name."""


def read_captions(
    source: Input | Sequence[Path | str],
    reading: ReadingOptions = AS_NAMED,
    notice: Callable[[str], None] = lambda _: None,
) -> Iterator[Row]:
    """The captions of `source`, and the rows of it that hold no usable one, in input order.

    Args:
        source: a path or pattern (`shard-{000..010}.tar`, `*.jsonl`), several of them, `-` for standard input, or
            an open binary stream. What is given twice is read once. Text may be UTF-8, UTF-16 or UTF-32; gzip and
            zstandard data is recognised by its first bytes.
        reading: format and fields; by default, what the names of the input and of its fields tell.
        notice: told which fields are taken for the caption and the image, and what was given twice.

    Returns:
        A lazy iterator; what is wrong with the input as a whole is raised by it, good rows first.

    Raises:
        UsageError: the format is unknown, or has no fields to choose.
        InputError: an input is missing, a directory, not readable, empty, not of its format, or none of its rows
            has the field.
        MissingResourceError: the format needs a package that is not installed.
    """
    return _read_all(input_parts(source, reading), notice)


@dataclass(frozen=True, slots=True)
class InputPart:
    """An input among others, or a stretch of it."""

    source: Input
    format: Format
    choice: FieldChoice
    is_one_of_several: bool = False
    """Rows name their input, and the ids of images that have none begin with it."""
    stretch: Stretch | None = None
    is_repeated: bool = False
    """It was given more than once."""
    image: str | None = None
    """The image file beside a text file, which its lines are captions of."""


def input_parts(source: Input | Sequence[Path | str], reading: ReadingOptions) -> list[InputPart]:
    """The inputs that `source` stands for, each as a whole. Raises what `read_captions` does at once."""
    given = _inputs(source)
    identities = [_identity(one) for one in given]
    times = Counter(identities)
    # Backwards, so that of two names the first stays.
    named = dict(zip(reversed(identities), reversed(given), strict=True))
    inputs = [named[identity] for identity in times]
    for one in inputs:
        if isinstance(one, (str, Path)) and one != STDIN:
            check_is_file(one)
    formats = [format_named(reading.format) if reading.format else format_of(one) for one in inputs]
    choice = FieldChoice(reading.caption_field, reading.image_field, reading.all_captions)
    choice.check()
    for chosen in formats:
        _check_choice(chosen, choice)
    several = len(inputs) > 1
    texts = [one if chosen.name == "txt" else None for one, chosen in zip(inputs, formats, strict=True)]
    return [
        InputPart(one, chosen, choice, several, is_repeated=count > 1, image=image)
        for one, chosen, count, image in zip(inputs, formats, times.values(), images_beside(texts), strict=True)
    ]


def read_part(
    part: InputPart, notice: Callable[[str, str], None] = lambda _name, _what: None
) -> Generator[Row, None, None]:
    """The rows of one input, as `read_captions` gives those of all.

    `notice` is told the name of the input, and what a person should know of it. Raises `InputError`.
    """
    if part.is_repeated:
        notice(source_name(part.source), "it was given more than once, and is read once")
    prefix = f"{source_name(part.source)}:" if part.is_one_of_several else ""
    of_image = part.image is not None
    with open_source(part.source, part.format.access, prefix, part.stretch, may_be_empty=of_image) as source:
        if part.format.access == "text":
            check_signature(source.name, source.head)
        source.notice = source.also = partial(notice, source.name)
        first_row = part.stretch.first_row if part.stretch else 1
        try:
            if part.image is not None:
                rows = _up_to_damage(source, read_of_image(source, part.image))
            else:
                read = part.format.read(source, part.choice)
                rows = plausible(source, _with_field(source, _up_to_damage(source, read)))
            for row in rows:
                if row.row < first_row:
                    continue  # of the prologue
                named = part.is_one_of_several or not isinstance(row, CaptionRow)
                yield replace(row, source=source.name) if named else row
        except OSError as error:
            raise InputError(f"{source.name} cannot be read any further: {error}") from None


def _inputs(source: Input | Sequence[Path | str]) -> list[Input]:
    if isinstance(source, (str, Path)):
        return list(expand_inputs([source]))
    if isinstance(source, Sequence):
        return list(expand_inputs(list(source)))
    return [source]


def _identity(source: Input) -> object:
    """Equal for two names of one file."""
    if not isinstance(source, (str, Path)):
        return id(source)
    return source if source == STDIN or is_url(source) else os.path.realpath(source)


def _check_choice(chosen: Format, choice: FieldChoice) -> None:
    for field, value in (("caption", choice.caption), ("image", choice.image)):
        if value is not None and field not in chosen.fields:
            raise UsageError(f"--{field}-field {value}: the format {chosen.name} has no {field} field to choose")


def _read_all(parts: list[InputPart], notice: Callable[[str], None]) -> Iterator[Row]:
    said: set[str] = set()
    seen = _Seen()

    def say(name: str, how: str) -> None:
        # Of many shards that are read alike, the first is enough.
        if how not in said:
            said.add(how)
            notice(f"{name}: {how}")

    for part in parts:
        for row in read_part(part, say):
            seen.note(row)
            yield row
    seen.check([part.source for part in parts])


class _Seen:
    """Whether an input held anything."""

    def __init__(self) -> None:
        self._captions = self._left_out = self._others = 0

    def note(self, row: Row) -> None:
        """Counts a row."""
        if isinstance(row, CaptionRow):
            self._captions += 1
        elif row.is_left_out:
            self._left_out += 1
        else:
            self._others += 1

    def check(self, inputs: list[Input]) -> None:
        """Raises `InputError` where there was nothing at all, or nothing but what a layout leaves out."""
        if self._captions or self._others:
            return
        names = ", ".join(source_name(one) for one in inputs[:3])
        if self._left_out:
            raise InputError(
                f"{names}: {self._left_out:,} texts are there, but none is a caption by the layout of the file."
                " --all-captions reads them all; capparse formats says what is left out"
            )
        raise InputError(f"{names}: there are no captions in it")


def _up_to_damage(source: Source, rows: Iterator[Row]) -> Iterator[Row]:
    """`rows`, and where the input ends early, one rejected row that says so."""
    last = 0
    try:
        for row in rows:
            yield row
            last = row.row
    except TruncatedInputError as cut:
        reason = Reason.TRUNCATED_STREAM if source.damage else cut.reason
        message = source.damage or cut.message
        yield RowError(reason, f"{message}. Rows after it are lost").rejected(cut.row, cut.raw)
    else:
        if source.damage:
            message = f"{source.damage}. Rows after it are lost"
            yield RowError(Reason.TRUNCATED_STREAM, message).rejected(last + 1, "")


def _with_field(source: Source, rows: Iterator[Row]) -> Iterator[Row]:
    """`rows`, unless all of them, or very many from the start on, lack the field: its name is wrong, not they."""
    lacking: list[RejectedRow] = []
    for row in rows:
        if isinstance(row, CaptionRow) or row.reason != Reason.MISSING_FIELD:
            yield from lacking
            yield row
            yield from rows
            return
        lacking.append(row)
        if len(lacking) == ROWS_BEFORE_GIVING_UP:
            break
    if lacking:
        raise InputError(f"{source.name}:{lacking[0].row}: {lacking[0].message}")
