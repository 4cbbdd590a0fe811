"""Ways in which a run is stopped while it labels."""

from collections.abc import Callable, Sequence

from caption_parser.captions import ImageCaptions

MakeParser = Callable[..., Callable]


def stop_at(image_id: int, stop: Callable[[], None]) -> Callable[[Sequence[ImageCaptions]], None]:
    """For `word_parser`: calls `stop` before the batch that has the image."""

    def before(images: Sequence[ImageCaptions]) -> None:
        if any(image.image_id == image_id for image in images):
            stop()

    return before


def interrupt() -> None:
    raise KeyboardInterrupt
