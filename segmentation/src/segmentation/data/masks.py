"""Index masks: pictures whose pixels are class ids."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared_runtime.errors import InputError

IndexMask = npt.NDArray[np.uint8]
"""Shape (H, W), contiguous class ids: 0 is background, 255 is ignored."""

IGNORE_INDEX = 255

_INDEX_MODES = ("P", "L")
"""With a palette, or grey: in both the stored byte is the class id."""


def read_index_mask(path: Path, n_classes: int) -> IndexMask:
    """The class ids of a mask file (PNG with a palette, or grey), shape (H, W).

    `n_classes` includes background. Raises `InputError`, which names the file, where it is missing, damaged, of
    another kind of pixel (colours in place of ids), or has values that are neither a class nor 255.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in _INDEX_MODES:
                raise InputError(
                    f"{path}: got pixels of mode {image.mode!r}, expected class ids, one byte per pixel: modes "
                    f"{' and '.join(map(repr, _INDEX_MODES))}. Was the mask converted to colours?"
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


def stray_value(values: IndexMask, n_classes: int) -> int | None:
    """A value that is neither a class nor 255, if there is one."""
    stray = (values >= n_classes) & (values != IGNORE_INDEX)
    return int(values[stray][0]) if stray.any() else None
