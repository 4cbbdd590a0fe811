"""Digests, locks, and outputs that are none of the inputs."""

import errno
import hashlib
import os
import sys
from pathlib import Path

import pytest

from shared_runtime.errors import InputError, OutputError, UsageError
from shared_runtime.files import check_output, file_digest, lock, reading, short_digest, writing


def test_digests_are_those_of_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    assert file_digest(path) == hashlib.sha256(b"x" * 100_000).hexdigest()
    assert short_digest(b"x", size=4) == hashlib.blake2b(b"x", digest_size=4).hexdigest()
    with pytest.raises(InputError, match="absent: cannot be read: No such file"):
        file_digest(tmp_path / "absent")


def test_what_cannot_be_read_is_told_with_or_without_words_of_the_system() -> None:
    for error, said in ((OSError("odd"), "odd"), (OSError(errno.EACCES, "denied", "x"), "denied")):
        with pytest.raises(InputError, match=f"a.jsonl: cannot be read: {said}$"), reading("a.jsonl"):
            raise error
    with pytest.raises(InputError, match=r"a.jsonl: cannot be read: no text$"), reading("a.jsonl", ValueError):
        raise ValueError("no text")


def test_what_cannot_be_written_is_told_by_its_own_name_or_by_that_of_the_file_inside() -> None:
    full = OSError(errno.ENOSPC, "no room", "folder/b")
    for inside, named in ((False, "folder"), (True, "folder/b")):
        with (
            pytest.raises(OutputError, match=f"^{named}: cannot be written: no room$"),
            writing("folder", inside=inside),
        ):
            raise full
    with (
        pytest.raises(OutputError, match=r"^folder: cannot be written: torn$"),
        writing("folder", RuntimeError, inside=True),
    ):
        raise RuntimeError("torn")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks on Windows")
def test_a_locked_file_is_in_use_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("w") as file:
        lock(file, "in use")
        # A lock does not hold against the process that has it.
        if (child := os.fork()) == 0:
            try:
                lock(path.open("a"), "in use")
            except OutputError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with path.open("a") as other:
        lock(other, "in use")


def test_an_output_that_would_destroy_something_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "captions.txt"
    source.write_text("a dog\n")
    link = tmp_path / "link.txt"
    link.hardlink_to(source)
    for output in (source, link, tmp_path / "x" / ".." / "captions.txt"):
        with pytest.raises(UsageError, match=r"is the input; writing it would destroy it|does not exist"):
            check_output(output, {"the input": source})
    with pytest.raises(UsageError, match=rf"is a directory, expected a file: -o {tmp_path}/NAME"):
        check_output(tmp_path, {})
    with pytest.raises(UsageError, match=rf"the folder {tmp_path}/no does not exist. Try: mkdir -p {tmp_path}/no"):
        check_output(tmp_path / "no" / "labels.jsonl", {})
    check_output(tmp_path / "labels.jsonl", {"the input": source})
    with pytest.raises(UsageError, match=r"captions\.txt exists already.*--overwrite"):
        check_output(source, {}, overwrite=False)


@pytest.mark.parametrize("given", ["s3://bucket/x.jsonl", "s3:/bucket/x.jsonl", "HTTPS://a/x.jsonl"])
def test_a_url_is_no_folder_to_be_made(given: str) -> None:
    with pytest.raises(UsageError, match=r"-o (s3|HTTPS)://(bucket|a)/x.jsonl: got a URL, expected a file here"):
        check_output(Path(given), {})
