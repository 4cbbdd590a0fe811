"""A run over a file with the real parser: the same records as the one-line API, in any number of processes."""

from itertools import product
from pathlib import Path

import pytest

from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from shared_schemas.jsonl import read_labels
from tests.parsers import parser_of

SUBJECTS = ("A black cat", "Two dogs", "A man in a red shirt", "Several people", "A wooden table")
VERBS = ("next to", "on", "under", "in front of")
PLACES = ("a sofa", "the grass", "a street with cars", "a plate of hot dogs", "an old brick wall")


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    """1,600 captions of 100 images, those of an image apart: enough for several batches."""
    sentences = [" ".join(words) + "." for words in product(SUBJECTS, VERBS, PLACES)]
    lines = [f"{number % 100}\t{sentences[number * 7 % 100]}" for number in range(1600)]
    path = tmp_path / "captions.tsv"
    path.write_text("image_id\tcaption\n" + "\n".join(lines) + "\n")
    return path


def test_a_run_gives_the_records_of_the_one_line_api(captions: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / f"{processes}.jsonl" for processes in (1, 2)]
    for processes, output in enumerate(outputs, 1):
        summary = label_file(captions, output, run=RunOptions(processes=processes))
        assert (summary.images, summary.captions) == (100, 1600)
        assert summary.timing.processes == processes
    assert outputs[0].read_bytes() == outputs[1].read_bytes()

    pairs = [line.split("\t") for line in captions.read_text().splitlines()[1:]]
    expected = parser_of().label([(image_id, caption) for image_id, caption in pairs])
    for record, alone in zip(read_labels(outputs[0]), expected, strict=True):
        assert record.source is not None
        assert record.source.path == str(captions)
        assert record.model_copy(update={"source": None}) == alone
