"""Frames, datasets and rows with columns: which column holds the caption, which the image id.

What is a table is told by what it has, not by its type: nothing of pandas, polars, PyArrow or Hugging Face's
datasets is imported here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from caption_parser.readers.fields import CAPTION_FIELDS, IMAGE_FIELDS
from caption_parser.readers.paths import beside, follow, found_or_raised, path_of
from caption_parser.readers.rows import RowError
from shared_runtime.errors import UsageError
from shared_schemas.errors import did_you_mean

Column = str | int

_NAMES_SHOWN = 12


class ColumnChoice(NamedTuple):
    """The columns that the user names; none: those with a name that readers of files know."""

    caption: Column | None = None
    image: Column | None = None

    def __bool__(self) -> bool:
        return self.caption is not None or self.image is not None


class NoRow(NamedTuple):
    """What stands among rows and is none."""

    item: Any


class Columns(NamedTuple):
    """The columns to read."""

    caption: Column
    image: Column | None
    """None: there is no other column, and each row is an image of its own."""


def column_names(source: Any) -> Sequence[Any] | None:
    """The columns of a frame or dataset; none: it is no table (or one that does not know its columns)."""
    names = getattr(source, "column_names", None)
    if names is not None and isinstance(source, Mapping):
        splits = ", ".join(map(str, source))
        raise UsageError(f"label(captions): got several splits ({splits}), expected one: label(data['NAME'], …)")
    if names is None and not isinstance(source, Mapping) and hasattr(source, "__getitem__"):
        names = getattr(source, "columns", None)
    return None if names is None or callable(names) else list(names)


def choose_columns(names: Sequence[Any], choice: ColumnChoice) -> Columns:
    """Raises `UsageError` that names the columns where the caption's or the image's is not known or not unique."""
    caption = _given("caption", choice.caption, names)
    if caption is None:
        caption = known_column(names, CAPTION_FIELDS)
    if caption is None:
        raise UsageError(
            f"label(captions): no known column of captions among {_listed(names)}. Give caption='NAME'"
        )
    image = _given("image", choice.image, names)
    if image is None:
        image = known_column([name for name in names if name != caption], IMAGE_FIELDS)
    if image is None and len(names) > 1:
        raise UsageError(
            f"label(captions): no known column of image ids among {_listed(names)}. Give image='NAME'; or, if each"
            f" row is an image of its own, the captions alone: label(table[{caption!r}])"
        )
    for name in (caption, image):
        if list(names).count(name) > 1:
            raise UsageError(f"label(captions): the column {name!r} is there several times. Rename all but one")
    return Columns(caption, image)


def known_column(names: Sequence[Any], known: Sequence[str]) -> str | None:
    """The first of the `known` names that there is, in any letter case."""
    lowered = {name.strip().lower(): name for name in reversed(names) if isinstance(name, str)}
    return next((lowered[name] for name in known if name in lowered), None)


def table_rows(table: Any, columns: Columns) -> Iterator[tuple[Any, Any] | NoRow]:
    """Image id and caption of each row; only these two columns are read."""
    names = list(column_names(table) or table)
    wanted = [name for name in dict.fromkeys(_column(name, names) for name in columns) if name is not None]
    if hasattr(table, "select_columns"):
        yield from record_rows(iter(table.select_columns(wanted)), columns)
        return
    if any(name not in names for name in columns if name is not None):
        values = [_values(table, name) for name in wanted]
        yield from record_rows((dict(zip(wanted, row, strict=True)) for row in zip(*values, strict=True)), columns)
        return
    values = [_values(table, name) for name in wanted]
    if columns.image is None:
        yield from ((None, caption) for caption in values[0])
    else:
        yield from zip(values[1], values[0], strict=True)


def record_rows(records: Iterator[Any], columns: Columns) -> Iterator[tuple[Any, Any] | NoRow]:
    """Image id and caption of each mapping from column to value."""
    for number, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            yield NoRow(record)
            continue
        if columns.image is None and len(record) > 1:
            _refuse_image(record, number)
        if _is_field(columns.caption, record) and _is_field(columns.image, record):
            yield None if columns.image is None else record.get(columns.image), record.get(columns.caption)
        else:
            yield from _within(record, columns, number)


def _refuse_image(record: Mapping[Any, Any], number: int) -> None:
    """Captions of one image would be taken for several where the first row has none."""
    if (image := known_column(list(record), IMAGE_FIELDS)) is not None:
        raise UsageError(
            f"item {number}: got the column {image!r}, which the first row lacks: each row was an image of its own"
            " so far. Rows name their images throughout, or not at all"
        )


def _is_field(name: Column | None, record: Mapping[Any, Any]) -> bool:
    """Whether a column is one of the record, present or not, rather than a path to what is in one."""
    return name is None or name in record or not isinstance(name, str) or path_of(name, _names(record)) is None


def _within(record: Mapping[Any, Any], columns: Columns, number: int) -> Iterator[tuple[Any, Any]]:
    """The captions at a path, each with the image beside it."""
    names = _names(record)
    steps = path_of(str(columns.caption), names) or (str(columns.caption),)
    image = None if columns.image is None else path_of(str(columns.image), names) or (str(columns.image),)
    try:
        found = list(found_or_raised(follow(record, steps)))
        if image is None:
            yield None, [caption.value for caption in found]
        else:
            yield from [(beside(caption, steps, image), caption.value) for caption in found]
    except RowError as error:
        raise UsageError(f"item {number}: {error.message}") from None


def _names(record: Mapping[Any, Any]) -> tuple[str, ...]:
    return tuple(name for name in record if isinstance(name, str))


def _column(name: Column | None, names: Sequence[Any]) -> Column | None:
    """The column that a path begins with."""
    if name is None or name in names or not isinstance(name, str):
        return name
    steps = path_of(name, tuple(other for other in names if isinstance(other, str)))
    head = steps[0] if steps else name
    return head if isinstance(head, str) else name


def _values(table: Any, name: Column) -> Any:
    try:
        values = table[name]
        return values.to_pylist() if hasattr(values, "to_pylist") else iter(values)
    except (TypeError, AttributeError):
        raise UsageError(
            f"label(captions): the column {name!r} of a {type(table).__name__} cannot be read. Give a frame with"
            " its rows, such as what collect() gives"
        ) from None


def _given(role: str, name: Column | None, names: Sequence[Any]) -> Column | None:
    if name is None or _column(name, names) in names:
        return name
    hint = did_you_mean(str(name), map(str, names))
    raise UsageError(f"label(captions, {role}={name!r}): no such column among {_listed(names)}.{hint}")


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(map(repr, names[:_NAMES_SHOWN]))
    return f"{shown}, …" if len(names) > _NAMES_SHOWN else shown or "none"
