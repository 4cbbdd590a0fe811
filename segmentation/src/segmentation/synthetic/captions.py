"""Captions written from a scene, as several people would: each says part of it, in words of their own."""

import numpy as np

from segmentation.synthetic.scenes import Scene, SceneObject
from segmentation.synthetic.world import OBJECT_KINDS, STRIPED, Difficulty

CAPTIONS_PER_IMAGE = 3
_EMPTY_TEMPLATES = ("A view of {place}.", "There is nothing but {place}.", "A quiet picture of {place}.")
_OPENINGS = ("{Object}", "There is {object}", "A picture of {object}")


def write_captions(scene: Scene, rng: np.random.Generator, difficulty: Difficulty) -> tuple[str, ...]:
    """`CAPTIONS_PER_IMAGE` captions. Every caption names every object; what else it says is drawn by lot."""
    return tuple(_caption(scene, rng, difficulty) for _ in range(CAPTIONS_PER_IMAGE))


def _caption(scene: Scene, rng: np.random.Generator, difficulty: Difficulty) -> str:
    other = _with_article(_choice(rng, [kind.decoy for kind in OBJECT_KINDS]))
    decoy = f" near {other}" * (rng.random() < difficulty.distractor)
    beyond = f" near {_choice(rng, scene.backdrop.words)}" * (rng.random() < difficulty.surroundings_named)
    place = _choice(rng, scene.surroundings.words)
    if not scene.objects:
        return _choice(rng, _EMPTY_TEMPLATES).format(place=f"{place}{beyond}{decoy}")
    named = " and ".join(_mention(thing, rng, difficulty) for thing in scene.objects)
    opening = _choice(rng, _OPENINGS).format(object=named, Object=named[0].upper() + named[1:])
    if rng.random() < difficulty.surroundings_named:
        return f"{opening} {scene.surroundings.preposition} {place}{beyond}{decoy}."
    return f"{opening} {scene.objects[-1].kind.doing}{decoy}."


def _mention(thing: SceneObject, rng: np.random.Generator, difficulty: Difficulty) -> str:
    """`a red sedan`."""
    adjectives = [thing.colour] if rng.random() < difficulty.attribute_named else []
    if thing.striped and rng.random() < difficulty.attribute_named:
        adjectives.insert(0, STRIPED)
    return _with_article(" ".join([*adjectives, thing.noun]))


def _with_article(phrase: str) -> str:
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def _choice(rng: np.random.Generator, options: tuple[str, ...] | list[str]) -> str:
    return options[int(rng.integers(len(options)))]
