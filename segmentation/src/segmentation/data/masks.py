"""Index masks, pictures whose pixels are class ids: where they lie, how they are read and written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from colorsys import hsv_to_rgb
from contextlib import suppress
from functools import cache
from io import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pycocotools.mask import encode

from segmentation.data.names import names_below
from shared_runtime.coco import category_ids
from shared_runtime.errors import InputError, OutputError
from shared_schemas import LabelSpace
from shared_schemas.files import replacing

IndexMask = npt.NDArray[np.uint8]
"""Shape (H, W), contiguous class ids: 0 is background, 255 is ignored."""

IGNORE_INDEX = 255

_PNG_BEGIN, _PNG_END = b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IEND\xaeB`\x82"
_INDEX_MODES = ("P", "L")
"""With a palette, or grey: in both the stored byte is the class id."""
_COLOURS = (
    "Was the mask converted to colours? capseg import reads these where a labelmap.txt says what they mean, "
    "beside a folder SegmentationClass, as CVAT exports 'Segmentation mask'"
)


def mask_path(folder: Path, key: str) -> Path:
    """The mask, in a folder of masks, of the image of that key: sub-folders are those of the images."""
    return folder / f"{key}.png"


def place_for_mask(folder: Path, key: str) -> Path:
    """The path of a mask that is to be written: its sub-folder is made, `folder` itself is not.

    Raises `OutputError`.
    """
    path = mask_path(folder, key)
    if path.parent != folder and folder.is_dir():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    return path


def mask_files(folder: Path) -> dict[str, Path]:
    """The PNG files of a folder and of those below it, by their keys, in the order of their names."""
    return {name.rpartition(".")[0]: folder / name for name in sorted(names_below(folder, (".png",)))}


def has_mask(path: Path) -> bool:
    """Whether a mask is there, with the beginning and the end of a PNG file, or as any picture that opens.

    What is empty or was cut off, as a copy to a full disk is, is none.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(len(_PNG_BEGIN)) == _PNG_BEGIN
            file.seek(-min(len(_PNG_END), file.seek(0, SEEK_END)), SEEK_END)
            if begins and file.read() == _PNG_END:
                return True
        # Whatever another program made of it stays.
        with Image.open(path) as image:
            image.load()
    except Exception:  # noqa: BLE001  decoders raise a dozen types for damaged files
        return False
    return True


def read_index_mask(path: Path, n_classes: int) -> IndexMask:
    """The class ids of a mask file (PNG with a palette, or grey), shape (H, W).

    `n_classes` includes background. Raises `InputError`, which names the file, where it is missing, damaged, of
    another kind of pixel (colours in place of ids), or has values that are neither a class nor 255.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in _INDEX_MODES:
                why = "Is white the object? Then write its class id" if image.mode == "1" else _COLOURS
                raise InputError(
                    f"{path}: got pixels of mode {image.mode!r}, expected class ids, one byte per pixel: modes "
                    f"{' and '.join(map(repr, _INDEX_MODES))}. {why}"
                )
            mask = np.array(image)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such mask file") from None
    except Exception as error:  # decoders raise a dozen types for damaged files
        raise InputError(f"{path}: the mask cannot be decoded: {error or type(error).__name__}") from error
    stray = stray_value(mask, n_classes)
    if stray is not None:
        raise InputError(
            f"{path}: got the value {stray}, expected 0 to {n_classes - 1}, or {IGNORE_INDEX} for 'ignore'. Were "
            "the data set's own ids written in place of contiguous ones?"
        )
    return mask


def check_size(mask: IndexMask, name: str, size: tuple[int, int], image: Path) -> None:
    """Raises `InputError` where a mask has another height and width than its image, `size`; `name` is its own."""
    if mask.shape != size:
        raise InputError(
            f"{name}: got {mask.shape[1]} × {mask.shape[0]} pixels, expected {size[1]} × {size[0]}, as its image "
            f"{image} has"
        )


def stray_value(values: IndexMask, n_classes: int) -> int | None:
    """A value that is neither a class nor 255, if there is one."""
    stray = (values >= n_classes) & (values != IGNORE_INDEX)
    return int(values[stray][0]) if stray.any() else None


_GOLDEN = 0.618034
_SHADES = ((0.9, 1.0), (0.6, 1.0), (0.95, 0.8))
"""Saturation and value of the colours of classes, in turn."""


@cache
def palette() -> npt.NDArray[np.uint8]:
    """The 256 colours of PASCAL VOC's masks, (256, 3), RGB: black for 0, maroon for 1, green for 2. Read-only."""
    colours = np.zeros((256, 3), dtype=np.uint8)
    ids = np.arange(256)
    for place in range(3):
        for channel in range(3):
            colours[:, channel] |= ((ids >> (3 * place + channel) & 1) << (7 - place)).astype(np.uint8)
    colours.flags.writeable = False
    return colours


