"""A network of referring expressions as a user holds it: an image and a text in, a mask out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from PIL import Image

from segmentation.backbones.devices import AUTO, check_device
from segmentation.data.images import ImageInput, RgbImage, pixels_of
from segmentation.data.masks import IndexMask
from segmentation.masks.given import given_options
from segmentation.masks.overlay import OPACITY, painted, shown_html, shown_png
from segmentation.prediction.hub import HubOptions, Pretrained
from segmentation.prediction.opening import open_referring
from segmentation.referring.options import ReferringPrediction
from segmentation.referring.run import TrainedReferring
from segmentation.scores.contract import FloatMap
from shared_runtime.errors import UsageError
from shared_runtime.files import writing
from shared_schemas.files import replacing

if TYPE_CHECKING:
    import torch

    from segmentation.referring.predict import BoolMasks, EncodedImage, ExpressionPredictor

_COLOUR = 1
"""Of masks over images: that of the first class in VOC's palette."""


@dataclass(frozen=True, eq=False)
class ReferredRegion:
    """What a text refers to in an image. In a notebook it shows itself."""

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
        """The image under its mask, at its size. Raises UsageError for an opacity outside of 0 to 1."""
        return Image.fromarray(painted(self.image, self._index_mask(), opacity))

    def save(self, path: str | Path) -> None:
        """Write the mask as a PNG, 255 for what is referred to and 0 elsewhere. Raises OutputError."""
        with writing(path), replacing(Path(path)) as unfinished:
            Image.fromarray(self.mask.astype(np.uint8) * np.uint8(255)).save(unfinished, format="PNG")

    def __repr__(self) -> str:
        height, width = self.mask.shape
        return f"<{self.text!r} in {width} × {height} pixels: {self.mask.mean():.1%}, score {self.score:.2f}>"

    def _index_mask(self) -> IndexMask:
        """(H, W): the one colour where the text refers to, background elsewhere."""
        return np.where(self.mask, np.uint8(_COLOUR), np.uint8(0))

    def _repr_png_(self) -> bytes:
        return shown_png(self.image, self._index_mask())

    def _repr_html_(self) -> str:
        return shown_html(self.image, self._index_mask(), f"{escape(self.text)} <small>{self.score:.2f}</small>")


@dataclass(frozen=True, eq=False, repr=False)
class SeenImage:
    """An image that a network of referring expressions has looked at, once for all texts that are asked of it.

    Most of the time that a text takes goes into fitting its mask to edges (`refine`).
    """

    predictor: "ExpressionPredictor"
    encoded: "EncodedImage"

    def __repr__(self) -> str:
        height, width = self.encoded.image.shape[:2]
        return f"<SeenImage of {width} × {height} pixels>"

    @overload
    def predict(self, text: str) -> ReferredRegion: ...  # type: ignore[overload-overlap]

    @overload
    def predict(self, text: Sequence[str]) -> list[ReferredRegion]: ...

    def predict(self, text: str | Sequence[str]) -> ReferredRegion | list[ReferredRegion]:
        """What a text refers to in the image; of several texts, one for each.

        Several texts are looked for together: with a network that was trained with SPA they compete for pixels.
        Raises UsageError for an empty text, and for what is none.
        """
        if not isinstance(text, Iterable):
            raise UsageError(f"got {text!r}, expected a text, or several in a list")
        texts = [text] if isinstance(text, str) else list(text)
        image = self.encoded.image
        maps = self.predictor.maps(self.encoded, texts)
        masks = self.predictor.masks(image, maps)
        found = [
            ReferredRegion(image, one, mask, float(score), share)
            for one, mask, score, share in zip(texts, masks, maps.confidences, maps.shares, strict=True)
        ]
        return found[0] if isinstance(text, str) else found


@dataclass(eq=False, repr=False)
class Referrer(Pretrained):
    """A network that was trained here, on `device`, with its options; made by `from_pretrained`.

    `referrer(image, text)` finds what a text refers to. An image is encoded once for further texts: `encode` gives
    what they are asked of, which threads can do side by side; `set_image` and `predict` keep one image here.
    """

    model: TrainedReferring
    options: ReferringPrediction = field(default_factory=ReferringPrediction)
    device: str = AUTO
    card_title = "What a text refers to in an image"
    _seen: SeenImage | None = field(default=None, init=False, repr=False)

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path,
        *,
        options: ReferringPrediction | Mapping[str, Any] | None = None,
        device: "str | torch.device" = AUTO,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
    ) -> Self:
        """The model of a run of `refer train`, of a folder that `save_pretrained` wrote, or of the hub.

        Weights are read when the first image is seen. `revision`, `token`, `cache_dir` and `local_files_only` are
        as those of `Segmenter.from_pretrained`. Raises InputError where there is no such model,
        MissingResourceError where what it needs is not installed, UsageError for a device that is not there or for
        options that do not fit; they may be a dict.
        """
        hub = HubOptions(revision, token, cache_dir, local_files_only)
        given = given_options(ReferringPrediction, options)
        return cls(open_referring(path, hub), given, check_device(device))

    def encode(self, image: ImageInput) -> SeenImage:
        """What is asked of an image: a file or its bytes, a Pillow image, or pixels as an array of bytes (H, W, 3)
        in RGB, (H, W, 4) or (H, W), or a tensor (3, H, W).

        Raises InputError for an image that cannot be read, UsageError for several.
        """
        if isinstance(image, list | tuple):
            raise UsageError(
                "got a list of images, expected one. Ask one after the other: "
                "[referrer(image, text) for image in images]"
            )
        return SeenImage(self.predictor, self.predictor.encode(pixels_of(image)))

    def set_image(self, image: ImageInput) -> Self:
        """The image that `predict` is about from now on; as `encode` takes it."""
        self._seen = self.encode(image)
        return self

    @overload
    def predict(self, text: str) -> ReferredRegion: ...  # type: ignore[overload-overlap]

    @overload
    def predict(self, text: Sequence[str]) -> list[ReferredRegion]: ...

    def predict(self, text: str | Sequence[str]) -> ReferredRegion | list[ReferredRegion]:
        """As `SeenImage.predict`, of the image of `set_image`. Raises UsageError where there is none."""
        if self._seen is None:
            raise UsageError("there is no image yet. Call set_image first, or encode")
        return self._seen.predict(text)

    @overload
    def __call__(self, image: ImageInput, text: str) -> ReferredRegion: ...  # type: ignore[overload-overlap]

    @overload
    def __call__(self, image: ImageInput, text: Sequence[str]) -> list[ReferredRegion]: ...

    def __call__(self, image: ImageInput, text: str | Sequence[str]) -> ReferredRegion | list[ReferredRegion]:
        """What a text refers to in an image, as `encode` takes it; of several texts, one for each."""
        return self.encode(image).predict(text)

    @cached_property
    def predictor(self) -> "ExpressionPredictor":
        """The network, which is read now."""
        return self.model.predictor(self.options, self.device)
