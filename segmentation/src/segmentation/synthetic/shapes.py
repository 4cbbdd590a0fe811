"""The outlines of objects: ellipses and polygons in a unit square, x to the right, y down."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an object: a polygon, or, of two points, the ellipse in the box between them."""

    points: tuple[Point, ...]
    typical: bool = False
    """Drawn as in every object of the class, whatever its colour: a sheep's head, the wheels of a car."""


SHAPES: dict[str, tuple[Part, ...]] = {
    "boat": (
        Part(((0.02, 0.68), (0.98, 0.68), (0.8, 0.92), (0.18, 0.92))),
        Part(((0.46, 0.08), (0.46, 0.64), (0.1, 0.64))),
        Part(((0.52, 0.14), (0.88, 0.64), (0.52, 0.64)), typical=True),
        Part(((0.46, 0.06), (0.52, 0.06), (0.52, 0.7), (0.46, 0.7)), typical=True),
    ),
    "sheep": (
        Part(((0.08, 0.26), (0.78, 0.74))),
        Part(((0.68, 0.18), (0.98, 0.5)), typical=True),
        Part(((0.2, 0.68), (0.3, 0.68), (0.3, 0.94), (0.2, 0.94)), typical=True),
        Part(((0.56, 0.68), (0.66, 0.68), (0.66, 0.94), (0.56, 0.94)), typical=True),
    ),
    "car": (
        Part(((0.02, 0.48), (0.98, 0.48), (0.98, 0.76), (0.02, 0.76))),
        Part(((0.2, 0.48), (0.32, 0.24), (0.68, 0.24), (0.84, 0.48))),
        Part(((0.3, 0.46), (0.38, 0.3), (0.62, 0.3), (0.7, 0.46)), typical=True),
        Part(((0.14, 0.64), (0.36, 0.88)), typical=True),
        Part(((0.64, 0.64), (0.86, 0.88)), typical=True),
    ),
    "airplane": (
        Part(((0.02, 0.42), (0.98, 0.6))),
        Part(((0.36, 0.5), (0.56, 0.5), (0.34, 0.9), (0.24, 0.9)), typical=True),
        Part(((0.42, 0.46), (0.58, 0.46), (0.44, 0.18), (0.36, 0.18)), typical=True),
        Part(((0.04, 0.5), (0.2, 0.46), (0.1, 0.24), (0.02, 0.24))),
    ),
    "dog": (
        Part(((0.14, 0.42), (0.74, 0.7))),
        Part(((0.62, 0.2), (0.94, 0.5)), typical=True),
        Part(((0.64, 0.24), (0.62, 0.04), (0.76, 0.22)), typical=True),
        Part(((0.16, 0.5), (0.02, 0.2), (0.1, 0.18), (0.26, 0.46))),
        Part(((0.2, 0.6), (0.32, 0.6), (0.3, 0.94), (0.2, 0.94))),
        Part(((0.56, 0.6), (0.68, 0.6), (0.68, 0.94), (0.58, 0.94))),
    ),
}
"""Class name → its parts, those drawn later on top."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where an object is in an image.

    Shape: both bool [H, W]. `typical`, the parts that all objects of the class share, lies within `mask`.
    """

    mask: npt.NDArray[np.bool_]
    typical: npt.NDArray[np.bool_]


def outline(class_name: str, *, side: int, left: float, top: float, width: float, mirrored: bool) -> Outline:
    """The outline of a class in a square image of `side` pixels; position and width are in sides."""
    mask, typical = (Image.new("1", (side, side)) for _ in range(2))
    for part in SHAPES[class_name]:
        points = [
            ((left + width * (1 - x if mirrored else x)) * (side - 1), (top + width * y) * (side - 1))
            for x, y in part.points
        ]
        _fill(mask, points, 1)
        _fill(typical, points, int(part.typical))
    return Outline(np.array(mask, dtype=bool), np.array(typical, dtype=bool))


def _fill(image: Image.Image, points: list[Point], value: int) -> None:
    canvas = ImageDraw.Draw(image)
    if len(points) == 2:
        (x0, y0), (x1, y1) = points
        canvas.ellipse((min(x0, x1), y0, max(x0, x1), y1), fill=value)
    else:
        canvas.polygon(points, fill=value)
