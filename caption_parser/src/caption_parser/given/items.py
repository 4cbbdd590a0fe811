"""What was given to `CaptionParser.label`, item by item, each checked as a row of a file is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from enum import Enum, auto
from itertools import chain, repeat
from typing import Any, NamedTuple, Protocol

from caption_parser.given.tables import (
    ColumnChoice,
    Columns,
    NoRow,
    choose_columns,
    column_names,
    known_column,
    record_rows,
    table_rows,
)
from caption_parser.readers.checks import caption_rows, type_name
from caption_parser.readers.fields import CAPTION_FIELDS, IMAGE_FIELDS
from caption_parser.readers.rows import Reason, Row, RowError
from caption_parser.readers.values import image_in
from shared_runtime.errors import UsageError
from shared_schemas.errors import shown


class Table(Protocol):
    """A frame or a dataset: columns by name."""

    def __getitem__(self, name: Any, /) -> Any: ...


CaptionSource = (
    Mapping[int, str | Iterable[str | None] | None]
    | Mapping[str, str | Iterable[str | None] | None]
    | Iterable[str | tuple[int | str, str | None] | Mapping[str, Any] | None]
    | Table
)
"""What `CaptionParser.label` takes."""


class Order(Enum):
    """How items belong to images."""

    ONE_EACH = auto()
    """Each item holds all captions of an image."""
    CONSECUTIVE = auto()
    """Those of an image follow each other."""
    ANY = auto()


class Items(NamedTuple):
    """The rows of each item, and how items belong to images."""

    rows: Iterator[Sequence[Row]]
    order: Order


_NOTHING = object()


def items_of(source: Any, choice: ColumnChoice, grouped: bool | None = None) -> Items:
    """`grouped`: the captions of an image follow each other; none: in what has no length.

    Raises `UsageError` for what is no captions, or has columns that are not known.
    """
    if isinstance(source, (str, bytes)):
        raise UsageError(
            f"label(captions) takes an iterable of captions, got one string: {shown(source)}. For one caption call"
            " the parser itself: parser(caption)"
        )
    streamed = grouped if grouped is not None else not isinstance(source, Sized)
    order = Order.CONSECUTIVE if streamed else Order.ANY
    names = column_names(source)
    if names is None and isinstance(source, Mapping):
        if not choice:
            _refuse_columns(source)
            return Items(_from_pairs(iter(source.items())), Order.ONE_EACH)
        names = list(source)
    if names is not None:
        columns = choose_columns(names, choice)
        return _from_table(table_rows(source, columns), columns, choice, order)
    if not isinstance(source, Iterable):
        raise UsageError(
            f"label(captions): got {shown(source)}, expected captions, pairs of image id and caption, a mapping"
            " from image id to captions, or a frame or dataset with a column of captions"
        )
    return _from_iterable(iter(source), choice, order)


def _from_iterable(items: Iterator[Any], choice: ColumnChoice, order: Order) -> Items:
    """The first item that there is tells what all of them are."""
    missing = 0
    while (first := next(items, _NOTHING)) is None:
        missing += 1
    if first is _NOTHING:
        return Items(_from_captions(repeat(None, missing)), Order.ONE_EACH)
    items = chain(repeat(None, missing), [first], items)
    if isinstance(first, Mapping):
        columns = choose_columns(list(first), choice)
        return _from_table(record_rows(items, columns), columns, choice, order)
    if choice:
        raise UsageError(
            f"label(captions): got {shown(first)} first, but caption= and image= name columns of tables"
        )
    if _is_pair(first):
        return Items(_from_pairs(items), order)
    return Items(_from_captions(items), Order.ONE_EACH)


def _from_table(
    pairs: Iterator[tuple[Any, Any] | NoRow], columns: Columns, choice: ColumnChoice, order: Order
) -> Items:
    if columns.image is None:
        each = (
            _no_row(pair, number) if isinstance(pair, NoRow) else _rows(number, pair[1], number)
            for number, pair in enumerate(pairs, 1)
        )
        return Items(each, Order.ONE_EACH)
    before: list[tuple[Any, Any] | NoRow] = []
    while isinstance(first := next(pairs, None), NoRow):
        before.append(first)
    if first is None:
        return Items(_from_pairs(iter(before)), Order.ONE_EACH)
    image_id = _plain(first[0])
    if choice.image is None and image_id is not None and not isinstance(image_id, (int, str, Mapping, list)):
        raise UsageError(
            f"label(captions): the column {columns.image!r} holds {type(image_id).__name__}, expected image ids"
            " (whole numbers or texts). Give image='NAME'; or, if each row is an image of its own, the captions"
            f" alone: label(table[{columns.caption!r}])"
        )
    return Items(_from_pairs(chain(before, [first], pairs)), order)


def _from_pairs(pairs: Iterator[Any]) -> Iterator[Sequence[Row]]:
    for number, pair in enumerate(pairs, 1):
        if pair is None or isinstance(pair, NoRow):
            yield _no_row(pair, number)
            continue
        if not _is_pair(pair):
            raise UsageError(
                f"item {number}: got {shown(pair)}, expected a pair of image id and caption as before it"
            )
        image_id, captions = pair
        yield _rows(_plain(image_id), captions, number)


def _from_captions(captions: Iterator[Any]) -> Iterator[Sequence[Row]]:
    for number, caption in enumerate(captions, 1):
        if isinstance(caption, (tuple, list, Mapping)) or getattr(caption, "shape", None):
            raise UsageError(
                f"item {number}: got {shown(caption)}, expected a caption (or throughout pairs of image id and"
                " caption). For several captions of an image give a mapping: {image id: [caption, …]}"
            )
        yield _rows(number, caption, number)


def _no_row(given: NoRow | None, number: int) -> Sequence[Row]:
    """What is no row, or no pair, is left out as in files."""
    what, item = ("a row", given.item) if given is not None else ("a pair", None)
    message = f"got {type_name(item)}, expected {what} as before it"
    return (RowError(Reason.WRONG_TYPE, message).rejected(number, shown(item)),)


def _rows(image_id: Any, given: Any, number: int) -> Sequence[Row]:
    """The captions of an item under the rules of files."""
    several = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping))
    captions = [_plain(caption) for caption in given] if several else _plain(given)
    if isinstance(image_id, (Mapping, list)):
        try:
            inner = image_in(image_id)
        except RowError as error:
            return (error.rejected(number, shown(given)),)
        image_id = number if inner is None else inner  # an image without a name is the row's own
    return tuple(caption_rows(captions, image_id, number, shown(given)))


def _plain(value: Any) -> Any:
    """A whole number as Python's own; none for what stands for "not there": NaN, and pandas' NA and NaT."""
    if isinstance(value, (str, bytes, bool, int)):
        return value
    if type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return None
    if hasattr(value, "__index__") and not getattr(value, "shape", None):
        return value.__index__()
    return value


def _is_pair(item: Any) -> bool:
    """A tuple of two, or, as in JSON, a list of two that begins with a number: two texts may be two captions."""
    if isinstance(item, tuple):
        return len(item) == 2
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], int)


def _refuse_columns(source: Mapping[Any, Any]) -> None:
    """A mapping from column to values is not one from image to captions."""
    names = list(source)
    caption, image = known_column(names, CAPTION_FIELDS), known_column(names, IMAGE_FIELDS)
    if caption is not None and (image is not None or not isinstance(source[caption], str)):
        given = f"caption={caption!r}" if image is None else f"caption={caption!r}, image={image!r}"
        raise UsageError(
            f"label(captions): got a mapping with the keys {shown(names)}, which look like columns. For columns"
            f" give {given}; else map image ids to captions, or give pairs of them"
        )
