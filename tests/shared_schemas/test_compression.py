"""Compressed label files: damaged input, multi-part input, output that is whole or absent."""

import gzip
import sys
from collections.abc import Callable, Iterator
from hashlib import sha512
from pathlib import Path

import pytest
import zstandard

from shared_schemas import (
    ImageLabels,
    MissingExtraError,
    RecordError,
    dump,
    iter_labels,
    read_labels,
    write_labels,
)
from shared_schemas.compression import open_output

PACK = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


def noisy(record: ImageLabels, number: int) -> ImageLabels:
    """A record that compresses badly, so that cuts fall between lines too."""
    return record.model_copy(update={"image_id": sha512(b"%d" % number).hexdigest()})


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
def test_cut_off_files_end_in_an_error(tmp_path: Path, record: ImageLabels, suffix: str, kept: float) -> None:
    path = tmp_path / f"labels.jsonl{suffix}"
    whole = PACK[suffix](b"".join(dump(noisy(record, number)) for number in range(2000)))
    path.write_bytes(whole[: int(len(whole) * kept)])
    *records, error = iter_labels(path)
    assert all(isinstance(found, ImageLabels) for found in records)
    assert isinstance(error, RecordError)
    assert (error.code, error.line) == ("corrupt-stream", len(records) + 1)
    assert error.got == "a compressed stream that ends too early"


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("where", [0, 3, 200])
def test_damaged_files_end_in_an_error(tmp_path: Path, record: ImageLabels, suffix: str, where: int) -> None:
    path = tmp_path / f"labels.jsonl{suffix}"
    write_labels(path, (noisy(record, number) for number in range(50)))
    whole = bytearray(path.read_bytes())
    whole[where : where + 40] = b"\xaa" * 40
    path.write_bytes(whole)
    *_, error = iter_labels(path)
    assert isinstance(error, RecordError)
    assert error.code in ("corrupt-stream", "invalid-json")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_concatenated_files_are_one_file(tmp_path: Path, record: ImageLabels, suffix: str) -> None:
    path = tmp_path / f"labels.jsonl{suffix}"
    path.write_bytes(PACK[suffix](dump(record)) + PACK[suffix](b"") + PACK[suffix](2 * dump(record)))
    assert list(read_labels(path)) == 3 * [record]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_failed_output_leaves_the_old_file(tmp_path: Path, record: ImageLabels, suffix: str) -> None:
    path = tmp_path / f"labels.jsonl{suffix}"
    write_labels(path, [record])

    def interrupted() -> Iterator[ImageLabels]:
        yield record
        assert {path} < set(tmp_path.iterdir())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_labels(path, interrupted())
    assert list(read_labels(path)) == [record]
    assert list(tmp_path.iterdir()) == [path]


def test_devices_are_written_to_directly(record: ImageLabels) -> None:
    before = set(Path("/dev").iterdir())
    assert write_labels(Path("/dev/null"), [record]) == 1
    assert set(Path("/dev").iterdir()) == before


def test_folder_as_output_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), open_output(tmp_path):
        pass


@pytest.mark.parametrize("use", [lambda path: write_labels(path, []), lambda path: list(read_labels(path))])
def test_missing_zstandard_is_told_with_the_pip_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], object]
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "labels.jsonl.zst"
    path.write_bytes(b"")
    with pytest.raises(MissingExtraError, match=r"pip install 'capparse-schemas\[zst\]'"):
        use(path)
