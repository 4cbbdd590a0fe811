"""WordNet 3.0 around the classes of ImageNet: a table of nouns that comes with the package."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

TABLE_PATH = Path(__file__).with_name("imagenet.tsv")


class SynsetRow(NamedTuple):
    """A WordNet 3.0 noun synset on the way to ImageNet's classes."""

    column: int | None
    """Column of the ImageNet classifier, if the synset is one of its classes."""
    hypernyms: tuple[str, ...]
    """Those that have ImageNet classes below them."""
    parts: tuple[str, ...]
    """ImageNet classes that are a part of the synset, or that it is a part of."""


WordnetTable = Mapping[str, SynsetRow]
"""Rows by synset name."""


def write_table(table: WordnetTable, path: Path) -> None:
    """Write a line per synset: name, column, hypernyms, parts, with tabs between and spaces within."""
    lines = (
        "\t".join(
            (name, "" if row.column is None else str(row.column), " ".join(row.hypernyms), " ".join(row.parts))
        )
        for name, row in table.items()
    )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_table(path: Path = TABLE_PATH) -> WordnetTable:
    """The table that `write_table` wrote; by default the one that ships."""
    table = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, column, hypernyms, parts = line.split("\t")
        table[name] = SynsetRow(int(column) if column else None, tuple(hypernyms.split()), tuple(parts.split()))
    return table