@cache
def display_colours() -> npt.NDArray[np.uint8]:
    """The colours in which people are shown masks, (256, 3), RGB: bright ones, by golden steps around the colour
    wheel. Read-only. 0 and 255 are as in `palette`, whose cats are too dark to be seen on anything dark."""
    colours = palette().copy()
    for class_id in range(1, IGNORE_INDEX):
        saturation, value = _SHADES[class_id % len(_SHADES)]
        shares = hsv_to_rgb(class_id * _GOLDEN % 1, saturation, value)
        colours[class_id] = [round(255 * share) for share in shares]
    colours.flags.writeable = False
    return colours


def remove_masks(folder: Path, keys: Iterable[str], *, others: bool) -> set[str]:
    """Remove the masks of `keys` from a folder of masks; with `others`, all that `write_index_mask` wrote there.

    Returns the keys of those that were removed. Pictures that somebody put there stay. Raises OSError.
    """
    root = folder.resolve()
    found = {key: path for key in keys if (path := mask_path(folder, key)).is_file()}
    if others:
        found |= {
            key: path
            for key, path in mask_files(folder).items()
            if path.resolve().is_relative_to(root) and _has_palette(path)
        }
    for path in found.values():
        path.unlink(missing_ok=True)
    return {*found}


def _has_palette(path: Path) -> bool:
    """Whether a picture has the palette that masks are written with."""
    with suppress(OSError, ValueError, SyntaxError), Image.open(path) as image:
        # As it stands in the file: asked for otherwise, it would have the picture decoded.
        return image.palette is not None and bytes(image.palette.palette) == palette().tobytes()
    return False


def write_index_mask(path: Path, mask: IndexMask) -> None:
    """Write a mask (H, W) of class ids as a PNG whose pixels are those ids, with VOC's palette.

    At any moment `path` is absent or whole. Raises OSError.
    """
    # Made from the index array: a conversion from colours would quantise the ids.
    picture = Image.fromarray(mask).convert("L")
    picture.putpalette(palette().tobytes())
    with replacing(path) as unfinished:
        picture.save(unfinished, format="PNG")


def write_coco_results(
    path: Path,
    masks: Iterable[tuple[int | str, IndexMask]],
    label_space: LabelSpace,
    *,
    lines: bool = False,
) -> None:
    """Write masks, with the ids of their images, as a JSON file of COCO results, or a line each (`lines`).

    One result per class and image: `image_id`, `category_id` (the data set's own id where the label space has
    one, else one that is nobody's), `segmentation` as compressed RLE, `score` 1. Raises OSError.
    """
    ids = category_ids(label_space)
    results = (result for image_id, mask in masks for result in _coco_results(image_id, mask, ids))
    with path.open("w", encoding="utf-8") as file:
        if lines:
            file.writelines(f"{json.dumps(result)}\n" for result in results)
            return
        separator = "[\n"
        for result in results:
            file.write(separator)
            json.dump(result, file)
            separator = ",\n"
        file.write("\n]\n" if separator == ",\n" else "[\n]\n")


def _coco_results(
    image_id: int | str, mask: IndexMask, category_ids: Mapping[int, int]
) -> Iterator[dict[str, Any]]:
    for class_id in np.unique(mask).tolist():
        if class_id not in (0, IGNORE_INDEX):
            segmentation = encode(np.asfortranarray(mask == class_id, dtype=np.uint8))
            yield {
                "image_id": image_id,
                "category_id": category_ids[class_id],
                "segmentation": {**segmentation, "counts": segmentation["counts"].decode("ascii")},
                "score": 1.0,
            }
