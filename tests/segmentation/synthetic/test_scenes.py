"""Scenes drawn by lot: how often what comes together, and that objects are where they should be."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.synthetic.scenes import Scene, sample_scene
from segmentation.synthetic.world import BACKDROPS, COLOURS, HOMES, OBJECT_KINDS, SKY, Difficulty
from shared_schemas import load_label_space


def _scenes(difficulty: Difficulty, count: int = 400) -> list[Scene]:
    return [sample_scene(np.random.default_rng([7, index]), difficulty) for index in range(count)]


@given(seed=st.integers(0, 2**32), at_home=st.floats(0, 1), second=st.floats(0, 1))
def test_objects_lie_in_the_image_with_their_centre_in_the_surroundings(
    seed: int, at_home: float, second: float
) -> None:
    difficulty = Difficulty(at_home=at_home, second_object=second)
    scene = sample_scene(np.random.default_rng(seed), difficulty)
    for thing in scene.objects:
        assert 0 <= thing.left <= thing.left + thing.width <= 1
        assert 0 <= thing.top <= thing.top + thing.width <= 1 + 1e-9
        assert difficulty.smallest <= thing.width <= difficulty.largest
        centre = thing.top + thing.width / 2
        assert (centre < scene.horizon) == (scene.surroundings is SKY)


@given(seed=st.integers(0, 2**32), most=st.sampled_from([2, 4]))
def test_objects_never_overlap(seed: int, most: int) -> None:
    difficulty = Difficulty(empty=0, second_object=1, most_objects=most)
    scene = sample_scene(np.random.default_rng(seed), difficulty)
    assert 1 <= len(scene.objects) <= most
    for first, second in combinations(scene.objects, 2):
        apart = [
            start + one.width < other_start
            for one, start, other_start in (
                (first, first.left, second.left),
                (second, second.left, first.left),
                (first, first.top, second.top),
                (second, second.top, first.top),
            )
        ]
        assert any(apart)


def test_further_objects_come_by_lot() -> None:
    scenes = _scenes(Difficulty(empty=0, second_object=0.5, most_objects=3, smallest=0.1, largest=0.15))
    counts = [sum(len(scene.objects) == number for scene in scenes) / len(scenes) for number in (1, 2, 3)]
    assert counts == pytest.approx([0.25, 0.5, 0.25], abs=0.08)


def test_shares_are_those_of_the_difficulty() -> None:
    scenes = _scenes(Difficulty(empty=0.4, at_home=0.75, indirect_name=0.3), count=1000)
    things = [(scene, thing) for scene in scenes for thing in scene.objects]
    assert np.mean([not scene.objects for scene in scenes]) == pytest.approx(0.4, abs=0.05)
    at_home = [thing.kind.home is scene.surroundings for scene, thing in things]
    assert np.mean(at_home) == pytest.approx(0.75, abs=0.05)
    indirect = [thing.noun != thing.kind.class_name for _, thing in things]
    assert np.mean(indirect) == pytest.approx(0.3, abs=0.05)


def test_at_one_classes_and_surroundings_coincide() -> None:
    for scene in _scenes(Difficulty(at_home=1.0)):
        assert all(thing.kind.home is scene.surroundings for thing in scene.objects)


def test_colour_says_nothing_about_the_class() -> None:
    pairs = Counter(
        (thing.kind.class_name, thing.colour)
        for scene in _scenes(Difficulty(empty=0), count=1500)
        for thing in scene.objects
    )
    assert len(pairs) == len(OBJECT_KINDS) * len(COLOURS)
    assert min(pairs.values()) > 0.5 * np.mean(list(pairs.values()))


def test_the_label_space_knows_every_class_and_attribute() -> None:
    space = load_label_space("coco")
    foreground = {label.name for label in space.foreground}
    background = {label.name for label in space.background}
    assert {kind.class_name for kind in OBJECT_KINDS} <= foreground
    assert {ground.class_name for ground in (*HOMES, *BACKDROPS)} <= background
    assert {*COLOURS, "stripe"} <= {attribute.name for attribute in space.attributes}


def test_indirect_names_hide_the_class_and_decoys_show_it() -> None:
    for kind in OBJECT_KINDS:
        assert kind.class_name in kind.decoy.split()
        assert not any(kind.class_name in noun.split() for noun in kind.indirect)
