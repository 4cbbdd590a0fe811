"""Scenes → pictures with exact masks: outlines and grounds, painted in colours with patterns of seeded noise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from segmentation.synthetic.scenes import Scene
from segmentation.synthetic.shapes import outline
from segmentation.synthetic.world import COLOURS, SKY

Shade = npt.NDArray[np.float64]
"""Shape [side, side]; 0 leaves a colour as it is, -1 makes it black, 1 twice as light."""
Pattern = Callable[[np.random.Generator, int], Shade]

_SHORE = 0.03
"""How far the horizon rises and falls, in heights of the image."""
_NOISE = 6.0
"""Deviation of the noise on every pixel, in grey levels."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and, per object of its scene, the pixels that show it.

    Shape: image uint8 [side, side, 3], RGB; masks bool [objects, side, side], disjoint.
    """

    image: npt.NDArray[np.uint8]
    masks: npt.NDArray[np.bool_]


def draw(scene: Scene, rng: np.random.Generator, side: int) -> Drawing:
    """A square picture of `side` pixels."""
    canvas = _ground(scene, rng, side)
    noise = rng.normal(0, _NOISE, size=canvas.shape)
    masks = np.zeros((len(scene.objects), side, side), dtype=bool)
    for index, thing in enumerate(scene.objects):
        name = thing.kind.class_name
        shape = outline(
            name, side=side, left=thing.left, top=thing.top, width=thing.width, mirrored=thing.mirrored
        )
        coloured = paint(COLOURS[thing.colour], coat(rng, side, striped=thing.striped))
        canvas[shape.mask] = coloured[shape.mask]
        canvas[shape.typical] = marking(name, rng, side)[shape.typical]
        masks[index] = shape.mask
    return Drawing(np.clip(np.round(canvas + noise), 0, 255).astype(np.uint8), masks)


def _ground(scene: Scene, rng: np.random.Generator, side: int) -> npt.NDArray[np.float64]:
    """Surroundings and backdrop, apart at a horizon that is not straight: [side, side, 3]."""
    here = surface(scene.surroundings.class_name, rng, side)
    beyond = surface(scene.backdrop.class_name, rng, side)
    line = (scene.horizon + _SHORE * blotches(rng, side, 8)[0]) * side
    above = np.arange(side)[:, None] < line[None, :]
    is_here = above if scene.surroundings is SKY else ~above
    return np.where(is_here[..., None], here, beyond)


def paint(colour: tuple[int, int, int], shade: Shade) -> npt.NDArray[np.float64]:
    """Shape: [side, side] → [side, side, 3], RGB, not yet clipped to 0–255."""
    return np.array(colour, dtype=np.float64) * (1 + shade[..., None])


def surface(name: str, rng: np.random.Generator, side: int) -> npt.NDArray[np.float64]:
    """The look of surroundings, by class name, over a whole image: [side, side, 3], RGB."""
    colour, pattern = _SURFACES[name]
    return paint(colour, pattern(rng, side))


def coat(rng: np.random.Generator, side: int, *, striped: bool) -> Shade:
    """The pattern over an object's colour, the same for all classes, with bold stripes where asked."""
    shade = 0.1 * blotches(rng, side, 8)
    return shade + 0.45 * np.sign(_waves(side, period=8, across=True)) if striped else shade


def marking(class_name: str, rng: np.random.Generator, side: int) -> npt.NDArray[np.float64]:
    """The look of what all objects of a class share, over a whole image: [side, side, 3], RGB."""
    return paint(_MARKINGS[class_name], 0.25 * _grain(rng, side, 2, 2))


def blotches(rng: np.random.Generator, side: int, cells: int) -> Shade:
    """Smooth noise, about [-1, 1], with `cells` blotches along a side."""
    coarse = rng.uniform(-1, 1, size=(cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC), dtype=np.float64)


def _grain(rng: np.random.Generator, side: int, down: int, across: int) -> Shade:
    """Noise in cells of `down` by `across` pixels: blades, ripples, fur."""
    cells = rng.uniform(-1, 1, size=(-(-side // down), -(-side // across)))
    return cells.repeat(down, axis=0).repeat(across, axis=1)[:side, :side]


def _waves(side: int, *, period: float, across: bool) -> Shade:
    wave = np.sin(np.arange(side) * 2 * np.pi / period)
    return np.broadcast_to(wave[None, :] if across else wave[:, None], (side, side)).copy()


def _water(rng: np.random.Generator, side: int) -> Shade:
    return 0.12 * _waves(side, period=rng.uniform(6, 9), across=False) + 0.12 * _grain(rng, side, 1, 8)


def _grass(rng: np.random.Generator, side: int) -> Shade:
    return 0.25 * _grain(rng, side, 6, 1) + 0.1 * blotches(rng, side, 6)


def _street(rng: np.random.Generator, side: int) -> Shade:
    return 0.18 * _grain(rng, side, 1, 1)


def _sky(rng: np.random.Generator, side: int) -> Shade:
    return 0.12 * blotches(rng, side, 5) + np.linspace(-0.12, 0.08, side)[:, None]


def _snow(rng: np.random.Generator, side: int) -> Shade:
    return 0.06 * blotches(rng, side, 12) + 0.03 * _grain(rng, side, 2, 2)


def _trees(rng: np.random.Generator, side: int) -> Shade:
    return 0.4 * blotches(rng, side, side // 5) + 0.1 * _grain(rng, side, 1, 1)


def _rocks(rng: np.random.Generator, side: int) -> Shade:
    return 0.3 * np.round(1.5 * blotches(rng, side, 12)) / 1.5 + 0.05 * _grain(rng, side, 1, 1)


_SURFACES: dict[str, tuple[tuple[int, int, int], Pattern]] = {
    "body of water": ((40, 95, 150), _water),
    "grass": ((85, 150, 60), _grass),
    "street": ((120, 118, 116), _street),
    "sky": ((150, 195, 235), _sky),
    "snow": ((228, 233, 240), _snow),
    "tree": ((45, 85, 45), _trees),
    "rock": ((135, 115, 95), _rocks),
}

_MARKINGS: dict[str, tuple[int, int, int]] = {
    "boat": (20, 165, 150),
    "sheep": (220, 185, 145),
    "car": (75, 80, 90),
    "airplane": (20, 45, 255),
    "dog": (0, 235, 235),
}
