"""A synthetic world: scenes drawn by code, captions written from them, exact masks.

It has what the paper relies on: objects that mostly stand on the same surroundings, so that their label alone does
not tell the two apart; objects of which a small part gives the class away, and the rest has a colour that captions
name; captions that name the surroundings, use other words than the class names, and use class names for other
things.
"""

from segmentation.synthetic.drawing import Drawing, draw
from segmentation.synthetic.scenes import Scene, SceneObject, sample_scene, write_captions
from segmentation.synthetic.world import Difficulty
from segmentation.synthetic.writing import WorldFiles, write_world

__all__ = [
    "Difficulty",
    "Drawing",
    "Scene",
    "SceneObject",
    "WorldFiles",
    "draw",
    "sample_scene",
    "write_captions",
    "write_world",
]
