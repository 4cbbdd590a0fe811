"""Text files beside images, as folders for training have them: the lines of `1.txt` are captions of `1.jpg`."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

from caption_parser.readers.checks import caption_row, is_image_file
from caption_parser.readers.lines import read_lines
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import STDIN, Source
from shared_runtime.files import shown_path
from shared_runtime.storage import is_url


def images_beside(texts: Sequence[Path | str | BinaryIO | None]) -> list[str | None]:
    """The image file of its name beside each text file, by its path within the folder that all of them are in.

    None: there is none; or, among `texts`, what is no text file.
    """
    look = cache(_images_in)
    found = [_image_beside(text, look) if isinstance(text, (str, Path)) else None for text in texts]
    folders = [image.parent for image in found if image is not None]
    root = os.path.commonpath(folders) if folders else ""
    return [None if image is None else shown_path(image.relative_to(root).as_posix()) for image in found]


def _image_beside(text: Path | str, look: Callable[[Path], dict[str, str]]) -> Path | None:
    if text == STDIN or is_url(text):
        return None
    path = Path(os.path.normpath(Path(text).absolute()))
    name = look(path.parent).get(path.stem)
    return None if name is None else path.with_name(name)


def _images_in(folder: Path) -> dict[str, str]:
    """The image files of a folder by their names without suffix; of several, the first."""
    try:
        names = sorted((entry.name for entry in folder.iterdir()), reverse=True)
    except OSError:
        return {}
    return {Path(name).stem: name for name in names if is_image_file(name)}


def read_of_image(source: Source, image: str) -> Iterator[Row]:
    """The captions of an image, a line each; the row is the line number."""
    source.say_once(lambda: "each line is a caption of the image file of that name beside it")
    is_empty = True
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
        elif line.text and not line.text.isspace():
            yield caption_row(line.text, image, line.row, line.text, image)
        else:
            continue
        is_empty = False
    if is_empty:
        yield caption_row("", image, 1, "", image)
