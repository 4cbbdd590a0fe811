"""What a folder of predictions says of images of earlier calls, and what of it stays when further ones come."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from segmentation.data.folders import ImageFolders
from segmentation.runs.differences import differences
from segmentation.runs.folder import RunFolder, RunRecord

RowT = TypeVar("RowT", bound=Mapping[str, Any])


def noting_images(record: RunRecord, output: Path, given: Sequence[Path]) -> tuple[RunRecord, list[Path]]:
    """`record` with a note of the images that are `given` and of those of earlier calls; these earlier ones."""
    earlier = _earlier_images(output, record, given)
    images = [str(path) for path in (*earlier, *(path.resolve() for path in given))]
    return record.model_copy(update={"notes": record.notes | {"images": images}}), earlier


def _earlier_images(output: Path, now: RunRecord, given: Sequence[Path]) -> list[Path]:
    """Files and folders of images that calls with the options of `now` were given, as `run.json` notes them.

    Without those that are `given` now, and files that lie in one of these folders: their masks have the same
    names.
    """
    run = RunFolder(output)
    before = run.read_record() if run.has_record else None
    if before is None or differences(before, now):
        return []
    again = {path.resolve() for path in given}
    noted = map(Path, before.notes.get("images") or ())
    return [path for path in noted if path not in again and (path.is_dir() or path.parent not in again)]


def still_there(rows: Iterable[RowT], images: Sequence[Path]) -> list[RowT]:
    """The rows of lists of rejected images whose `file_name` is that of a file among `images`, or in one of these
    folders."""
    names = {path.name for path in images if path.is_file()}
    folders = ImageFolders([path for path in images if path.is_dir()])

    def is_there(row: RowT) -> bool:
        name = row["file_name"]
        return name in names or isinstance(folders.look_up(name, row.get("image_id", name)), Path)

    return [*filter(is_there, rows)]
