from pathlib import Path

import pytest

from segmentation.data.folders import ImageFolders, UnsafeNameError
from shared_runtime.errors import InputError


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "first", tmp_path / "second"
    for name in (
        "first/sub/a.jpg",
        "first/000000000139.jpg",
        "second/a.jpg",
        "second/kitchen.PNG",
        "second/42.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (second / "notes.txt").write_text("")
    return first, second


@pytest.mark.parametrize(
    ("file_name", "image_id", "found"),
    [
        ("a.jpg", 7, "second/a.jpg"),
        ("sub/a.jpg", 7, "first/sub/a.jpg"),
        ("renamed.jpg", 139, "first/000000000139.jpg"),
        (None, 139, "first/000000000139.jpg"),
        (None, "139", "first/000000000139.jpg"),
        (None, "000000000139", "first/000000000139.jpg"),
        (None, 42, "second/42.jpg"),
        (None, "kitchen", "second/kitchen.PNG"),
        (None, "sub/a.jpg", "first/sub/a.jpg"),
        ("gone.jpg", 1, None),
        (None, "notes", None),
        (None, "notes.jpg", None),
        (None, "²", None),
        ("a" * 300 + ".jpg", 1, None),
        ("\ud800.jpg", 1, None),
    ],
)
def test_by_file_name_or_else_by_id(
    tmp_path: Path, folders: tuple[Path, Path], file_name: str | None, image_id: int | str, found: str | None
) -> None:
    path = ImageFolders(folders).find(file_name, image_id)

    assert path == (found and tmp_path / found)


def test_the_first_folder_wins(folders: tuple[Path, Path]) -> None:
    first, second = folders
    (first / "a.jpg").write_bytes(b"")

    assert ImageFolders([first, second]).find("a.jpg", 1) == first / "a.jpg"
    assert ImageFolders([second, first]).find("a.jpg", 1) == second / "a.jpg"


@pytest.mark.parametrize("suffix", ["avif", "jp2", "jfif", "JPEG", "tga"])
def test_what_pillow_reads_is_found_by_its_id(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"7.{suffix}").write_bytes(b"")
    for name in (".DS_Store", "Thumbs.db", "._8.jpg"):
        (tmp_path / name).write_bytes(b"")

    assert ImageFolders([tmp_path]).find(None, 7) == tmp_path / f"7.{suffix}"
    assert ImageFolders([tmp_path]).find(None, "._8") is None


def test_names_in_another_case_or_unicode_form_are_found_where_that_is_clear(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("sub/Cafe\u0301.JPG", "b.jpg", "B.JPG", "B.jpg"):
        (tmp_path / name).write_bytes(b"")
    folders = ImageFolders([tmp_path])

    assert folders.find("sub/caf\u00e9.jpg", 1) == tmp_path / "sub/Cafe\u0301.JPG"
    assert folders.find("b.jpg", 1) == tmp_path / "b.jpg"
    assert folders.find("b.JPG", 1) is None
    assert folders.hint("b.JPG").startswith(f" (there is {tmp_path / 'B.JPG'} and ")
    assert folders.hint("c.jpg") == ""


def test_the_key_of_an_image_mirrors_its_folder(folders: tuple[Path, Path]) -> None:
    first, second = folders
    found = ImageFolders([first, second])
    assert found.key(first / "sub" / "a.jpg") == "sub/a"
    assert found.key(second / "kitchen.PNG") == "kitchen"
    assert found.find(None, "sub/a") == first / "sub" / "a.jpg"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "sub/../../secret.jpg",
        "/etc/passwd",
        "..\\secret.jpg",
        "C:\\secret.jpg",
        "\\\\host\\a",
        "a\0b",
    ],
)
def test_names_that_lead_out_are_refused(tmp_path: Path, folders: tuple[Path, Path], name: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"")

    with pytest.raises(UnsafeNameError, match="expected a name inside the image folder"):
        ImageFolders(folders).find(name, 1)
    with pytest.raises(UnsafeNameError):
        ImageFolders(folders).find(None, name)
    assert ImageFolders(folders).look_up(name, 1) == f"got {name!r}, expected a name inside the image folder"


@pytest.mark.parametrize(("kind", "got"), [("missing", "nothing there"), ("file", "a file")])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, kind: str, got: str) -> None:
    path = tmp_path / "images"
    if kind == "file":
        path.write_text("")

    with pytest.raises(InputError, match=f"images: got {got}, expected a folder"):
        ImageFolders([path])
