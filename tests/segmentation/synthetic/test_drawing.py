"""Pictures and their masks."""

from dataclasses import replace

import numpy as np
import pytest

from segmentation.synthetic.drawing import Drawing, draw, surface
from segmentation.synthetic.scenes import Scene, SceneObject
from segmentation.synthetic.shapes import outline
from segmentation.synthetic.world import COLOURS, GRASS, HOMES, OBJECT_KINDS, SKY, TREES, ObjectKind

_SIDE = 96


def _thing(kind: ObjectKind, colour: str = "red") -> SceneObject:
    return SceneObject(kind, colour, False, kind.class_name, left=0.3, top=0.5, width=0.4, mirrored=False)


def _drawn(scene: Scene) -> Drawing:
    return draw(scene, np.random.default_rng(0), _SIDE)


@pytest.mark.parametrize("kind", OBJECT_KINDS, ids=lambda kind: kind.class_name)
def test_the_mask_is_exactly_where_an_object_changes_the_picture(kind: ObjectKind) -> None:
    bare = Scene(GRASS, TREES, 0.3, ())
    without, drawn = _drawn(bare), _drawn(replace(bare, objects=(_thing(kind, "purple"),)))
    assert without.masks.shape == (0, _SIDE, _SIDE)
    assert drawn.masks.shape == (1, _SIDE, _SIDE)
    changed = (drawn.image != without.image).any(axis=-1)
    assert not (changed & ~drawn.masks[0]).any()
    assert changed.sum() > 0.99 * drawn.masks[0].sum()


@pytest.mark.parametrize("colour", COLOURS)
def test_an_object_has_its_colour(colour: str) -> None:
    drawing = _drawn(Scene(GRASS, TREES, 0.3, (_thing(OBJECT_KINDS[0], colour),)))
    median = np.median(drawing.image[drawing.masks[0]], axis=0)
    distances = {name: np.abs(median - rgb).sum() for name, rgb in COLOURS.items()}
    assert min(distances, key=lambda name: distances[name]) == colour


def test_stripes_show() -> None:
    plain = _thing(next(kind for kind in OBJECT_KINDS if kind.class_name == "airplane"), "yellow")
    drawings = [_drawn(Scene(GRASS, TREES, 0.3, (replace(plain, striped=flag),))) for flag in (False, True)]
    shape = outline("airplane", side=_SIDE, left=0.3, top=0.5, width=0.4, mirrored=False)
    coloured = shape.mask & ~shape.typical
    smooth, striped = (drawing.image.mean(axis=-1)[coloured].std() for drawing in drawings)
    assert striped > 1.5 * smooth
    # What all airplanes share has no stripes.
    assert np.array_equal(drawings[0].image[shape.typical], drawings[1].image[shape.typical])


def test_the_sky_is_above_the_horizon_and_the_ground_below() -> None:
    for home in HOMES:
        image = _drawn(Scene(home, TREES, 0.5, ())).image.astype(float)
        own = surface(home.class_name, np.random.default_rng(1), _SIDE).mean(axis=(0, 1))
        top, bottom = image[: _SIDE // 4].mean(axis=(0, 1)), image[-_SIDE // 4 :].mean(axis=(0, 1))
        nearer_top = np.abs(top - own).sum() < np.abs(bottom - own).sum()
        assert nearer_top == (home is SKY)


def test_outlines_are_mirrored_and_moved_by_whole_pixels() -> None:
    args = {"side": 257, "left": 0.25, "top": 0.125, "width": 0.5}
    for kind in OBJECT_KINDS:
        plain = outline(kind.class_name, **args, mirrored=False)
        mirrored = outline(kind.class_name, **args, mirrored=True)
        assert plain.mask.any()
        assert not (plain.typical & ~plain.mask).any()
        assert 0.1 < plain.typical.sum() / plain.mask.sum() < 0.5
        flipped = plain.mask[:, ::-1]
        # Rasterizing rounds, so that the two differ along their edges.
        assert (flipped & mirrored.mask).sum() > 0.9 * (flipped | mirrored.mask).sum()
        lower = outline(kind.class_name, **(args | {"top": 0.25}), mirrored=False)
        assert np.array_equal(lower.mask[32:], plain.mask[:-32])


def test_no_two_classes_have_one_outline() -> None:
    masks = [
        outline(kind.class_name, side=64, left=0, top=0, width=1, mirrored=False).mask for kind in OBJECT_KINDS
    ]
    for index, first in enumerate(masks):
        for second in masks[index + 1 :]:
            assert (first & second).sum() / (first | second).sum() < 0.7
