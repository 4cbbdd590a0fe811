"""Pictures as every camera, scanner and web page writes them → RGB arrays of one kind."""

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError

from shared_runtime.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

Found = TypeVar("Found")

RgbImage = npt.NDArray[np.uint8]
"""Shape (H, W, 3), 0-255, sRGB order R, G, B."""

ImageInput: TypeAlias = "str | Path | Image.Image | npt.NDArray[np.uint8] | Tensor | bytes"
"""What users have images as; see `pixels_of`."""

IMAGE_SUFFIXES = tuple(
    (
        ".jpg .jpeg .jpe .jfif .png .apng .webp .avif .jp2 .j2k .jpx "
        ".bmp .dib .gif .tif .tiff .tga .ppm .pgm .pbm .pnm"
    ).split()
)
"""Lower-case suffixes by which an image is found where only its id is known."""

_URL = re.compile(r"([a-z][a-z\d+.-]+):/+", re.IGNORECASE)
"""Also where a `Path` has made one slash of two; a drive has one letter."""
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip")
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
_TURNS = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
"""What makes an image upright, by its EXIF orientation."""
_SIDEWAYS = tuple(_TURNS[orientation] for orientation in (5, 6, 7, 8))


def read_image(path: Path) -> RgbImage:
    """The first frame of an image file, upright, as a writable uint8 array (H, W, 3), RGB, 0-255.

    EXIF orientation is applied; grey becomes three equal channels; 16 bits keep their upper 8 (whole
    numbers of 32 bits are taken for 8 bits where none is above 255); CMYK and palettes
    become RGB; what is transparent shows white.

    Raises `InputError`, which names the file, where it is missing, damaged, cut off, too large to be decoded
    safely (Pillow's limit), or has pixels without a fixed range (floating point).
    """
    return _of_file(path, _decoded)


def image_size(path: Path) -> tuple[int, int]:
    """Height and width of an image file as `read_image` gives it, upright; as a rule without decoding it.

    Raises `InputError`, which names the file, where it is missing or no image.
    """
    return _of_file(path, _upright_size)


def _of_file(path: Path, wanted: "Callable[[Image.Image], Found]") -> "Found":
    try:
        with Image.open(path) as image:
            return wanted(image)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except FileNotFoundError:
        refuse_url(path)
        raise InputError(f"{path}: no such image file") from None
    except IsADirectoryError:
        raise InputError(
            f"{path}: got a folder, expected an image file. Of all images in it: capseg predict {path} -o MASKS"
        ) from None
    except UnidentifiedImageError:
        raise InputError(f"{path}: got a file that is no image of a known format, or an empty one") from None
    except Exception as error:  # decoders raise a dozen types for damaged files
        raise InputError(f"{path}: {_undecoded(error)}") from error


def refuse_archive(path: Path) -> None:
    """Raises `InputError` for an archive of images, by its name."""
    name = path.name.lower()
    if name.endswith(_ARCHIVES):
        unpack = "unzip -d DIR" if name.endswith(".zip") else "mkdir DIR; tar -C DIR -xf"
        raise InputError(f"{path}: got an archive, expected images. Unpack it, and give DIR: {unpack} {path}")


def refuse_url(path: Path) -> None:
    """Raises `InputError` for what is no path, but an address."""
    if found := _URL.match(str(path)):
        raise InputError(
            f"{found[1]}://{str(path)[found.end() :]}: got a URL, expected a file: download the image first, and "
            "give the file"
        )


def rgb_array(image: Image.Image | npt.NDArray[np.uint8]) -> RgbImage:
    """A Pillow image, or bytes (H, W, 3) in RGB, (H, W, 4) or (H, W), as an array like that of `read_image`.

    Raises `InputError` for what is neither, for floating-point pixels, and where the pixels cannot be decoded:
    Pillow reads those of a file when they are asked for.
    """
    if isinstance(image, np.ndarray):
        image = Image.fromarray(np.ascontiguousarray(image))
    if not isinstance(image, Image.Image):
        raise InputError(
            f"got {type(image).__name__}, expected a file, a Pillow image, an array or a tensor of bytes, or "
            "the bytes of an image file"
        )
    try:
        return _decoded(image)
    except InputError:
        raise
    except Exception as error:  # as of files
        file = getattr(image, "filename", "")
        raise InputError(f"{file}: {_undecoded(error)}" if file else _undecoded(error)) from error


