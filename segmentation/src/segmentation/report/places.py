"""What a folder of masks was made from, as its `run.json` says: images, labels and the run of the network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segmentation.runs.folder import RunFolder
from shared_runtime.errors import CapparseError
from shared_runtime.files import check_output


@dataclass(frozen=True, slots=True)
class Places:
    """Where things were when the masks were made, or are now; whether they are still there is not said."""

    run: Path | None = None
    images: tuple[Path, ...] = ()
    """Folders."""
    labels: Path | None = None


_PAGE_SUFFIXES = (".html", ".htm")


def check_page(
    page: Path, files: Mapping[str, Path], folders: Mapping[str, Path], *, overwrite: bool, option: str = "-o"
) -> None:
    """Raises UsageError for a page in the place of an input: one of `files`, or a file inside one of `folders`.

    Both are named as for `check_output`. A page may lie beside what it shows, and be written anew there.
    """
    read = dict(files)
    if page.exists() and page.suffix.lower() not in _PAGE_SUFFIXES:
        place = page.resolve()
        read |= {f"a file of {role}": page for role, path in folders.items() if path.resolve() in place.parents}
    check_output(page, read, overwrite=overwrite, option=option)


def noted_places(masks: Path) -> Places:
    """Of masks of other programs, nothing."""
    try:
        notes = RunFolder(masks).read_record().notes
    except (CapparseError, OSError):
        return Places()

    def place(noted: object) -> Path:
        # Earlier versions noted paths as they were given. Where that was is unknown, but the masks lie near it.
        path = Path(str(noted))
        tried = (path, *(parent / path for parent in masks.resolve().parents))
        return next((one for one in tried if one.exists()), path)

    images = tuple(place(noted) for noted in notes.get("images") or ())
    run, labels = notes.get("run"), notes.get("labels")
    return Places(
        place(run) if run else None,
        tuple(dict.fromkeys(path.parent if path.is_file() else path for path in images)),
        place(labels) if labels else None,
    )
