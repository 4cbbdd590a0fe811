"""`import_masks`: masks that people corrected, as a folder of masks again. What `capseg import` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from segmentation.data.legend import IGNORE_NAME, LABEL_MAP, write_legend
from segmentation.data.masks import has_mask, mask_path, place_for_mask, remove_masks, write_index_mask
from segmentation.data.truth.contract import Truth
from segmentation.data.truth.mask_folders import VOC_MASKS
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.mask_classes import mask_classes
from segmentation.exchange.colours import ColouredTruth, unpacked
from segmentation.exchange.run import ExportedMasks, LeftOutMask
from segmentation.runs.folder import IMPORT, RunRecord, installed_versions, open_run
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import file_digest, writing
from shared_schemas import LabelSpace, load_label_space

_OTHERWISE = "coco"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came back from another program."""

    source: Path
    """A folder or a `.zip` as CVAT, Datumaro or VOC have it, a folder of masks, or a COCO file with masks."""
    label_space: str | Path | LabelSpace | None = None
    """Its classes are found by name; None: VOC's for VOC's folders, what a folder of masks says, or COCO's."""
    ignore_name: str = IGNORE_NAME
    """The label that stands for 255."""


def import_masks(
    corrected: Corrected,
    output: Path,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ExportedMasks:
    """Write `<key>.png` into `output` for every mask of `corrected`, as `make_masks` writes them.

    COCO's objects are drawn smaller ones on top; crowd regions belong to their class. A mask that cannot be read
    costs itself. The same call goes on where an earlier one stopped; `overwrite` starts over, and removes what was
    imported there from something else.

    Raises InputError for what is none of these; UsageError where `output` holds something else, or is the source;
    OutputError where it cannot be written.
    """
    place, source = output.resolve(), corrected.source.resolve()
    if place.is_relative_to(source) or source.is_relative_to(place):
        raise UsageError(
            f"{output} and {corrected.source}, which is imported, lie in one another. Choose another folder "
            "for the masks"
        )
    with unpacked(corrected.source) as place:
        truth = _opened(place, corrected)
        record = RunRecord(
            command=IMPORT,
            config={"label_space": truth.label_space.reference, "ignore_name": corrected.ignore_name},
            samples={"source": _fingerprint(corrected.source, place), "masks": len(truth)},
            notes={"source": str(corrected.source.resolve()), "versions": installed_versions()},
        )
        left_out: list[LeftOutMask] = []
        keys = truth.keys()

        def forget(changed: bool) -> None:
            remove_masks(output, keys, others=changed)

        with writing(output), open_run(output, record, overwrite=overwrite, forget=forget) as folder:
            folder.write_label_space(truth.label_space)
            write_legend(output, truth.label_space)
            for number, key in enumerate(keys, 1):
                # Of the same source: the record says so.
                if not has_mask(mask_path(output, key)):
                    _write(truth, key, output, left_out)
                progress(number, len(keys))
    return ExportedMasks(len(keys) - len(left_out), left_out)


def _write(truth: Truth, key: str, output: Path, left_out: list[LeftOutMask]) -> None:
    try:
        mask = truth.mask(key)
    except InputError as error:
        left_out.append(LeftOutMask(key, str(error)))
        return
    write_index_mask(place_for_mask(output, key), mask)


def _opened(place: Path, corrected: Corrected) -> Truth:
    space = corrected.label_space
    root = _with_label_map(place)
    if root is None:
        known = mask_classes(place)
        return open_truth(place, label_space=space, otherwise=known.label_space if known else _OTHERWISE)
    loaded = space if isinstance(space, LabelSpace) else load_label_space(space or _OTHERWISE)
    return ColouredTruth(root, loaded, corrected.ignore_name)


def _with_label_map(place: Path) -> Path | None:
    """The folder of a label map beside masks: `place`, or one in it, as archives often have one folder."""
    candidates: Sequence[Path] = [place, *(sorted(place.iterdir()) if place.is_dir() else ())]
    return next((at for at in candidates if (at / LABEL_MAP).is_file() and (at / VOC_MASKS).is_dir()), None)


def _fingerprint(source: Path, place: Path) -> str:
    """Of a file its content, of a folder that of its masks and of what says which classes they show.

    Not sizes and times: a folder may be copied, and a mask that was drawn anew can be as large as it was.
    """
    if source.is_file():
        return file_digest(source)[:16]
    files = sorted(path for pattern in ("*.png", LABEL_MAP) for path in place.rglob(pattern) if path.is_file())
    listed = "\n".join(f"{path.relative_to(place)} {file_digest(path)}" for path in files)
    return sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:16]
