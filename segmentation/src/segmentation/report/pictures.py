"""Pictures of a report as data URIs: thumbnails, masks in colours, maps as heat."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask, display_colours
from segmentation.scores.contract import FloatMap
from segmentation.scores.grid import upscale

SIDE = 320
"""Longest side of a picture, in pixels."""


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


def mask_png(mask: IndexMask) -> str:
    """A mask (H, W) in colours, at its thumbnail size; the background is transparent."""
    height, width = thumbnail_size(*mask.shape)
    small = Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST).convert("L")
    small.putpalette(display_colours().tobytes())
    content = BytesIO()
    small.save(content, format="PNG", transparency=0, optimize=True)
    return _data_uri("png", content.getvalue())


def jpeg(picture: RgbImage) -> str:
    """A picture (H, W, 3)."""
    content = BytesIO()
    Image.fromarray(picture).save(content, format="JPEG")
    return _data_uri("jpeg", content.getvalue())


def _data_uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
