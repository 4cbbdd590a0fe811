"""Which input: patterns of file names, how a file is read, and which part of its rows is taken."""

import glob
import heapq
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TypedDict

from caption_parser.readers.rows import CaptionRow, RejectedRow, Row
from caption_parser.readers.source import STDIN
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, UsageError
from shared_runtime.storage import has_pattern, is_url, matching_urls


class ReadingOptions(FrozenModel):
    """How captions are read from an input."""

    format: str | None = None
    """A name in `formats.FORMATS`; none: told by the suffix."""
    caption_field: str | None = None
    """The field or column of the caption, or the path to a field within it (`paths`): `regions[].phrase`; none: a
    known name (`fields.CAPTION_FIELDS`). A number is a column, from 1, of a table without a header line."""
    image_field: str | None = None
    """Likewise of the image id (`fields.IMAGE_FIELDS`). Where there is none, each row is an image of its own, and
    its row number the id (behind the path, where there are several inputs)."""
    all_captions: bool = False
    """Also read what the layout of a file says is no caption (`rows.LEFT_OUT`): answers to questions in
    conversations, captions marked as rejected or stock phrases."""


class InputFields(TypedDict, total=False):
    """The fields of `InputOptions`, which says what they mean, as named arguments of functions."""

    format: str | None
    caption_field: str | None
    image_field: str | None
    all_captions: bool
    limit: int | None
    sample: int | None
    seed: int
    grouped: bool


class InputOptions(ReadingOptions):
    """How captions are read, and which of them are taken."""

    limit: int | None = None
    """Take only this many captions, from the start."""
    sample: int | None = None
    """Take only this many images, drawn at random."""
    seed: int = 0
    """Which images are drawn."""
    grouped: bool = False
    """The captions of an image follow each other; labelling begins before all input is read."""

    def check(self) -> None:
        """Raises `UsageError` for a `limit` or `sample` below 1."""
        for option, number in (("--limit", self.limit), ("--sample", self.sample)):
            if number is not None and number < 1:
                raise UsageError(f"{option}: got {number}, expected at least 1")

    def select(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Those of `rows` that are taken."""
        if self.sample is not None:
            rows = sample_images(rows, self.sample, self.seed)
        return rows if self.limit is None else first_captions(rows, self.limit)


_BRACES = re.compile(r"\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}")


def expand_inputs(patterns: list[Path | str]) -> list[Path | str]:
    """The files that `patterns` stand for, each pattern's in order; a name that exists stands for itself.

    Raises:
        InputError: a pattern with `*`, `?` or `[` matches no file.
    """
    return [path for pattern in patterns for path in _expand(pattern)]


def _expand(pattern: Path | str) -> list[Path | str]:
    if pattern == "":
        raise UsageError("got an empty name of an input, expected a path, a pattern or - for standard input")
    if pattern == STDIN or Path(pattern).exists():
        return [pattern]
    if isinstance(pattern, str) and is_url(pattern):
        return [url for name in expand_braces(pattern) for url in _expand_url(name)]
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
        raise InputError(f"{pattern} matches no file: a range counts upwards, as in {{000..010}}")
    return found


def _expand_url(name: str) -> list[str]:
    if not has_pattern(name):
        return [name]
    if found := matching_urls(name):
        return found
    raise InputError(f"no file matches {name}")


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


def first_captions(rows: Iterable[Row], limit: int) -> Iterator[Row]:
    """The rows up to the caption number `limit`; what comes after it is not read.

    The last images may lack captions that come later in the input.
    """
    left = limit
    if left <= 0:
        return
    for row in rows:
        yield row
        left -= isinstance(row, CaptionRow)
        if left == 0:
            return


def sample_images(rows: Iterable[Row], size: int, seed: int) -> Iterator[Row]:
    """All captions of `size` images drawn at random without replacement, in input order; fewer if there are fewer.

    The images drawn are those whose ids have the smallest keyed hashes (bottom-k sampling): the same for the same
    seed in whatever order the rows come. One pass; memory holds the captions of at most `size` + 1 images.
    Rejected rows are passed on as they are met, before the sample.
    """
    kept: dict[int, list[tuple[int, CaptionRow]]] = {}
    largest: list[int] = []
    """The negated hashes of `kept`, as a heap."""
    for position, row in enumerate(rows):
        if isinstance(row, RejectedRow):
            yield row
            continue
        image = _hash(row.image_id, seed)
        if image in kept:
            kept[image].append((position, row))
        elif len(kept) < size or (largest and image < -largest[0]):
            kept[image] = [(position, row)]
            heapq.heappush(largest, -image)
            if len(kept) > size:
                del kept[-heapq.heappop(largest)]
    positioned = sorted((entry for entries in kept.values() for entry in entries), key=lambda entry: entry[0])
    yield from (row for _, row in positioned)


def _hash(image_id: int | str, seed: int) -> int:
    key = f"{seed}:{image_id!r}".encode("utf-8", "backslashreplace")
    return int.from_bytes(blake2b(key, digest_size=16).digest())
