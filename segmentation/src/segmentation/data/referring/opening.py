"""Expressions by the path of their file alone: which layout it has shows in its first entry."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from segmentation.data.referring.annotated import OBJECTS, TEXTS, read_annotated
from segmentation.data.referring.annotated_objects import Regions
from segmentation.data.referring.classes import read_class_expressions
from segmentation.data.referring.expressions import ExpressionSet
from segmentation.data.referring.phrasecut import read_phrasecut
from segmentation.data.referring.refcoco import REFS, read_refcoco
from segmentation.data.truth.opening import data_set_of
from shared_runtime.coco import stream_rows
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import reading
from shared_runtime.wording import numbered
from shared_schemas.errors import shown

_PICKLES = (".p", ".pkl", ".pickle")


def open_expressions(
    path: Path,
    *,
    instances: Sequence[Path] = (),
    labels: Path | None = None,
    regions: Regions = "masks",
    split: str | None = None,
) -> ExpressionSet:
    """The expressions of a file, or of RefCOCO's folder.

    Layouts: RefCOCO's pickled references, PhraseCut's tasks, lists that point to objects of `instances`, and a
    COCO instances file itself, whose categories then are the expressions (with the attributes that `labels` give
    them). `split`: only this part.

    Raises `InputError` where there is none of these, or where not one expression is left; UsageError for options
    that a layout lacks or needs.
    """
    path = _refs_of(path) if path.is_dir() else path
    if path.suffix.lower() in _PICKLES:
        found = read_refcoco(path, instances=instances, regions=regions, split=split)
    elif _begins_with_object(path):
        if split is not None:
            raise UsageError(f"{path} is a COCO file, which has no split {split!r}. Leave --split out")
        found = read_class_expressions((path, *instances), labels=labels, regions=regions)
    else:
        found = _read_rows(path, instances, regions, split)
    found.regions, found.split = regions, split
    if not found.expressions:
        raise InputError(f"{path}: got no expression to use{_why_none(found, split)}")
    return found


def _read_rows(path: Path, instances: Sequence[Path], regions: Regions, split: str | None) -> ExpressionSet:
    """Of a JSON list."""
    first = next((row for _, row in islice(stream_rows(path), 1)), None)
    keys = first.keys() if isinstance(first, dict) else ()
    if "phrase" in keys and ("Polygons" in keys or "task_id" in keys):
        return read_phrasecut(path, regions=regions, split=split)
    if any(name in keys for name in TEXTS) and "image_id" in keys:
        return read_annotated(path, instances=instances, regions=regions, split=split)
    raise InputError(
        f"{path}: got entries such as {shown(first)}, expected expressions: image_id with a text "
        f"({', '.join(TEXTS)}) and an object ({', '.join(OBJECTS)}), or PhraseCut's tasks"
    )


def _refs_of(folder: Path) -> Path:
    """The references of a folder of RefCOCO's."""
    found = sorted(folder.glob(REFS))
    if len(found) == 1:
        return found[0]
    if not found and data_set_of(folder) is not None:
        raise InputError(
            f"{folder}: got masks of classes, expected a file of expressions. To score classes by their names, "
            "give --zero-shot"
        )
    got = ", ".join(path.name for path in found) if found else f"no file {REFS}"
    raise InputError(
        f"{folder}: got {got}, expected one file of references. Name it: --truth '{folder}/refs(unc).p'"
    )


def _begins_with_object(path: Path) -> bool:
    with reading(path), path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _why_none(found: ExpressionSet, split: str | None) -> str:
    if found.rejected:
        return (
            f"; {numbered(len(found.rejected), 'entry is', 'entries are')} damaged, the first: {found.rejected[0]}"
        )
    if found.without_region:
        unseen = numbered(found.without_region, "entry refers", "entries refer")
        return f": {unseen} to nothing that has a mask. Do --instances have masks?"
    return f" in the split {split!r}" if split is not None else ""
