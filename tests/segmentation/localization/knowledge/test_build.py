"""The table's builder against WordNet itself, and its file format."""

from pathlib import Path
from typing import Any

import pytest

from segmentation.data.imagenet_table import SynsetRow, read_table, write_table
from segmentation.localization.knowledge.build import build_table


def test_a_table_reads_back_as_it_was_written(tmp_path: Path) -> None:
    table = {
        "cat.n.01": SynsetRow(3, ("animal.n.01", "pet.n.01"), ()),
        "tail.n.01": SynsetRow(None, (), ("cat.n.01",)),
    }
    write_table(table, tmp_path / "table.tsv")
    assert read_table(tmp_path / "table.tsv") == table


@pytest.mark.real_data
def test_the_shipped_table_is_what_the_builder_makes(nltk_reader: Any) -> None:
    shipped = read_table()
    columns = {row.column: name for name, row in shipped.items() if row.column is not None}
    ids = [f"n{nltk_reader.synset(columns[column]).offset():08d}" for column in range(len(columns))]
    assert (ids[0], ids[281], ids[999]) == ("n01440764", "n02123045", "n15075141")
    assert build_table(ids, nltk_reader) == shipped


@pytest.mark.real_data
def test_hypernyms_lead_to_all_ancestors_that_wordnet_has(nltk_reader: Any) -> None:
    shipped = read_table()
    for name in ("tabby.n.01", "school_bus.n.01", "granny_smith.n.01"):
        seen: set[str] = set()
        todo = [name]
        while todo:
            todo = [hypernym for synset in todo for hypernym in shipped[synset].hypernyms if hypernym not in seen]
            seen.update(todo)
        assert seen == {s.name() for s in nltk_reader.synset(name).closure(lambda s: s.hypernyms())}
