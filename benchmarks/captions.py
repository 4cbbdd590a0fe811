"""The captions of the mixed dump, read in the barest way: what the rivals of `capparse label` start from."""

import gzip
from collections.abc import Iterator
from itertools import islice

DUMP = "captions/mixed-121k.tsv.gz"


def read_dump(path: str, limit: int | None) -> Iterator[str]:
    """The second column of a gzipped TSV file with a header line."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in islice(lines, limit):
            yield line.rstrip("\n").partition("\t")[2]
