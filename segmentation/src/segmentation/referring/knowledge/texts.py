"""The words and glosses of WordNet 3.0 for ImageNet's classes and all above them: a table that ships."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

TABLE_PATH = Path(__file__).with_name("imagenet_texts.tsv")


class SynsetTexts(NamedTuple):
    """What a synset is called, and what it is."""

    lemmas: tuple[str, ...]
    gloss: str
    """Empty: there is none."""
    columns: tuple[int, ...]
    """Of the ImageNet classifier: the classes that it is, that are below it, or that look like it."""


def write_texts(table: Mapping[str, SynsetTexts], path: Path) -> None:
    """Write a line per synset: name, lemmas, gloss, columns, with tabs between and bars within."""
    lines = (
        "\t".join((name, "|".join(texts.lemmas), texts.gloss, "|".join(map(str, texts.columns)))) + "\n"
        for name, texts in table.items()
    )
    path.write_text("".join(lines), encoding="utf-8")


def read_texts(path: Path = TABLE_PATH) -> dict[str, SynsetTexts]:
    """The table that `write_texts` wrote, by synset name; by default the one that ships."""
    table = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, lemmas, gloss, columns = line.split("\t")
        table[name] = SynsetTexts(tuple(lemmas.split("|")), gloss, tuple(map(int, columns.split("|"))))
    return table
