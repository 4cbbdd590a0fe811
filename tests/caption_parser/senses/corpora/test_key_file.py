from collections.abc import Callable
from pathlib import Path

import pytest

from caption_parser.senses.corpora.read import gold_beside, read_key_file
from shared_runtime.errors import InputError

Write = Callable[[str, str | bytes], Path]


def test_keys_of_an_instance_are_gathered_and_lines_without_key_told(write: Write) -> None:
    found = read_key_file(
        write("gold.txt", "a dog%1:05:00::\nb\n\nc  x%1:00:00::\r\na dog%1:18:01:: dog%1:05:00::\n")
    )
    assert found.keys == {
        "a": frozenset({"dog%1:05:00::", "dog%1:18:01::"}),
        "c": frozenset({"x%1:00:00::"}),
    }
    assert found.without_key == [2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a dog%1:05:00::\n<corpus lang='en'>\n", "gold.txt:2: got \"<corpus lang='en'>\", expected an instance"),
        (b"a\nb\n", "gold.txt holds no sense key. Expected lines such as: d000.s000.t000 dog%1:05:00::"),
        (b"a \xff%\n", "gold.txt:1: byte 0xff"),
    ],
)
def test_what_is_no_key_file_is_refused(write: Write, content: bytes, expected: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_key_file(write("gold.txt", content))
    assert expected in str(refusal.value)


def test_a_key_file_cut_short_between_two_lines(write: Write) -> None:
    path = write("gold.txt.gz", "a dog%1:05:00::\n")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"gold\.txt\.gz:2: the gzip data ends too early"):
        read_key_file(path)


def test_gold_beside(write: Write, tmp_path: Path) -> None:
    assert gold_beside(tmp_path / "a.data.xml") is None
    gold = write("a.gold.key.txt", "")
    assert gold_beside(tmp_path / "a.data.xml") == gold
    assert gold_beside(tmp_path / "a.data.xml.gz") == gold
    assert gold_beside(tmp_path / "a.xml") is None
