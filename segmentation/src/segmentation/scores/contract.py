"""The contract between networks, which give heatmaps, and masks, which are made from them.

Neither side knows the other: networks are sources of scores, and all that masks ask of a network stands here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from segmentation.backbones.devices import Precision
from segmentation.data.images import RgbImage
from segmentation.data.targets import Vocabulary

if TYPE_CHECKING:
    # It imports torch, which worker processes that finish masks do without.
    from segmentation.backbones.contract import Cells

FloatMap = NDArray[np.float32]

Sizes = tuple[tuple[int, int], ...]
"""Height and width of a network's input at scale 1, and at each scale at which it sees an image."""

WINDOW = 1025
"""Side in pixels: 16 · 64 + 1, and enough for images of ordinary size at twice the size of the crops."""
MOST_STEPS = 100
"""Of a propagation: more blur an image into one colour."""
MOST_PIXELS = 8192
Pixels = Annotated[int, Field(gt=0, le=MOST_PIXELS)]
"""A side at which a network sees images; more take the memory of any machine."""
Scale = Annotated[float, Field(gt=0, le=10)]
"""Of such a side."""
PRESENCE = 0.25
"""Chosen with the network that ships on masks of 144 COCO images, whose captions it had learned from: mean IoU
.261 without, .27 to .28 from .15 to .4."""


@dataclass(frozen=True, slots=True, eq=False)
class Heatmaps:
    """Unnormalised heatmaps of one image, each float32 (h, w), for its positive classes and compounds."""

    classes: Mapping[int, FloatMap]
    """H^cls_c by class id."""
    compounds: Mapping[tuple[int, int], FloatMap]
    """H^comp_{c,a} by class id and index of the attribute; every class stands in `classes` too."""
    margin: float = 0.0
    """From the image's outermost pixels to the centres of the outermost cells, in cells (see `scores.grid`)."""
    background: FloatMap | None = None
    """How likely the background is, from a network that knows it; then those of classes are probabilities too, and
    nothing is normalised."""


class ImageScores(NamedTuple):
    """What a source makes of one image."""

    heatmaps: Heatmaps
    cells: "Cells | None"
    """`[C h w]` each, at the cells of the heatmaps; None from a source that has none."""


class ImageRequest(Protocol):
    """An image and what is asked of it: `ImageTargets` asks for the maps of its labels."""

    @property
    def image_id(self) -> int | str: ...

    @property
    def file_name(self) -> str | None:
        """As in the record; None: the record names its image by its id alone."""

    @property
    def path(self) -> Path:
        """The file of the image."""

    @property
    def key(self) -> str:
        """By which its mask is named: the path in the image folder, without the suffix."""


RequestT = TypeVar("RequestT", bound=ImageRequest)
RequestT_contra = TypeVar("RequestT_contra", bound=ImageRequest, contravariant=True)


class ScoreSource(Protocol[RequestT_contra]):
    """Whatever gives heatmaps of images."""

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""

    def scores(self, images: Sequence[RgbImage], requests: Sequence[RequestT_contra]) -> list[ImageScores]:
        """Heatmaps of each image for what its request asks for; all images have the same `sizes`."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """How a network looks at images."""

    input_size: int | Literal["original"]
    """Side of the square that images are resized to, rounded to whole cells, or of a segmenter their shorter side;
    original: their own sides."""
    scales: tuple[float, ...] = (1.0,)
    """Of the input; maps are averaged. At least one."""
    flip: bool = False
    """Average with the maps of the mirrored image."""
    propagation: int = 0
    """Steps by which heatmaps are carried to cells that look alike."""
    compounds: bool = True
    """Whether there are heatmaps of compounds."""
    precision: Precision = "float32"
    """In which the network computes; its maps have 32 bits whatever it is."""
    window: int = WINDOW
    """Longest side that a segmenter sees at once, in pixels; what is larger goes in windows."""
    presence: float = PRESENCE
    """How far a segmenter believes that the classes of an image's record are there, in [0, 1]."""
    min_score: float = 0.0
    """What a segmenter has to say of the surest cell of a class that no record names, in [0, 1]; else it is left
    out."""


@dataclass(frozen=True, slots=True)
class NetworkTraits:
    """What decides which options suit a network."""

    backbone: str
    pretrained: bool
    crop_size: int
    """Side of the training crops in pixels."""
    attributes: bool
    """Whether it was trained with attributes."""
    background: bool
    """Whether it was trained with background classes."""
    background_logit: float | None = None
    """With which it was trained: what its logits are to be compared with. None: it was trained without."""
    own_background: bool = False
    """Whether it says itself where no class is, and its maps are shares of that."""
    segmentation: bool = False
    """Whether it is a segmentation network: it carries its maps to cells that look alike itself, and believes what
    records say is there as far as it is told (`Viewing.presence`)."""
    gives_cells: bool = False
    """Whether its scores come with the cells that they were made of (`ImageScores.cells`)."""
    phrases: bool = False
    """Whether it is asked for what captions call things, too; their maps stand as compounds."""
    names: str | None = None
    """Label space that ships, whose class names were among the texts of its training."""


class TrainedNetwork(Protocol[RequestT_contra]):
    """What a run that trains a source of scores can be opened as."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The classes and attributes that it knows."""

    @property
    def traits(self) -> NetworkTraits: ...

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[RequestT_contra]:
        """The network on `device` (auto: what is there). Raises UsageError for a device that is not there."""
