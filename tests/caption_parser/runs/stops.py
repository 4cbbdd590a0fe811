"""Ways in which a run is stopped while it labels."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from caption_parser.captions import ImageCaptions
from caption_parser.readers import InputOptions
from caption_parser.runs.run import label_file

MakeParser = Callable[..., Callable]


def stop_at(image_id: int, stop: Callable[[], None]) -> Callable[[Sequence[ImageCaptions]], None]:
    """For `word_parser`: calls `stop` before the batch that has the image."""

    def before(images: Sequence[ImageCaptions]) -> None:
        if any(image.image_id == image_id for image in images):
            stop()

    return before


def interrupt() -> None:
    raise KeyboardInterrupt


def begin(
    source: Path,
    output: Path,
    word_parser: MakeParser,
    *,
    interrupted: bool,
    grouped: bool = False,
    image_id: int = 800,
) -> None:
    """A run that ends, or is interrupted before the batch that has the image."""
    if not interrupted:
        label_file(source, output, inputs=InputOptions(grouped=grouped), build_parser=word_parser())
        return
    with pytest.raises(KeyboardInterrupt):
        label_file(
            source,
            output,
            inputs=InputOptions(grouped=grouped),
            build_parser=word_parser(stop_at(image_id, interrupt)),
        )
