"""Small pictures of images, score maps and masks, as data URIs."""

import base64
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask
from segmentation.masks.maps import FloatMap
from segmentation.masks.upscale import upscale
from segmentation.masks.writers import palette

SIDE = 240
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


def coloured(mask: IndexMask) -> RgbImage:
    """A mask (H, W) in the colours that its PNG has, at its thumbnail size."""
    height, width = thumbnail_size(*mask.shape)
    small = np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))
    colours = np.frombuffer(palette(), dtype=np.uint8).reshape(256, 3)
    painted: RgbImage = colours[small]
    return painted


def data_uri(picture: RgbImage, kind: Literal["JPEG", "PNG"]) -> str:
    """A picture as text that an `img` tag takes as its source."""
    content = BytesIO()
    Image.fromarray(picture).save(content, format=kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
