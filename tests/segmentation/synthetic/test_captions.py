"""Captions of the synthetic world say what is in the scene, in other words where they should."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.synthetic.scenes import CAPTIONS_PER_IMAGE, Scene, SceneObject, sample_scene, write_captions
from segmentation.synthetic.world import OBJECT_KINDS, STREET, TREES, Difficulty

_CAR = next(kind for kind in OBJECT_KINDS if kind.class_name == "car")
_SCENE = Scene(
    STREET, TREES, 0.3, (SceneObject(_CAR, "orange", True, "sedan", left=0.2, top=0.5, width=0.3, mirrored=False),)
)
_PLAIN = Difficulty(distractor=0, attribute_named=0, surroundings_named=0)


def _captions(scene: Scene, difficulty: Difficulty, seeds: int = 40) -> list[str]:
    return [
        caption
        for seed in range(seeds)
        for caption in write_captions(scene, np.random.default_rng(seed), difficulty)
    ]


def test_without_anything_else_the_object_is_named_alone() -> None:
    assert set(_captions(_SCENE, _PLAIN)) == {
        "A sedan in the morning.",
        "There is a sedan in the morning.",
        "A picture of a sedan in the morning.",
    }


def test_everything_is_named_where_asked() -> None:
    full = Difficulty(distractor=1, attribute_named=1, surroundings_named=1)
    for caption in _captions(_SCENE, full):
        assert "striped orange sedan on" in caption
        assert any(word in caption for word in STREET.words)
        assert any(word in caption for word in TREES.words)
        assert any(
            f"near a {kind.decoy}" in caption or f"near an {kind.decoy}" in caption for kind in OBJECT_KINDS
        )


def test_captions_of_an_empty_scene_name_no_object() -> None:
    names = {word for kind in OBJECT_KINDS for word in (kind.class_name, *kind.indirect)}
    for caption in _captions(replace(_SCENE, objects=()), Difficulty(distractor=0)):
        assert not names & set(re.findall(r"\w+", caption.lower()))
        assert any(word in caption for word in STREET.words)


@given(seed=st.integers(0, 2**32))
def test_captions_are_sentences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    captions = write_captions(sample_scene(rng, Difficulty()), rng, Difficulty())
    assert len(captions) == CAPTIONS_PER_IMAGE
    for caption in captions:
        assert re.fullmatch(r"[A-Z][a-z ]+[a-z]\.", caption)
        assert not re.search(r"\b(a [aeiou]|an [^aeiou])|  ", caption, flags=re.IGNORECASE)


def test_shares_are_those_of_the_difficulty() -> None:
    captions = _captions(_SCENE, replace(_PLAIN, attribute_named=0.5), seeds=300)
    assert np.mean(["orange" in caption for caption in captions]) == pytest.approx(0.5, abs=0.05)
