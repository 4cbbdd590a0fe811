"""Types of columns: of Arrow, and the features that Hugging Face's `datasets` finds in Parquet files and cards."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from caption_parser.frames.columns import Column
from shared_runtime.dataset_card import class_label

if TYPE_CHECKING:
    import pyarrow

_DTYPES = {"class": "int64", "int": "int64", "float": "float64", "string": "string", "bool": "bool"}
_INT64 = 1 << 63


def are_numbers(ids: Iterable[int | str]) -> bool:
    """Whether image ids fit a column of whole numbers; else all are texts."""
    return all(isinstance(image_id, int) and -_INT64 <= image_id < _INT64 for image_id in ids)


def arrow_schema(columns: Sequence[Column], names: Sequence[str], *, numeric_ids: bool) -> "pyarrow.Schema":
    """The schema of a table, with the names of classes where `datasets` looks for them."""
    import pyarrow

    fields = []
    for column in columns:
        value = pyarrow.type_for_alias(_dtype(column, numeric_ids=numeric_ids))
        for _ in range(column.depth):
            value = pyarrow.list_(value)
        fields.append(pyarrow.field(column.name, value))
    features = feature_table(columns, names, numeric_ids=numeric_ids)
    return pyarrow.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def feature_table(columns: Sequence[Column], names: Sequence[str], *, numeric_ids: bool) -> dict[str, Any]:
    """The features of columns as `datasets.Features.from_dict` reads them."""
    return {column.name: _feature(column, names, numeric_ids=numeric_ids) for column in columns}


def card_features(columns: Sequence[Column], names: Sequence[str], *, numeric_ids: bool) -> Iterator[str]:
    """The lines of YAML that tell the features of columns in the card of a data set."""
    for column in columns:
        yield f"  - name: {column.name}"
        indent = "    "
        for _ in range(column.depth - (column.kind != "class" and column.depth > 0)):
            yield f"{indent}sequence:"
            indent += "  "
        if column.kind == "class":
            yield from class_label(names, indent)
        else:
            key = "sequence" if column.depth else "dtype"
            yield f"{indent}{key}: {_dtype(column, numeric_ids=numeric_ids)}"


def _dtype(column: Column, *, numeric_ids: bool) -> str:
    if column.kind == "id":
        return "int64" if numeric_ids else "string"
    return _DTYPES[column.kind]


def _feature(column: Column, names: Sequence[str], *, numeric_ids: bool) -> dict[str, Any]:
    feature: dict[str, Any] = (
        {"names": list(names), "_type": "ClassLabel"}
        if column.kind == "class"
        else {"dtype": _dtype(column, numeric_ids=numeric_ids), "_type": "Value"}
    )
    for _ in range(column.depth):
        feature = {"feature": feature, "_type": "Sequence"}
    return feature
