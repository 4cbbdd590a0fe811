"""Tables: Parquet, flat by class, image or mention; and CSV of images × classes."""

import csv
import io
from itertools import islice
from typing import BinaryIO

from caption_parser.captions import file_name_of
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource
from caption_parser.frames.columns import COLUMNS, class_names, rows_of
from caption_parser.frames.tables import BATCH_ROWS, arrow_batch
from caption_parser.frames.types import arrow_schema
from shared_schemas.denials import denied_classes

_DENIED = -1


def write_parquet(source: LabelSource, output: BinaryIO, options: ExportOptions) -> None:
    """The columns of `frames`, a row group at a time; the file tells `datasets` the names of the classes."""
    from pyarrow import parquet

    space = source.label_space
    schema = arrow_schema(COLUMNS[options.rows], class_names(space), numeric_ids=source.numeric_ids)
    rows = (row for record in source for row in rows_of(record, options.rows, space))
    with parquet.ParquetWriter(output, schema, compression="zstd") as writer:
        while part := list(islice(rows, BATCH_ROWS)):
            writer.write_batch(arrow_batch(part, schema))


def write_csv(source: LabelSource, output: BinaryIO, _options: ExportOptions) -> None:
    """A row per image, a column per class: how many captions assert it, 0 for none, -1 where they deny it."""
    classes = source.label_space.classes
    text = io.TextIOWrapper(output, "utf-8", errors="backslashreplace", newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image_id", "file_name", *(label.name for label in classes)])
    for record in source:
        votes = dict.fromkeys(denied_classes(record), _DENIED)
        votes |= {label.id: label.votes for label in (*record.foreground, *record.background)}
        row = [votes.get(label.id, 0) for label in classes]
        table.writerow([record.image_id, file_name_of(record), *row])
    text.flush()
    text.detach()
