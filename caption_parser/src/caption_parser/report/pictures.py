"""Where the pictures of a report come from: thumbnails of a folder's images, or a host that the page asks."""

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from caption_parser.captions import file_name_of
from shared_runtime.errors import InputError, MissingResourceError, UsageError
from shared_schemas import ImageLabels

SIDE = 240
"""Longest side of a thumbnail, in pixels."""
_QUALITY = 70


class Pictures:
    """No pictures; the base of those that have some."""

    hosts: tuple[str, ...] = ()
    """Whence a page loads them, `https://host`; (): they are in the page."""
    missing = 0
    """Images that were asked for and cannot be shown."""
    first_missing = ""
    """What is wrong with the first of them."""

    def source(self, record: ImageLabels) -> str:  # noqa: ARG002  what others need
        """What an `img` tag takes as its source; empty: there is none."""
        return ""


class HostedPictures(Pictures):
    """Images at `PREFIX/FILE NAME`, as COCO has its own at http://images.cocodataset.org/val2017."""

    def __init__(self, prefix: str) -> None:
        """Raises `UsageError` for a prefix without a host."""
        parts = urlsplit(prefix)
        if not parts.hostname or set(parts.netloc) & set(" ;,'\""):
            raise UsageError(f"--images {prefix}: got no host, expected such as https://example.org/val2017")
        self.hosts = (f"{parts.scheme}://{parts.netloc}",)
        self._prefix = prefix.rstrip("/")

    def source(self, record: ImageLabels) -> str:
        """The address of the image."""
        return f"{self._prefix}/{quote(file_name_of(record), errors='replace')}"


class FolderPictures(Pictures):
    """Thumbnails, made of the images in a folder. What is wrong with one costs that one."""

    def __init__(self, folder: Path) -> None:
        """Raises `InputError` for what is no folder, `MissingResourceError` without Pillow."""
        if not folder.is_dir():
            got = "a file" if folder.exists() else "nothing there"
            raise InputError(f"--images {folder}: got {got}, expected a folder of images, or a URL")
        self._folder = folder
        self._thumbnail = _thumbnails()

    def source(self, record: ImageLabels) -> str:
        """The thumbnail as a data URI."""
        name = file_name_of(record)
        path = _inside(self._folder, name)
        try:
            if path is None:
                raise InputError(f"{name!r} is not in {self._folder}")
            return self._thumbnail(path)
        except Exception as error:  # noqa: BLE001  decoders raise a dozen types for damaged files
            self.missing += 1
            self.first_missing = self.first_missing or f"image {record.image_id}: {error or type(error).__name__}"
            return ""


def open_pictures(images: str | None) -> Pictures:
    """The pictures of `--images`: a folder, a URL that file names are put behind, or none.

    Raises as `HostedPictures` and `FolderPictures` do.
    """
    if images is None:
        return Pictures()
    if urlsplit(images).scheme in ("http", "https"):
        return HostedPictures(images)
    return FolderPictures(Path(images))


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name, or, where the name has a folder too many, of its last part; never one outside."""
    relative = PurePosixPath(name)
    if ".." in relative.parts or "\0" in name:
        return None
    tried = [folder / relative.name] if relative.is_absolute() else [folder / relative, folder / relative.name]
    return next((path for path in tried if path.is_file()), None)


def _thumbnails() -> Callable[[Path], str]:
    """From an image file to its thumbnail, upright and on white, as a data URI."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        install = "pip install 'capparse[images]'"
        raise MissingResourceError(f"--images needs Pillow, which is not installed. Try: {install}") from error

    def thumbnail(path: Path) -> str:
        with Image.open(path) as image:
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((SIDE, SIDE))
            layer = upright.convert("RGBA")
            shown = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
        content = BytesIO()
        shown.save(content, format="JPEG", quality=_QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"

    return thumbnail
