"""A mask over its image, in colours that are seen on any picture."""

import base64
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import (
    IGNORE_INDEX,
    IndexMask,
    check_size,
    display_colours,
    has_mask,
    mask_path,
    read_index_mask,
)
from segmentation.masks.finish import Finisher, UnfinishedMask
from segmentation.scores.contract import ImageRequest
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import writing
from shared_runtime.workers import map_ordered
from shared_schemas.files import replacing

_log = logging.getLogger(__name__)

OVERLAYS = "overlays"
"""Sub-folder of a folder of masks with the pictures that show masks over their images."""
NOTHING_FOUND = "nothing found"
"""What the picture of a mask without any class says."""
OPACITY = 0.5
_SHOWN_SIDE = 640
"""Longest side of a picture in a notebook, in pixels."""
_LONGEST_SIDE = 65_500
"""In pixels, of what libjpeg writes."""
_NAMES_BY_SIDE = 28
"""Lines of names that the shorter side of a picture has room for."""
_SHARE = 3
"""Areas of the key that a picture is large at least."""
_SMALLEST_PRINT = 11
"""In pixels."""
_CAPTIONED = 8
"""Lines that a picture is high at least, of which one becomes its caption."""
_ROWS = 512
"""Rows that are mixed at a time, so that no large image stands in memory in floating point."""


@dataclass(frozen=True, slots=True)
class OverlayFinisher(Finisher):
    """Also shows masks over their images, as JPEG files: only PNG files are masks."""

    folder: Path = Path()
    """Of the masks."""
    class_names: tuple[str, ...] = ()
    """Of the ids 1, 2, …"""

    def write(self, image: UnfinishedMask, mask: IndexMask) -> None:
        """The picture first: where the mask is there, so is the picture. Raises OSError."""
        picture = with_key(Image.fromarray(painted(image.image, mask)), mask, self.class_names)
        path = overlay_path(self.folder, image.request.key)
        write_overlay(path, picture)
        Finisher.write(self, image, mask)
        os.utime(path)  # no older than its mask, unless somebody draws in that later


def with_overlays(finisher: Finisher, folder: Path, class_names: Sequence[str]) -> OverlayFinisher:
    """The finisher that also writes pictures beside the masks of `folder`."""
    own = {field.name: getattr(finisher, field.name) for field in fields(finisher)}
    return OverlayFinisher(**own | {"folder": folder, "class_names": tuple(class_names)})


def overlay_path(masks: Path, key: str) -> Path:
    """Of the picture of an image, by its key, in a folder of masks."""
    return masks / OVERLAYS / f"{key}.jpg"


def draw_overlays(
    requests: Iterable[ImageRequest], masks: Path, class_names: Sequence[str], processes: int
) -> None:
    """The pictures that masks of the folder lack, or that are older than their masks: somebody has drawn in these.

    One that cannot be made is warned of. Raises OutputError where they cannot be written.
    """
    lacking = [
        request
        for request in requests
        if has_mask(mask_path(masks, request.key)) and not _is_shown(masks, request.key)
    ]
    if not lacking:
        return
    draw = partial(_drawn, masks, tuple(class_names))
    with writing(masks / OVERLAYS, inside=True):
        for problem in filter(None, map_ordered(draw, lacking, processes=processes, method="spawn")):
            _log.warning("no overlay: %s", problem)


def _is_shown(masks: Path, key: str) -> bool:
    """Whether the picture of a mask is there, and shows the mask as it is."""
    path = overlay_path(masks, key)
    return path.is_file() and path.stat().st_mtime_ns >= mask_path(masks, key).stat().st_mtime_ns


def _drawn(masks: Path, class_names: tuple[str, ...], request: ImageRequest) -> str | None:
    """Draw the picture of a mask; what is wrong with it."""
    path = mask_path(masks, request.key)
    try:
        image, mask = read_image(request.path), read_index_mask(path, 1 + len(class_names))
        check_size(mask, str(path), image.shape[:2], request.path)
    except InputError as error:
        return str(error)
    picture = with_key(Image.fromarray(painted(image, mask)), mask, class_names)
    write_overlay(overlay_path(masks, request.key), picture)
    return None


