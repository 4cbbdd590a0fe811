from pathlib import Path

import pytest

from caption_parser.labels.baselines import read_synonyms
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace


def _read(tmp_path: Path, text: str | bytes, label_space: LabelSpace) -> dict[str, tuple[str, ...]]:
    path = tmp_path / "words.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_synonyms(path, label_space).words


@pytest.mark.parametrize("line", ["dog, puppy, guide dog", "dog\tpuppy,guide dog", "DOG ,  Puppy,,guide   dog, "])
def test_both_separators(tmp_path: Path, pets: LabelSpace, line: str) -> None:
    assert _read(tmp_path, line, pets) == {"dog": ("dog", "puppy", "guide dog")}


def test_blank_lines_comments_repetitions_and_windows_endings(tmp_path: Path, pets: LabelSpace) -> None:
    text = "\ufeff# pets\r\n\r\ndog, pup, dog, pup\r\nbear\r\ndog, hound\r\n"
    assert _read(tmp_path, text, pets) == {"dog": ("dog", "pup", "hound"), "bear": ("bear",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dog, pup\nteddybear, plush", r"words\.txt:2: got 'teddybear'.*Did you mean 'teddy bear'\?"),
        ("grass, lawn", r"words\.txt:1: got 'grass'.*foreground class of label space 'pets'"),
        (", pup", r"words\.txt:1: got ''"),
    ],
)
def test_unknown_class(tmp_path: Path, pets: LabelSpace, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        _read(tmp_path, text, pets)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "lists no class"), ("\n# dog\n", "lists no class"), (b"dog, caf\xe9", "byte 0xe9 at offset 8.*UTF-8")],
)
def test_unusable_file(tmp_path: Path, pets: LabelSpace, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _read(tmp_path, text, pets)


def test_missing_file_and_folder(tmp_path: Path, pets: LabelSpace) -> None:
    with pytest.raises(InputError, match=r"absent\.txt: cannot be read"):
        read_synonyms(tmp_path / "absent.txt", pets)
    with pytest.raises(InputError, match="cannot be read"):
        read_synonyms(tmp_path, pets)
