"""Label files as frames, tables and data sets, in one line each."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caption_parser.frames.columns import COLUMNS, Rows, class_names, rows_of
from caption_parser.frames.libraries import imported
from caption_parser.frames.types import are_numbers, arrow_schema
from shared_runtime.compatibility import check_label_space
from shared_runtime.errors import UsageError
from shared_runtime.files import reading
from shared_runtime.made_with import label_space_of
from shared_schemas import ImageLabels, LabelSpace, read_labels
from shared_schemas.errors import did_you_mean

if TYPE_CHECKING:
    import pyarrow

Labels = str | Path | Iterable[ImageLabels]
"""A label file, or records, such as `CaptionParser.label` gives."""

BATCH_ROWS = 4096
"""Rows that become columns at a time."""


def to_arrow(
    labels: Labels, rows: Rows = "images", *, label_space: str | Path | LabelSpace | None = None
) -> "pyarrow.Table":
    """Labels as a table of PyArrow.

    Args:
        labels: a label file, or records.
        rows: what a row is: an image (lists of its classes with their votes), a class of an image (those that
            captions deny too), or a mention of an object in a caption.
        label_space: the one that made the labels; None: the shipped one that they name, or the file that their
            summary does.

    Raises:
        UsageError: `rows` is none of these, or the label space does not ship and is not given.
        RecordError: a line of the file is no record. InputError: the file cannot be read, or was made with another
            label space, maybe of the same name.
    """
    import pyarrow

    check_rows(rows)
    records = _records(labels)
    first = next(records, None)
    path = labels if isinstance(labels, (str, Path)) else None
    space = label_space_of(None if first is None else first.label_space, label_space, path)
    names, numeric = class_names(space), True
    schema = arrow_schema(COLUMNS[rows], names, numeric_ids=False)
    flat = (
        row
        for record in (records if first is None else chain([first], records))
        for row in _checked_rows(record, rows, space)
    )
    parts = []
    while part := list(islice(flat, BATCH_ROWS)):
        numeric = numeric and are_numbers(row["image_id"] for row in part)
        parts.append(arrow_batch(part, schema))
    table = pyarrow.Table.from_batches(parts, schema)
    # Cast once all ids are known: a text among a million numbers makes them texts.
    return table.cast(arrow_schema(COLUMNS[rows], names, numeric_ids=numeric))


def to_pandas(labels: Labels, rows: Rows = "images", *, label_space: str | Path | LabelSpace | None = None) -> Any:
    """Labels as a `pandas.DataFrame`; the rest is as of `to_arrow`. Raises `MissingResourceError` without pandas.

    >>> frame = to_pandas("labels.jsonl", "classes")  # doctest: +SKIP
    >>> frame[frame["class"] == "cat"].groupby("votes").size()  # doctest: +SKIP
    """
    imported("pandas")
    return to_arrow(labels, rows, label_space=label_space).to_pandas()


def to_polars(labels: Labels, rows: Rows = "images", *, label_space: str | Path | LabelSpace | None = None) -> Any:
    """Labels as a `polars.DataFrame`, as `to_arrow` has them. Raises `MissingResourceError` without Polars."""
    return imported("polars").from_arrow(to_arrow(labels, rows, label_space=label_space))


def to_dataset(
    labels: Labels, rows: Rows = "images", *, label_space: str | Path | LabelSpace | None = None
) -> Any:
    """Labels as a `datasets.Dataset`, whose class ids are `ClassLabel`s; the rest is as of `to_arrow`.

    Raises `MissingResourceError` without Hugging Face's `datasets`.
    """
    return imported("datasets").Dataset(to_arrow(labels, rows, label_space=label_space))


def check_rows(rows: str) -> None:
    """Raises `UsageError` for what is no kind of rows."""
    if rows not in COLUMNS:
        names = ", ".join(COLUMNS)
        raise UsageError(f"rows: got {rows!r}, expected one of: {names}.{did_you_mean(rows, COLUMNS)}")


def arrow_batch(rows: Sequence[dict[str, Any]], schema: "pyarrow.Schema") -> "pyarrow.RecordBatch":
    """Rows as columns of Arrow; image ids become texts where the schema says so."""
    import pyarrow

    if schema.field("image_id").type == pyarrow.string():
        rows = [row | {"image_id": str(row["image_id"])} for row in rows]
    return pyarrow.RecordBatch.from_pylist(rows, schema)


def _checked_rows(record: ImageLabels, rows: Rows, space: LabelSpace) -> Iterator[dict[str, Any]]:
    check_label_space(record, space, f"image {record.image_id!r}")
    return rows_of(record, rows, space)


def _records(labels: Labels) -> Iterator[ImageLabels]:
    if not isinstance(labels, (str, Path)):
        yield from labels
        return
    with reading(labels):
        yield from read_labels(labels)