def pixels_of(image: "ImageInput") -> RgbImage:
    """An image of a file, a Pillow image, or an array of bytes, (H, W, 3) in RGB, (H, W, 4) or (H, W), also with
    the channels in front, as tensors of torch have them; or the bytes of an image file, as Parquet has them.

    Raises `InputError` for what is none of these.
    """
    if isinstance(image, str | Path):
        return read_image(Path(image))
    if isinstance(image, bytes):
        return _of_bytes(image)
    return rgb_array(image if isinstance(image, Image.Image) else _channels_last(image))


def _of_bytes(encoded: bytes) -> RgbImage:
    try:
        image = Image.open(BytesIO(encoded))
    except UnidentifiedImageError:
        raise InputError(f"got {len(encoded):,} bytes that are no image of a known format") from None
    except Exception as error:  # as of files
        raise InputError(_undecoded(error)) from error
    return rgb_array(image)


def _channels_last(values: Any) -> Any:
    """Bytes (H, W, C) or (H, W) of an array or a tensor, with its channels on either side; all else as it is.

    Where either side can be channels, they are the last of an array and the first of a tensor.
    """
    # Who has a tensor has imported torch.
    torch = sys.modules.get("torch")
    tensor = torch is not None and isinstance(values, torch.Tensor)
    if not tensor and not isinstance(values, np.ndarray):
        return values
    shape, kind = tuple(values.shape), str(values.dtype).removeprefix("torch.")
    last = len(shape) == 3 and shape[-1] in (1, 3, 4)
    first = len(shape) == 3 and shape[0] in ((1, 3, 4) if tensor else (3,))
    if kind != "uint8" or not (len(shape) == 2 or first or last):
        several = ". Of several images, give a list" if len(shape) == 4 else ""
        whole = "(255 * values).to(torch.uint8)" if tensor else "(255 * values).astype('uint8')"
        shares = f". Of values from 0 to 1: {whole}" if kind.startswith(("float", "bfloat")) else ""
        raise InputError(
            f"got {'a tensor' if tensor else 'an array'} of {kind} of shape {shape}, expected bytes (uint8, 0–255)"
            f" of shape (H, W, 3) in RGB, (H, W, 4), (H, W) or (3, H, W){shares}{several}"
        )
    if 0 in shape:
        raise InputError(f"got an array of shape {shape}, expected at least one pixel")
    array = values.numpy(force=True) if tensor else values
    if first and (tensor or not last):
        array = np.moveaxis(array, 0, -1)
    return array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array


def _decoded(image: Image.Image) -> RgbImage:
    """The pixels of an image, upright. Raises `InputError` as `_rgb`, and whatever decoders raise."""
    image.load()
    turn = _turn(image)
    # Turned here, since Pillow also writes the tags anew, which can fail.
    return np.array(_rgb(image if turn is None else image.transpose(turn)))


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes an image upright, if anything has to."""
    # A damaged EXIF block says nothing: the pixels are there, whatever the tags look like.
    with suppress(Exception):
        return _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation, 1)))
    return None


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (width, height) if _turn(image) in _SIDEWAYS else (height, width)


def _undecoded(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or error or type(error).__name__
    return f"the image cannot be decoded: {reason}"


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in _SIXTEEN_BITS:
        # Pillow's own conversion clips at 255 instead of scaling.
        values = np.clip(np.asarray(image), 0, 0xFFFF)
        # Whole numbers of 32 bits, as of arrays, have no range of their own; PPM's are always scaled to 16 bits.
        eight = image.mode == "I" and image.format != "PPM" and values.max(initial=0) <= 0xFF
        return Image.fromarray((values if eight else values >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise InputError("got floating-point pixels, whose range is unknown; expected 8 or 16 bits per channel")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")
