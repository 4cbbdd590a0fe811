"""Parquet files, row group by row group, in the columns that are needed, down to fields within columns."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from caption_parser.readers.fields import FieldChoice, Fields, locate_in
from caption_parser.readers.json_records import UNNAMED, RecordReader
from caption_parser.readers.paths import path_of, paths_in
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.several_fields import several_fields
from caption_parser.readers.source import Source
from caption_parser.readers.values import INNER_IMAGE_FIELDS
from shared_runtime.errors import InputError, MissingResourceError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH_ROWS = 4096
_PIXELS = b""
"""Stands for binary values in the prototype of a row."""
_BESIDE = ("is_rejected", "is_precanned", "from", "role", "speaker")
"""Fields that tell of a caption beside them whether it is one."""
_IMAGES = frozenset({"image", "images", "img", "photo", "picture"})
"""Columns of these names may store images, rather than name them."""


def read_parquet(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a Parquet file; the row is the 1-based row number.

    Of nested columns only the fields that are needed are read: not the bytes of an image beside its path.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        message = "Parquet input needs the package 'pyarrow'. Try: pip install pyarrow"
        raise MissingResourceError(message) from None
    try:
        file = pq.ParquetFile(source.stream)
        schema = file.schema_arrow
        prototype = {field.name: _prototype(field.type) for field in schema}
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{source.name} is not a readable Parquet file (its footer is missing or damaged): {error}"
        advice = "A file that was cut short must be downloaded again"
        raise InputError(f"{message.rstrip('.')}. {advice}") from None
    several = several_fields(choice.caption, tuple(prototype))
    fields = _located(source, {**prototype, str(choice.caption): ""} if several else prototype, choice)
    source.say_once(lambda: fields.described(_paths(prototype)))
    if choice.image is None and fields.image is None and any(map(_holds_only_pixels, prototype.values())):
        source.say(UNNAMED)
    choice = replace(choice, caption=fields.caption, image=fields.image)
    records = RecordReader(source, choice, names_no_image=fields.image is None)
    columns = _columns(file, _wanted(prototype, fields, several))
    rows_before = 0
    start, end = (source.stretch.start, source.stretch.end) if source.stretch else (0, file.metadata.num_rows)
    for group in range(file.num_row_groups):
        row = rows_before
        rows_before += file.metadata.row_group(group).num_rows
        if rows_before <= start:
            continue
        if row >= end:
            break
        try:
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
                if row >= end:
                    break
                skipped = min(max(start - row, 0), batch.num_rows)
                wanted = batch.slice(skipped, max(min(end - row, batch.num_rows) - skipped, 0))
                yield from _batch_rows(records, wanted, row + skipped)
                row += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"row group {group + 1} of {file.num_row_groups} does not decode: {error}"
            for lost in range(max(row, start), min(rows_before, end)):
                yield RowError(Reason.DAMAGED_ROW_GROUP, message).rejected(lost + 1, "")


def _located(source: Source, prototype: dict[str, Any], choice: FieldChoice) -> Fields:
    try:
        fields = locate_in(prototype, choice)
    except RowError as error:
        message = error.message.replace(f"(has: {', '.join(prototype)})", f"(has: {', '.join(_paths(prototype))})")
        raise InputError(f"{source.name}: {message}") from None
    for path in (fields.caption, fields.image):
        if path is not None and not _is_there(prototype, path):
            there = ", ".join(_paths(prototype)[:20])
            raise InputError(f"{source.name}: field '{path}' is missing (has: {there})")
    image = fields.image if choice.image is None else None
    if image is not None and image.lower() in _IMAGES and _holds_only_pixels(prototype[image]):
        others = {name: value for name, value in prototype.items() if name != image}
        return _located(source, others, choice)
    return fields


def _prototype(kind: "pa.DataType") -> Any:
    """A value such as a column of this type holds: objects, lists of one element, texts for all that is plain."""
    import pyarrow.types as types

    if (storage := getattr(kind, "storage_type", None)) is not None:
        return _prototype(storage)
    if types.is_struct(kind):
        return {kind.field(at).name: _prototype(kind.field(at).type) for at in range(kind.num_fields)}
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return [_prototype(kind.value_type)]
    if types.is_map(kind):
        return [{"key": _prototype(kind.key_type), "value": _prototype(kind.item_type)}]
    return _PIXELS if types.is_binary(kind) or types.is_large_binary(kind) else ""


def _paths(prototype: dict[str, Any]) -> list[str]:
    return [path for path in paths_in(prototype) if not path.endswith(".bytes")]


def _holds_only_pixels(value: Any) -> bool:
    """Whether the column stores images and nothing that names them."""
    if isinstance(value, list):
        return _holds_only_pixels(value[0])
    if isinstance(value, dict):
        return not any(value.get(name) == "" for name in INNER_IMAGE_FIELDS)
    return isinstance(value, bytes)


def _is_there(prototype: dict[str, Any], path: str) -> bool:
    value: Any = prototype
    for step in path_of(path, tuple(prototype)) or (path,):
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return False
            value = value[step]
        elif not isinstance(value, list):
            return False
        else:
            value = value[0]
    return True


def _wanted(prototype: dict[str, Any], fields: Fields, several: Sequence[str]) -> set[tuple[str, ...]]:
    """The names on the way to every plain value that is needed; `several`: the captions' columns, if not one."""
    names = tuple(prototype)
    wanted: set[tuple[str, ...]] = set()
    caption = _names_of(fields.caption, names)
    for path in (*(several or (fields.caption,)), fields.image, fields.file_name):
        if path is not None:
            start = _names_of(path, names)
            is_image = path == fields.image and path != fields.caption
            wanted |= {leaf for leaf in _leaves(prototype) if leaf[: len(start)] == start and not (
                is_image and len(leaf) > len(start) and leaf[-1] not in INNER_IMAGE_FIELDS
            )}  # fmt: skip
            # What an element is chosen by: conversations[from=gpt].
            for step in path_of(path, names) or ():
                if key := getattr(step, "key", None):
                    wanted |= {leaf for leaf in _leaves(prototype) if leaf[-1] == key and leaf[0] == start[0]}
    return wanted | {leaf for leaf in _leaves(prototype) if leaf[:-1] == caption[:-1] and leaf[-1] in _BESIDE}


