"""A network of referring expressions as a user holds it: an image and a text in, a mask out."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage, pixels_of
from segmentation.prediction.model_card import ModelCard
from segmentation.prediction.opening import open_referring
from segmentation.prediction.overlay import OPACITY, painted
from segmentation.prediction.pretrained import read_saved, save_pretrained
from segmentation.referring.options import ReferringPrediction
from segmentation.referring.run import TrainedReferring
from segmentation.runs.trained import is_saved
from segmentation.scores.contract import FloatMap
from shared_runtime.errors import OutputError, UsageError
from shared_schemas.files import replacing

if TYPE_CHECKING:
    from segmentation.referring.predict import BoolMasks, EncodedImage, ExpressionPredictor

_COLOUR = 1
"""Of masks over images: that of the first class in VOC's palette."""


@dataclass(frozen=True)
class ReferredRegion:
    """What a text refers to in an image."""

    image: RgbImage
    """(H, W, 3), as it was read."""
    text: str
    mask: "BoolMasks"
    """(H, W)."""
    score: float
    """In [0, 1]: above .5, the network says that the image shows it."""
    map: FloatMap
    """(h, w) in [0, 1]: how far each cell is of it, before edges were fitted."""

    def overlay(self, opacity: float = OPACITY) -> Image.Image:
        """The image under its mask, at the size of the image."""
        return Image.fromarray(painted(self.image, np.where(self.mask, np.uint8(_COLOUR), np.uint8(0)), opacity))

    def save(self, path: str | Path) -> None:
        """Write the mask as a PNG, 255 for what is referred to and 0 elsewhere. Raises OutputError."""
        try:
            with replacing(Path(path)) as unfinished:
                Image.fromarray(self.mask.astype(np.uint8) * np.uint8(255)).save(unfinished, format="PNG")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error

    def __repr__(self) -> str:
        height, width = self.mask.shape
        return f"<{self.text!r} in {width} × {height} pixels: {self.mask.mean():.1%}, score {self.score:.2f}>"


@dataclass
class Referrer:
    """A network that was trained here, on `device`, with its options; made by `from_pretrained`.

    An image is encoded once, by `set_image`; each further text takes milliseconds.
    """

    model: TrainedReferring
    options: ReferringPrediction = field(default_factory=ReferringPrediction)
    device: str = "auto"
    _encoded: "EncodedImage | None" = field(default=None, init=False, repr=False)

    @classmethod
    def from_pretrained(
        cls, path: str | Path, *, options: ReferringPrediction | None = None, device: str = "auto"
    ) -> Self:
        """The model of a run of `refer train`, of a folder that `save_pretrained` wrote, or of the hub.

        Weights are read when the first image is seen. Raises InputError where there is no such model,
        MissingResourceError where what it needs is not installed.
        """
        return cls(open_referring(path), options or ReferringPrediction(), device)

    def set_image(self, image: Any) -> Self:
        """The image that later texts are about: a file, a Pillow image, or an array of bytes, (H, W, 3) in RGB,
        (H, W, 4) or (H, W).

        Raises InputError for an image that cannot be read.
        """
        self._encoded = self.predictor.encode(pixels_of(image))
        return self

    @overload
    def predict(self, text: str) -> ReferredRegion: ...

    @overload
    def predict(self, text: list[str] | tuple[str, ...]) -> list[ReferredRegion]: ...

    def predict(self, text: str | list[str] | tuple[str, ...]) -> ReferredRegion | list[ReferredRegion]:
        """What a text refers to in the image; of several texts, one for each.

        Several texts are looked for together: with a network that was trained with SPA they compete for pixels.
        Raises UsageError without an image, and for an empty text.
        """
        if self._encoded is None:
            raise UsageError("there is no image yet. Call set_image first")
        texts = [text] if isinstance(text, str) else list(text)
        image = self._encoded.image
        maps = self.predictor.maps(self._encoded, texts)
        masks = self.predictor.masks(image, maps)
        found = [
            ReferredRegion(image, one, mask, float(score), share)
            for one, mask, score, share in zip(texts, masks, maps.confidences, maps.shares, strict=True)
        ]
        return found[0] if isinstance(text, str) else found

    def save_pretrained(self, folder: str | Path, *, half: bool = False, card: ModelCard | None = None) -> None:
        """Write the model as the Hugging Face hub lays models out, its language model beside it.

        `half`: weights in 16 bits, but for those of a language model that was not trained. `card`: what the model
        cannot know of itself; by default, what it was saved with. Raises UsageError for a folder with other files,
        OutputError.
        """
        own = self.model.weights.parent
        known = read_saved(own).card if is_saved(own) else ModelCard(title="What a text refers to in an image")
        save_pretrained(self.model, Path(folder), card or known, half=half)

    @cached_property
    def predictor(self) -> "ExpressionPredictor":
        """The network, which is read now. Raises UsageError for a device that is not there."""
        return self.model.predictor(self.options, self.device)
