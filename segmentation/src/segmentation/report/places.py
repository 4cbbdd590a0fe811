"""What a folder of masks was made from, as its `run.json` says: images, labels and the run of the network."""

from dataclasses import dataclass
from pathlib import Path

from segmentation.runs.folder import RunFolder
from shared_runtime.errors import CapparseError


@dataclass(frozen=True, slots=True)
class Places:
    """Where things were when the masks were made, or are now; whether they are still there is not said."""

    run: Path | None = None
    images: tuple[Path, ...] = ()
    """Folders."""
    labels: Path | None = None


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
