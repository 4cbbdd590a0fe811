"""Label files: one record per line, plain, `.gz` or `.zst`, read and written as streams.

What a line looks like: compact UTF-8 JSON in which fields that are null are left out and everything else
stands, empty lists too, so that `foreground` and `background` are always there.
"""

import codecs
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from shared_schemas.compression import CorruptStreamError, lines, open_input, open_output
from shared_schemas.errors import RecordError, expectation, is_wrapped_interrupt, shown
from shared_schemas.labels import SCHEMA_VERSION, ImageLabels

CODES = {
    "corrupt-stream": "the compressed file is damaged or ends too early; nothing after this line is read",
    "blank-line": "the line holds no record",
    "invalid-json": "the line is not a JSON text in UTF-8",
    "unsupported-version": "the record's schema_version has another major number than this reader's",
    "missing-field": "a required field is missing",
    "unknown-field": "a field that this version of the format does not have",
    "invalid-value": "a field's value has the wrong type or is out of range",
}
"""Every `RecordError.code`, with its meaning."""

Model = TypeVar("Model", bound=BaseModel)
Loc = tuple[int | str, ...]
_BOM_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_VERSION = re.compile(r"(\d+)\.(\d+)")


def read_labels(source: Path | str | BinaryIO) -> Iterator[ImageLabels]:
    """The records of a label file (or of an open binary file), one at a time.

    Raises `RecordError` at the first line that is not a record, `OSError` if `source` cannot be opened.
    """
    return read_records(source, ImageLabels)


def read_records(source: Path | str | BinaryIO, model: type[Model]) -> Iterator[Model]:
    """Like `read_labels`, for any model."""
    for record in iter_records(source, model):
        if isinstance(record, RecordError):
            raise record
        yield record


def iter_labels(source: Path | str | BinaryIO) -> Iterator[ImageLabels | RecordError]:
    """The records of a label file, with the error in the place of each line that is not one."""
    return iter_records(source, ImageLabels)


def iter_records(source: Path | str | BinaryIO, model: type[Model]) -> Iterator[Model | RecordError]:
    """Like `iter_labels`, for any model."""
    if not isinstance(source, Path | str):
        yield from _parsed(source, getattr(source, "name", "<stream>"), model)
        return
    with open_input(Path(source)) as stream:
        yield from _parsed(stream, str(source), model)


def _parsed(stream: BinaryIO, file: str, model: type[Model]) -> Iterator[Model | RecordError]:
    number = 0
    try:
        for number, line in enumerate(lines(stream), 1):
            if number == 1 and line.startswith(_BOM_16):
                convert = f"iconv -f UTF-16 -t UTF-8 {shlex.quote(file)}"
                yield RecordError(file, 1, "invalid-json", "UTF-16", f"UTF-8: {convert}", "the whole file")
                return
            # Some editors begin a file with a mark, which is no part of the text.
            yield parse(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, model, file, number)
    except CorruptStreamError as error:
        yield RecordError(file, number + 1, "corrupt-stream", str(error), "the rest of the file")


def parse(line: bytes, model: type[Model], file: str = "<line>", number: int = 1) -> Model | RecordError:
    """The record on one line, or what is wrong with it."""
    try:
        record = model.model_validate_json(line, strict=True)
    except ValidationError as error:
        return _recovered(error, line, model, file, number)
    if "schema_version" in model.model_fields and "schema_version" not in record.model_fields_set:
        return RecordError(file, number, "missing-field", "none", f"e.g. {SCHEMA_VERSION!r}", "schema_version")
    return record


def _recovered(
    error: ValidationError, line: bytes, model: type[Model], file: str, number: int
) -> Model | RecordError:
    """A record of a newer minor version without the fields that are new there, or else the error."""
    problems = error.errors(include_url=False)
    if not line.strip():
        return RecordError(file, number, "blank-line", "an empty line", "a JSON object")
    if problems[0]["type"] == "json_invalid":
        got = str(problems[0]["ctx"]["error"])
        return RecordError(file, number, "invalid-json", got, "one JSON object in UTF-8")
    content = from_json(line)
    version = content.get("schema_version") if isinstance(content, dict) else None
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    own_major, own_minor = map(int, SCHEMA_VERSION.split("."))
    if found and int(found[1]) != own_major:
        expected = f"{own_major}.x: install the release of capparse-schemas that reads it"
        return RecordError(file, number, "unsupported-version", repr(version), expected, "schema_version")
    unknown = [problem["loc"] for problem in problems if problem["type"] == "extra_forbidden"]
    if found and int(found[2]) > own_minor and unknown:
        for loc in unknown:
            del _at(content, loc[:-1])[loc[-1]]
        return parse(to_json(content), model, file, number)
    return _explained(problems, content, file, number)


def _explained(problems: Sequence[Mapping[str, Any]], content: Any, file: str, number: int) -> RecordError:
    """The first problem. A field that may have one of several types has one problem for each."""
    first = problems[0]
    loc = first["loc"]
    if first["type"] == "missing":
        got = f"only {', '.join(map(repr, _at(content, loc[:-1])))}"
        return RecordError(file, number, "missing-field", got, f"{loc[-1]!r} as well", _path(loc))
    if first["type"] == "extra_forbidden":
        expected = f"no such field in version {SCHEMA_VERSION}"
        return RecordError(file, number, "unknown-field", shown(first["input"]), expected, _path(loc))
    place = _existing(content, loc)
    expected = " or ".join(expectation(p) for p in problems if _existing(content, p["loc"]) == place)
    return RecordError(file, number, "invalid-value", shown(first["input"]), expected, _path(place) or None)


def _at(content: Any, loc: Loc) -> Any:
    for part in loc:
        content = content[part]
    return content


def _existing(content: Any, loc: Loc) -> Loc:
    """`loc` without the names of alternative types that pydantic appends to it."""
    for length, part in enumerate(loc):
        holder = _at(content, loc[:length])
        if not isinstance(holder, dict if isinstance(part, str) else list):
            return loc[:length]
    return loc


def _path(loc: Loc) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def dump(record: BaseModel) -> bytes:
    """`record` as one line with its line feed. Null fields are left out."""
    try:
        return record.__pydantic_serializer__.to_json(record, exclude_none=True) + b"\n"
    except PydanticSerializationError as error:
        if is_wrapped_interrupt(error):
            raise KeyboardInterrupt from None
        raise


def write_labels(target: Path | str | BinaryIO, records: Iterable[BaseModel]) -> int:
    """Write `records` to a label file, which appears under its name once it is complete; their number.

    To an open binary file go plain lines; it stays open.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(open_output(Path(target))) if isinstance(target, Path | str) else target
        return sum(1 for record in records if stream.write(dump(record)))
