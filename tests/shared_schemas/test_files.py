"""Files are whole or absent, whatever happens while they are written."""

import errno
import os
import re
import sys
from pathlib import Path

import pytest

from shared_schemas.compression import open_output
from shared_schemas.files import UNFINISHED, replace_file, replacing


def test_a_file_gets_its_new_content_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    with replacing(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_of_one_process_share_no_unfinished_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with replacing(path) as one, replacing(path) as other:
        assert one != other
        for unfinished in (one, other):
            assert re.fullmatch(rf"\.state\.json{UNFINISHED}", unfinished.name)
            unfinished.write_text(unfinished.name)
    assert path.read_text() == one.name
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no"), OSError(errno.ENOSPC, "disk full")])
def test_a_failure_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as unfinished:
            unfinished.write_text("ne")
            raise error

    with pytest.raises(type(error)):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_before_anything_was_written_is_raised_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), replacing(tmp_path / "a"):
        raise ValueError("no")


def test_errors_name_the_file_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "a.json"
    with pytest.raises(FileNotFoundError) as failure:
        replace_file(path, b"x")
    assert failure.value.filename == str(path)
    # A write that fails does not say where; what fails within for another reason is not blamed on the file.
    for number, name in ((errno.ENOSPC, str(tmp_path / "a")), (errno.EIO, None)):
        with pytest.raises(OSError) as full, replacing(tmp_path / "a"):  # noqa: PT011  told apart by its number
            raise OSError(number, os.strerror(number))
        assert full.value.filename == name


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals of this kind on Windows")
def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    reader, device = os.openpty()
    link = tmp_path / "link"
    link.symlink_to(os.ttyname(device))
    with open_output(link) as stream:
        stream.write(b"new")
    replace_file(link, b"er")
    shown = b""
    while len(shown) < 5:
        # A terminal hands on what is written when it gets to it.
        shown += os.read(reader, 5 - len(shown))
    assert shown == b"newer"
    assert link.is_char_device()
    os.close(reader)
    os.close(device)


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "a")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"new"


def test_the_content_is_on_disk_before_it_gets_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.exists()))
    replace_file(path, b"x")
    assert synced == [False]


@pytest.mark.skipif(sys.platform == "win32", reason="no permissions of this kind")
def test_a_writer_that_makes_private_files_leaves_one_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / "common").write_text("as the user's mask says")
    with replacing(tmp_path / "weights") as unfinished:
        unfinished.unlink()
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
    assert (tmp_path / "weights").stat().st_mode == (tmp_path / "common").stat().st_mode