def _names_of(path: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in path_of(path, names) or (path,) if isinstance(step, str))


def _leaves(value: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names on the way to each plain value, in the order in which Parquet stores them."""
    if isinstance(value, list):
        yield from _leaves(value[0], before)
    elif isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*before, name))
    else:
        yield before


def _columns(file: "pq.ParquetFile", wanted: set[tuple[str, ...]]) -> list[str]:
    """What Parquet calls the leaves that are wanted."""
    whole = {field.name: _prototype(field.type) for field in file.schema_arrow}
    leaves = list(_leaves(whole))
    stored = [file.schema.column(at).path for at in range(len(file.schema.names))]
    if len(leaves) != len(stored):
        return sorted({leaf[0] for leaf in wanted})
    return [path for leaf, path in zip(leaves, stored, strict=True) if leaf in wanted]


def _batch_rows(records: RecordReader, batch: "pa.RecordBatch", rows_before: int) -> Iterator[Row]:
    columns = {name: _values(batch.column(name)) for name in batch.schema.names}
    for index in range(batch.num_rows):
        record = {name: values[index] for name, values in columns.items()}
        for checked in records.rows(record, rows_before + index + 1, ""):
            if isinstance(checked, RejectedRow) and not checked.raw:
                yield replace(checked, raw=json.dumps(record, ensure_ascii=False, default=_shown))
            else:
                yield checked


def _values(column: "pa.Array[Any]") -> Sequence[object]:
    """The column's values; text that is not UTF-8, which Parquet does not rule out, stays bytes."""
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        return [_value(scalar) for scalar in column]
    return [_text_if_utf8(value) if isinstance(value, bytes) else value for value in values]


def _value(scalar: "pa.Scalar[Any]") -> object:
    import pyarrow as pa

    try:
        value = scalar.as_py()
    except UnicodeDecodeError:
        if not (pa.types.is_string(scalar.type) or pa.types.is_large_string(scalar.type)):
            return b"\xff"
        value = scalar.cast(pa.large_binary()).as_py()
    return _text_if_utf8(value) if isinstance(value, bytes) else value


def _text_if_utf8(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _shown(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
