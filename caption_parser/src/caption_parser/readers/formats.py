"""The table of input formats: name, suffixes, reader."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from caption_parser.readers.documents import read_json
from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.json_records import read_jsonl
from caption_parser.readers.parquet import read_parquet
from caption_parser.readers.plain_text import read_flickr, read_plain_text
from caption_parser.readers.rows import Row
from caption_parser.readers.signatures import check_signature
from caption_parser.readers.source import COMPRESSION_SUFFIXES, SIGNATURE_BYTES, Access, Source, source_name
from caption_parser.readers.tables import read_csv, read_tsv
from caption_parser.readers.webdataset import read_webdataset
from shared_runtime.errors import UsageError
from shared_runtime.storage import is_url
from shared_schemas.errors import did_you_mean


@dataclass(frozen=True, slots=True)
class Format:
    """An input format."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Source, FieldChoice], Iterator[Row]]
    access: Access = "text"
    fields: frozenset[str] = frozenset({"caption", "image"})
    """Which of the field options mean something here."""
    is_lines: bool = False
    """Each row begins on a line of its own, so that a stretch of lines can be read."""


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format("coco", (".json",), read_json),
        Format("jsonl", (".jsonl", ".ndjson", ".jsonlines"), read_jsonl, is_lines=True),
        Format("csv", (".csv",), read_csv, is_lines=True),
        Format("tsv", (".tsv",), read_tsv, is_lines=True),
        Format("parquet", (".parquet",), read_parquet, access="random"),
        Format("txt", (".txt",), read_plain_text, fields=frozenset(), is_lines=True),
        Format("flickr", (".token.txt", ".token"), read_flickr, fields=frozenset(), is_lines=True),
        Format("webdataset", (".tar", ".tgz"), read_webdataset, access="bytes", fields=frozenset({"caption"})),
    )
}


_ALIASES = {"json": "coco", "ndjson": "jsonl", "text": "txt", "tar": "webdataset", "wds": "webdataset"}


def format_named(name: str) -> Format:
    """The format of that name, in any letter case.

    Raises:
        UsageError: there is none.
    """
    lowered = name.lower().removeprefix(".")
    known = _ALIASES.get(lowered, lowered)
    if known in FORMATS:
        return FORMATS[known]
    message = f"there is no input format '{name}' (there are: {', '.join(FORMATS)})."
    raise UsageError(f"{message}{did_you_mean(lowered, FORMATS)} See: capparse formats")


def format_of(source: Path | BinaryIO | str) -> Format:
    """The format that the suffix of the file name tells, `.gz` and `.zst` aside; the longest suffix decides.

    Raises:
        UsageError: the name has no known suffix.
        InputError: nor is the file one that any format reads.
    """
    name = source_name(source)
    stem = name.lower().partition("?")[0] if is_url(name) else name.lower()
    for suffix in COMPRESSION_SUFFIXES:
        stem = stem.removesuffix(suffix)
    matches = [
        (len(suffix), entry.name)
        for entry in FORMATS.values()
        for suffix in entry.suffixes
        if stem.endswith(suffix)
    ]
    if matches:
        return FORMATS[max(matches)[1]]
    _check_content(source)
    known = ", ".join(suffix for entry in FORMATS.values() for suffix in entry.suffixes)
    message = f"{name}: the format cannot be told from the name (known suffixes: {known}, each also .gz, .zst)"
    raise UsageError(f"{message}. Try --format jsonl, or another of: {', '.join(FORMATS)}")


def _check_content(source: Path | BinaryIO | str) -> None:
    """Raises `InputError` for a file here that is none of text, by its first bytes."""
    if isinstance(source, (str, Path)) and Path(source).is_file():
        with suppress(OSError), Path(source).open("rb") as file:
            check_signature(str(source), file.read(SIGNATURE_BYTES))
