"""RefCOCO, RefCOCO+, RefCOCOg as their authors give them: `refs(SPLITS).p` and `instances.json` in one folder.

UNC's and UMD's splits and Google's are files of their own; each reference says its part (train, val, testA, …).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from segmentation.data.referring.annotated_objects import AnnotatedObjects, Regions, common_category, union
from segmentation.data.referring.expressions import Expression, ExpressionSet, cleaned_text
from segmentation.data.referring.plain_pickle import load_plain
from shared_runtime.errors import InputError
from shared_schemas.errors import shown

REFS = "refs(*).p"
"""Names of the files of references."""
INSTANCES = "instances.json"


def read_refcoco(
    path: Path, *, instances: Sequence[Path] = (), regions: Regions = "masks", split: str | None = None
) -> ExpressionSet:
    """The expressions of a file of references, one for each sentence.

    `instances`: COCO files with the objects, by default `instances.json` beside it. `split`: only this part; the
    same reader takes gRefCOCO's, whose references have several objects or none. Raises `InputError` for files
    that are none of these.
    """
    found = ExpressionSet(path)
    rows = load_plain(path)
    if not isinstance(rows, list):
        raise InputError(f"{path}: got {type(rows).__name__}, expected a list of references")
    chosen = [
        (f"{path}: [{number}]", row)
        for number, row in enumerate(rows)
        if split is None or not isinstance(row, dict) or row.get("split") == split
    ]
    wanted = [key for _, row in chosen for key in _object_ids(row)]
    objects = AnnotatedObjects(instances or (path.with_name(INSTANCES),), regions, wanted)
    for place, row in chosen:
        try:
            _add_reference(found, objects, row, place)
        except ValueError as error:
            found.reject(place, error)
    return found


def _add_reference(found: ExpressionSet, objects: AnnotatedObjects, row: Any, place: str) -> None:
    """One reference with all its sentences. Raises `ValueError` for a damaged one."""
    if not isinstance(row, dict) or not isinstance(row.get("sentences"), list | tuple):
        message = f"got {shown(row)}, expected a reference with 'image_id', 'ann_id' and 'sentences'"
        raise ValueError(message)  # noqa: TRY004  a value of a file
    image = objects.image(row.get("image_id"))
    ids = [*_object_ids(row)]
    lost = [key for key in ids if key not in objects.by_id]
    if lost:
        raise ValueError(f"ann_id: got {lost[0]!r}, expected an object that the instances file has")
    referents = [objects.by_id[key] for key in ids]
    region = union(referents, image.id) if referents else None
    for number, sentence in enumerate(row["sentences"]):
        if region is None:
            found.without_region += 1
            continue
        try:
            text = cleaned_text(sentence.get("sent") if isinstance(sentence, dict) else sentence)
        except ValueError as error:
            found.reject(f"{place}: sentences[{number}]", error)
            continue
        found.expressions.append(
            Expression(
                image_id=image.id,
                file_name=image.file_name,
                text=text,
                region=region,
                split=str(row.get("split", "")),
                kind=found.path.parent.name,
                group=common_category(referents),
            )
        )


def _object_ids(row: Any) -> Iterator[Any]:
    """The ids of what a reference refers to; -1 stands for nothing in gRefCOCO."""
    ids = row.get("ann_id") if isinstance(row, dict) else None
    for key in ids if isinstance(ids, list | tuple) else [ids]:
        if isinstance(key, int | str) and key != -1:
            yield key
