"""A parser that labels in no time, and small caption files to run it on."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from caption_parser.captions import ImageCaptions
from caption_parser.config import ParserConfig
from shared_schemas import ClassLabel, ImageLabels


class WordParser:
    """Labels an image `dog` if a caption has the word; `before` is called with each batch."""

    def __init__(self, before: Callable[[Sequence[ImageCaptions]], None] = lambda _: None) -> None:
        self.versions = {"words": "1"}
        self._before = before

    def label_images(self, images: Sequence[ImageCaptions]) -> list[ImageLabels]:
        self._before(images)
        return [self._label(image) for image in images]

    def _label(self, image: ImageCaptions) -> ImageLabels:
        votes = sum("dog" in caption.split() for caption in image.captions)
        return ImageLabels(
            image_id=image.image_id,
            file_name=image.file_name,
            label_space="words@0",
            captions=image.captions,
            foreground=(ClassLabel(id=17, name="dog", votes=votes),) if votes else (),
            background=(),
        )


BuildParser = Callable[[ParserConfig], WordParser]


@pytest.fixture
def word_parser() -> Callable[..., BuildParser]:
    """Makes the `build_parser` argument of `label_file`."""

    def make(before: Callable[[Sequence[ImageCaptions]], None] = lambda _: None) -> BuildParser:
        return lambda _config: WordParser(before)

    return make


@pytest.fixture
def caption_file(tmp_path: Path) -> Path:
    """3,000 captions of 1,000 images, those of an image far apart; two rows in it hold no caption.

    Every seventh caption has the word "dog", and no image has two of these.
    """
    lines = [
        json.dumps({"image_id": number % 1000, "caption": f"cat number {number}" if number % 7 else "a dog here"})
        for number in range(3000)
    ]
    lines.insert(1500, "{broken")
    lines.insert(10, json.dumps({"image_id": 5, "caption": "  "}))
    path = tmp_path / "captions.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path