def painted(image: RgbImage, mask: IndexMask, opacity: float = OPACITY) -> RgbImage:
    """An image (H, W, 3) under the colours of its mask (H, W), outlined; background and 255 stay as they are.

    Raises UsageError for an `opacity` outside of 0 to 1.
    """
    if not 0 <= opacity <= 1:
        raise UsageError(f"opacity: got {opacity!r}, expected 0 (outlines alone) to 1 (colours alone)")
    colours = display_colours().astype(np.float32)
    outlined = _outlines(mask)
    result = np.empty_like(image)
    for top in range(0, len(image), _ROWS):
        rows = slice(top, top + _ROWS)
        classes = mask[rows]
        shown = ((classes != 0) & (classes != IGNORE_INDEX)).astype(np.float32)
        strength = shown * np.where(outlined[rows], 1.0, opacity).astype(np.float32)
        mixed = image[rows] + strength[..., None] * (colours[classes] - image[rows])
        result[rows] = mixed.round().astype(np.uint8)
    return result


def shown_png(image: RgbImage, mask: IndexMask) -> bytes:
    """What a notebook shows of an image (H, W, 3) and its mask (H, W): a PNG of a bounded size."""
    height, width = mask.shape
    scale = min(1.0, _SHOWN_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Made small first: a large image takes no second one in memory.
    small = np.array(Image.fromarray(image).resize(size, Image.Resampling.BOX))
    classes = np.array(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))
    content = BytesIO()
    Image.fromarray(painted(small, classes)).save(content, format="PNG")
    return content.getvalue()


def shown_html(image: RgbImage, mask: IndexMask, caption: str) -> str:
    """The same with a line below it, `caption`, which is HTML."""
    picture = base64.b64encode(shown_png(image, mask)).decode("ascii")
    return f'<div><img src="data:image/png;base64,{picture}"><br>{caption}</div>'


def with_key(picture: Image.Image, mask: IndexMask, class_names: Sequence[str]) -> Image.Image:
    """The picture with the names of the classes in its mask (H, W) in its corner, the largest first.

    `class_names` are those of the ids 1, 2, …; a picture that has no room for them, or of which they would cover
    more than a third, is returned as it is. Where the mask has no class, it says so.
    """
    counts = np.bincount(mask.ravel(), minlength=IGNORE_INDEX + 1)[1:IGNORE_INDEX]
    found = [number for number in np.argsort(-counts, kind="stable").tolist() if counts[number]]
    if not found:
        return with_caption(picture, NOTHING_FOUND)
    size = max(_SMALLEST_PRINT, min(picture.size) // _NAMES_BY_SIDE)
    font, line = ImageFont.load_default(size), round(size * 1.4)
    width = round(max(font.getlength(class_names[number]) for number in found)) + 2 * line
    height = line * len(found)
    fits = width <= picture.width and height <= picture.height
    if not fits or _SHARE * width * height > picture.width * picture.height:
        return picture
    draw = ImageDraw.Draw(picture)
    top = picture.height - height
    draw.rectangle((0, top, width, picture.height), fill="black")
    colours = display_colours()
    for row, number in enumerate(found):
        place = top + row * line
        colour = tuple(colours[number + 1].tolist())
        draw.rectangle((size // 4, place + size // 4, size, place + size), fill=colour)
        draw.text((line, place + line // 2), class_names[number], fill="white", font=font, anchor="lm")
    return picture


def with_caption(picture: Image.Image, text: str) -> Image.Image:
    """The picture with a line of text at its lower edge, cut to its width; returned as it is where it is small."""
    size = max(_SMALLEST_PRINT, min(picture.size) // _NAMES_BY_SIDE)
    font, line = ImageFont.load_default(size), round(size * 1.4)
    if picture.height < _CAPTIONED * line:
        return picture
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, picture.height - line, picture.width, picture.height), fill="black")
    place = (size // 4, picture.height - line // 2)
    draw.text(place, text, fill="white", font=font, anchor="lm")
    return picture


def write_overlay(path: Path, picture: Image.Image) -> None:
    """Write a picture of a mask over its image as a JPEG, and the folders above it. Raises OSError.

    It has the size of the image, but for sides that are longer than a JPEG's can be: then it is made smaller.
    """
    longest = max(picture.size)
    if longest > _LONGEST_SIDE:
        width, height = (max(1, side * _LONGEST_SIDE // longest) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BOX)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        picture.save(unfinished, format="JPEG", quality=90)


def _outlines(mask: IndexMask) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Pixels (H, W) whose right or lower neighbour is of another class."""
    edges = np.zeros(mask.shape, dtype=bool)
    edges[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    edges[:-1] |= mask[:-1] != mask[1:]
    return edges
