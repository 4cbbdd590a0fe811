"""Lists of expressions that point to the objects of COCO instance files: a JSON list, one in a row."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from segmentation.data.referring.annotated_objects import AnnotatedObjects, Regions, common_category, union
from segmentation.data.referring.expressions import Expression, ExpressionSet, Region, cleaned_text
from shared_runtime.coco import stream_rows
from shared_runtime.errors import UsageError
from shared_schemas.errors import shown

TEXTS = ("phrase", "expression", "text")
"""Fields that hold the text, the first one that is there."""
OBJECTS = ("mask_ann_id", "ann_id")
"""Fields that hold the id of the object, or a list of ids."""


def read_annotated(
    path: Path, *, instances: Sequence[Path], regions: Regions = "masks", split: str | None = None
) -> ExpressionSet:
    """The expressions of rows `image_id`, a text (`TEXTS`), an object (`OBJECTS`) and, if need be, a box.

    Where `regions` are boxes, that of the row (`bbox`: left, top, width, height; `box_xyxy`: corners) comes first.
    `dataset` and `split` say where an expression comes from. Raises `InputError` for a file that is no
    such one, UsageError without `instances`: the files that have the objects.
    """
    if not instances:
        raise UsageError(f"{path} names objects of COCO files. Give --instances INSTANCES.json")
    found = ExpressionSet(path)
    rows = [(place, row) for place, row in stream_rows(path) if split is None or _split(row) == split]
    objects = AnnotatedObjects(instances, regions, (key for _, row in rows for key in _object_ids(row)))
    for place, row in rows:
        try:
            expression = _expression(row, objects, regions, path.stem)
        except ValueError as error:
            found.reject(place, error)
            continue
        if expression is None:
            found.without_region += 1
        else:
            found.expressions.append(expression)
    return found


def _expression(row: Any, objects: AnnotatedObjects, regions: Regions, kind: str) -> Expression | None:
    """None: nothing to refer to, or no mask of it. Raises `ValueError` for a damaged row."""
    if not isinstance(row, Mapping):
        message = f"got {shown(row)}, expected an object with image_id and a text"
        raise ValueError(message)  # noqa: TRY004  a value of a file
    text = cleaned_text(next((row[name] for name in TEXTS if row.get(name) is not None), None))
    ids = [*_object_ids(row)]
    referents = [objects.by_id[key] for key in ids if key in objects.by_id]
    box = _box(row) if regions == "boxes" else None
    listed = bool(referents) or objects.lists(row.get("image_id"))
    if not listed or (box is None and (not ids or len(referents) < len(ids))):
        # Nothing is referred to; or the files have other images alone.
        return None
    image = objects.image(row.get("image_id"))
    if box is not None:
        region: Region | None = Region.union([Region.of_box(box, image.height, image.width)])
    else:
        region = union(referents, image.id)
    if region is None:
        return None
    return Expression(
        image_id=image.id,
        file_name=image.file_name,
        text=text,
        region=region,
        split=_split(row),
        kind=str(row.get("dataset") or kind),
        group=common_category(referents),
    )


def _box(row: Mapping[str, Any]) -> Any:
    """Left, top, width, height; None: the row has no box. Raises `ValueError` for what is none."""
    corners = row.get("box_xyxy")
    if corners is None:
        return row.get("bbox")
    try:
        left, top, right, bottom = corners
        return [left, top, right - left, bottom - top]
    except (TypeError, ValueError):
        raise ValueError(f"box_xyxy: got {shown(corners)}, expected four numbers") from None


def _object_ids(row: Any) -> Iterator[Any]:
    if isinstance(row, Mapping):
        ids = next((row[name] for name in OBJECTS if name in row), None)
        yield from (key for key in (ids if isinstance(ids, list) else [ids]) if isinstance(key, int | str))


def _split(row: Any) -> str:
    return str(row.get("split") or "") if isinstance(row, Mapping) else ""
