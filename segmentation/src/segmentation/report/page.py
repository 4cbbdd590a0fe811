"""The report of masks as one HTML page that needs nothing beside it: its pictures, its template filled in."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask, palette
from segmentation.evaluation.records import MaskEvaluation, ratio
from segmentation.scores.contract import FloatMap
from segmentation.scores.grid import upscale
from shared_runtime.html_page import render_page

SIDE = 240
"""Longest side of a picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it is."""

    caption: str
    data_uri: str


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image with all that is shown of it."""

    key: str
    score: float
    """Mean IoU over the classes of its mask and its truth, background included."""
    classes: Sequence[tuple[str, str]]
    """Names in mask or truth with the colours that they have there, as CSS."""
    labels: str
    """What the network was told; empty where that is not known."""
    pictures: Sequence[Picture]


def page(evaluation: MaskEvaluation, rows: Sequence[ImageRow], notes: Sequence[str]) -> str:
    """The whole page: figures and protocol, the worst images, all classes. All text is escaped."""
    values = {"evaluation": evaluation, "rows": rows, "notes": notes}
    return render_page("segmentation.report", values, {"ratio": ratio})


def thumbnail_size(height: int, width: int) -> tuple[int, int]:
    """Height and width within `SIDE`, at least 1 each; nothing is enlarged."""
    scale = min(1.0, SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def thumbnail(image: RgbImage) -> RgbImage:
    """An image (H, W, 3) at its thumbnail size."""
    height, width = thumbnail_size(*image.shape[:2])
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BOX))


def heat(image: RgbImage, scores: FloatMap, margin: float = 0.0) -> RgbImage:
    """A thumbnail (H, W, 3) in grey under a score map (h, w) in [0, 1]: black to red to yellow to white."""
    height, width = image.shape[:2]
    strength = upscale(scores, height, width, margin)[..., None]
    colours = np.clip(3 * strength - np.arange(3, dtype=np.float32), 0, 1) * 255
    grey = image.mean(axis=2, keepdims=True)
    mixed: RgbImage = (0.35 * grey + 0.65 * colours).astype(np.uint8)
    return mixed


def coloured(mask: IndexMask) -> RgbImage:
    """A mask (H, W) in the colours that its PNG has, at its thumbnail size."""
    height, width = thumbnail_size(*mask.shape)
    small = np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))
    painted: RgbImage = palette()[small]
    return painted


def data_uri(picture: RgbImage, kind: Literal["JPEG", "PNG"]) -> str:
    """A picture as text that an `img` tag takes as its source."""
    content = BytesIO()
    Image.fromarray(picture).save(content, format=kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
