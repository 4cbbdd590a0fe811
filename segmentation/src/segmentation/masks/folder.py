"""A folder of masks while these are made: whose they are, what became none, and all of them in one file."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from segmentation.data.legend import write_legend
from segmentation.data.masks import IndexMask, mask_path, read_index_mask, write_coco_results
from segmentation.data.targets import ImageTargets, SkippedImage, Vocabulary
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import forget_masks
from segmentation.runs.folder import RunRecord, open_run
from shared_runtime.errors import InputError
from shared_runtime.files import writing
from shared_schemas import LabelSpace
from shared_schemas.files import replace_file, replacing


@contextmanager
def mask_folder(
    output: Path,
    record: RunRecord,
    label_space: LabelSpace,
    images: Sequence[ImageTargets],
    *,
    overwrite: bool = False,
    forget: Callable[[bool], None] = lambda _: None,
    undecided: Collection[str] = (),
) -> Iterator[None]:
    """What is done within makes masks of `images` in the classes of `label_space`, as `record` says.

    `overwrite` removes those that are there (`forget_masks`), after what `forget` removes. Raises what `open_run`
    raises, which takes the rest.
    """

    def forget_all(changed: bool) -> None:
        forget(changed)
        forget_masks(output, [image.key for image in images], changed=changed)

    with open_run(output, record, overwrite=overwrite, forget=forget_all, undecided=undecided) as folder:
        # Masks say their classes also when the run is gone.
        folder.write_label_space(label_space)
        write_legend(output, label_space)
        yield


def rejected_before(path: Path, *, replaced: bool = False) -> list[dict[str, Any]]:
    """What `write_rejected` wrote of images, not of lines of a label file.

    Raises InputError for a file that it did not write; of one that is to be `replaced`, nothing is known.
    """
    try:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
        return [row for row in rows if isinstance(row.get("file_name"), str)]
    except (OSError, ValueError, AttributeError) as error:
        if replaced:
            return []
        raise InputError(f"{path}: not a list of rejected images ({error}). Remove it or move it away") from error


def write_rejected(
    path: Path, skipped: Sequence[SkippedImage], counts: MaskCounts, others: Sequence[dict[str, Any]] = ()
) -> None:
    """Lines of the label file and images that gave no mask, as JSON Lines; no file where there is none.

    `others`: lines of earlier calls that stay. Raises OutputError.
    """
    lines = [*others]
    lines += [{"line": image.line, "image_id": image.image_id, "reason": image.message} for image in skipped]
    lines += [asdict(image) for image in counts.rejected]
    with writing(path):
        if lines:
            replace_file(path, "".join(f"{json.dumps(line)}\n" for line in lines).encode())
        else:
            path.unlink(missing_ok=True)


def write_rle(
    path: Path, folder: Path, images: Sequence[ImageTargets], vocabulary: Vocabulary, *, lines: bool = False
) -> None:
    """All masks of `images` that are in `folder` as a file of COCO results, whole or not at all; `lines`: as JSON
    Lines. Raises OutputError."""
    with writing(path), replacing(path) as unfinished:
        masks = _masks_there(folder, images, vocabulary)
        write_coco_results(unfinished, masks, vocabulary.label_space, lines=lines)


def _masks_there(
    folder: Path, targets: Sequence[ImageTargets], vocabulary: Vocabulary
) -> Iterator[tuple[int | str, IndexMask]]:
    """The masks that are there, each once, with the ids of their images."""
    seen: set[Path] = set()
    for image in targets:
        path = mask_path(folder, image.key)
        if path not in seen and path.is_file():
            seen.add(path)
            yield image.image_id, read_index_mask(path, vocabulary.n_foreground + 1)
