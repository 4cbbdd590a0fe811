"""Parquet files, row group by row group, in the columns that are needed (extra `capparse[parquet]`)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from caption_parser.readers.checks import caption_rows
from caption_parser.readers.fields import FieldChoice, Fields, locate
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError, MissingResourceError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 4096


def read_parquet(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a Parquet file; the row is the 1-based row number."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        message = "Parquet input needs the package 'pyarrow'. Try: pip install 'capparse[parquet]'"
        raise MissingResourceError(message) from None
    try:
        file = pq.ParquetFile(source.stream)
        names = tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{source.name} is not a readable Parquet file (its footer is missing or damaged): {error}"
        raise InputError(f"{message}. A file that was cut short must be downloaded again") from None
    try:
        fields = locate(names, choice)
    except RowError as error:
        raise InputError(f"{source.name}: {error.message}") from None
    source.say_once(lambda: fields.described(names))
    columns = sorted({name for name in (fields.caption, fields.image, fields.file_name) if name is not None})
    rows_before = 0
    for group in range(file.num_row_groups):
        row = rows_before
        try:
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
                yield from _batch_rows(source, batch, fields, row)
                row += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"row group {group + 1} of {file.num_row_groups} does not decode: {error}"
            yield RowError(Reason.DAMAGED_ROW_GROUP, message).rejected(row + 1, "")
        rows_before += file.metadata.row_group(group).num_rows


def _batch_rows(source: Source, batch: "pa.RecordBatch", fields: Fields, rows_before: int) -> Iterator[Row]:
    columns = {name: _values(batch.column(name)) for name in batch.schema.names}
    for index in range(batch.num_rows):
        row = rows_before + index + 1
        record = {name: values[index] for name, values in columns.items()}
        image_id = source.image_id_of_row(row) if fields.image is None else record[fields.image]
        file_name = record[fields.file_name] if fields.file_name else None
        for checked in caption_rows(record[fields.caption], image_id, row, "", file_name):
            if isinstance(checked, RejectedRow):
                yield replace(checked, raw=json.dumps(record, ensure_ascii=False, default=_shown))
            else:
                yield checked


def _values(column: "pa.Array[Any]") -> list[object]:
    """The column's values; text that is not UTF-8, which Parquet does not rule out, stays bytes."""
    import pyarrow as pa

    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        values = column.cast(pa.large_binary()).to_pylist()
    return [_text_if_utf8(value) if isinstance(value, bytes) else value for value in values]


def _text_if_utf8(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _shown(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
