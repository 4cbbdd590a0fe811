"""Scenes → pictures with exact masks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.synthetic.scenes import Scene
from segmentation.synthetic.shapes import outline
from segmentation.synthetic.textures import blotches, coat, marking, paint, surface
from segmentation.synthetic.world import COLOURS, SKY

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
