"""Digests and locks."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from shared_runtime.errors import InputError, OutputError
from shared_runtime.files import file_digest, lock, short_digest


def test_digests_are_those_of_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    assert file_digest(path) == hashlib.sha256(b"x" * 100_000).hexdigest()
    assert short_digest(b"x", size=4) == hashlib.blake2b(b"x", digest_size=4).hexdigest()
    with pytest.raises(InputError, match="absent: cannot be read: No such file"):
        file_digest(tmp_path / "absent")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks on Windows")
def test_a_locked_file_is_in_use_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("w") as file:
        lock(file, "in use")
        with path.open("a") as other, pytest.raises(OutputError, match="in use"):
            lock(other, "in use")
        if (child := os.fork()) == 0:
            try:
                lock(path.open("a"), "in use")
            except OutputError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with path.open("a") as other:
        lock(other, "in use")
