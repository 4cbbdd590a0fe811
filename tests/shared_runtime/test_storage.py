"""Folders, here and elsewhere."""

from pathlib import Path

import pytest

from shared_runtime.storage import Folder


@pytest.mark.parametrize(
    ("place", "shown", "file"),
    [
        ("/", "/", "/x"),
        ("/a/", "/a", "/a/x"),
        ("a//", "a", "a/x"),
        (".", ".", "x"),
        (Path("/a/b"), "/a/b", "/a/b/x"),
        ("memory://", "memory://", "memory://x"),
        ("s3://bucket/", "s3://bucket", "s3://bucket/x"),
    ],
)
def test_the_root_of_a_disk_or_store_is_a_folder_too(place: str | Path, shown: str, file: str) -> None:
    folder = Folder(place)
    assert (str(folder), folder.of("x")) == (shown, file)
