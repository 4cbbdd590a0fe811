"""PhraseCut: `refer_SPLIT.json` (VGPhraseCut_v0) with polygons, and `image_data_split.json` beside it."""

import json
from pathlib import Path
from typing import Any

from segmentation.data.referring.annotated_objects import Regions
from segmentation.data.referring.expressions import Expression, ExpressionSet, Region, cleaned_text
from shared_runtime.coco import stream_rows
from shared_runtime.errors import InputError
from shared_schemas.errors import shown

IMAGES = "image_data_split.json"


def read_phrasecut(path: Path, *, regions: Regions = "masks", split: str | None = None) -> ExpressionSet:
    """The phrases of a file of tasks; what each refers to is the union of its instances, as its authors score it.

    `split`: only the images of this part, as the file of images says. Raises `InputError` for a file that is no
    such one.
    """
    found = ExpressionSet(path)
    images = _images(path.with_name(IMAGES))
    for place, row in stream_rows(path):
        try:
            expression = _expression(row, images, regions)
        except ValueError as error:
            found.reject(place, error)
            continue
        if expression is None:
            found.without_region += 1
        elif split is None or expression.split == split:
            found.expressions.append(expression)
    return found


def _expression(row: Any, images: dict[Any, dict[str, Any]], regions: Regions) -> Expression | None:
    """None: the phrase refers to nothing. Raises `ValueError` for a damaged task."""
    if not isinstance(row, dict):
        message = f"got {shown(row)}, expected a task with 'image_id', 'phrase' and 'Polygons'"
        raise ValueError(message)  # noqa: TRY004  a value of a file
    image_id = row.get("image_id")
    image = images.get(image_id) if isinstance(image_id, int | str) else None
    if image is None:
        raise ValueError(f"image_id: got {shown(image_id)}, expected an image that {IMAGES} lists")
    text = cleaned_text(row.get("phrase"))
    parts = row.get("Polygons") if regions == "masks" else row.get("instance_boxes")
    if not isinstance(parts, list):
        message = f"got instances {shown(parts)}, expected a list"
        raise ValueError(message)  # noqa: TRY004  a value of a file
    if not parts:
        return None
    size = image["height"], image["width"]
    if regions == "masks":
        shapes = [Region.of_mask(_flat(part), *size) for part in parts]
    else:
        shapes = [Region.of_box(part, *size) for part in parts]
    return Expression(
        image_id=row["image_id"],
        file_name=None,
        text=text,
        region=Region.union(shapes),
        split=str(image.get("split", "")),
        kind="phrasecut",
    )


def _flat(polygons: Any) -> Any:
    """The polygons of an instance, lists of points `[x, y]` there, as COCO has them: `[x, y, x, y, …]`."""
    try:
        return [[value for x, y in polygon for value in (x, y)] for polygon in polygons]
    except (TypeError, ValueError):
        raise ValueError(f"got polygons {shown(polygons)}, expected lists of points [x, y]") from None


def _images(path: Path) -> dict[Any, dict[str, Any]]:
    """Images by id, those with a size. Raises `InputError` where there is none."""
    try:
        rows = [row for _, row in stream_rows(path)]
    except InputError as error:
        raise InputError(f"{error}. PhraseCut's tasks need their images' sizes from it") from None
    images = {
        row["image_id"]: row
        for row in rows
        if isinstance(row, dict)
        and isinstance(row.get("image_id"), int | str)
        and all(isinstance(row.get(side), int) and row[side] > 0 for side in ("height", "width"))
    }
    if not images:
        got = json.dumps(rows[:1])[:60]
        raise InputError(f"{path}: got {got}, expected a list of images with image_id, height, width and split")
    return images
