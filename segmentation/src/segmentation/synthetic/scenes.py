"""Scenes drawn by lot, which surroundings, which objects in them, and where; and captions written from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.synthetic.world import (
    BACKDROPS,
    COLOURS,
    HOMES,
    OBJECT_KINDS,
    SKY,
    STRIPED,
    Difficulty,
    ObjectKind,
    Surroundings,
)

_STRIPED_SHARE = 0.2
_HORIZON = (0.25, 0.45)
"""Share of the height that the backdrop takes."""
_ATTEMPTS = 20
_LEAST_GAP = 0.02

CAPTIONS_PER_IMAGE = 3
_EMPTY_TEMPLATES = ("A view of {place}.", "There is nothing but {place}.", "A quiet picture of {place}.")
_OPENINGS = ("{Object}", "There is {object}", "A picture of {object}")


@dataclass(frozen=True, slots=True)
class SceneObject:
    """An object in units of the image's side: `left`, `top` and `width` of its square, all within [0, 1]."""

    kind: ObjectKind
    colour: str
    striped: bool
    noun: str
    """What captions call it."""
    left: float
    top: float
    width: float
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: surroundings, a backdrop beyond a horizon, and objects that do not overlap."""

    surroundings: Surroundings
    backdrop: Surroundings
    horizon: float
    """Height of the line between the two, in heights of the image, from the top."""
    objects: tuple[SceneObject, ...]


def sample_scene(
    rng: np.random.Generator, difficulty: Difficulty, kinds: Sequence[ObjectKind] = OBJECT_KINDS
) -> Scene:
    """A scene by lot, with objects of `kinds`; as many as fit, but at least one where the scene is not empty."""
    surroundings = HOMES[rng.integers(len(HOMES))]
    backdrop = BACKDROPS[rng.integers(len(BACKDROPS))]
    share = rng.uniform(*_HORIZON)
    wanted = 0 if rng.random() < difficulty.empty else 1 + int(rng.random() < difficulty.second_object)
    objects: list[SceneObject] = []
    for _ in range(wanted):
        added = _sample_object(rng, difficulty, kinds, surroundings, share, objects)
        if added is not None:
            objects.append(added)
    horizon = 1 - share if surroundings is SKY else share
    return Scene(surroundings, backdrop, horizon, tuple(objects))


def write_captions(scene: Scene, rng: np.random.Generator, difficulty: Difficulty) -> tuple[str, ...]:
    """`CAPTIONS_PER_IMAGE` captions, as several people would write them: each says part of the scene.

    Every caption names every object; what else it says is drawn by lot.
    """
    return tuple(_caption(scene, rng, difficulty) for _ in range(CAPTIONS_PER_IMAGE))


def _sample_object(
    rng: np.random.Generator,
    difficulty: Difficulty,
    kinds: Sequence[ObjectKind],
    surroundings: Surroundings,
    backdrop_share: float,
    others: list[SceneObject],
) -> SceneObject | None:
    """An object whose centre lies within the surroundings; None where no free place was found."""
    kind = _sample_kind(rng, difficulty, kinds, surroundings)
    indirect = rng.random() < difficulty.indirect_name
    noun = str(rng.choice(kind.indirect)) if indirect else kind.class_name
    colour = str(rng.choice(list(COLOURS)))
    striped, mirrored = rng.random() < _STRIPED_SHARE, rng.random() < 0.5
    for _ in range(_ATTEMPTS):
        width = rng.uniform(difficulty.smallest, difficulty.largest)
        left = rng.uniform(0, 1 - width)
        nearest, farthest = (0.0, 1 - backdrop_share) if surroundings is SKY else (backdrop_share, 1.0)
        highest = max(nearest - width / 4, 0.0)
        top = rng.uniform(highest, max(farthest - width, highest))
        placed = SceneObject(kind, colour, striped, noun, left, top, width, mirrored)
        if not any(_overlap(placed, other) for other in others):
            return placed
    return None


def _sample_kind(
    rng: np.random.Generator, difficulty: Difficulty, kinds: Sequence[ObjectKind], surroundings: Surroundings
) -> ObjectKind:
    home = rng.random() < difficulty.at_home
    # Where few kinds take part, none may be at home here, or the only one is.
    possible = [kind for kind in kinds if (kind.home is surroundings) == home] or [*kinds]
    return possible[rng.integers(len(possible))]


def _overlap(first: SceneObject, second: SceneObject) -> bool:
    """Whether the squares of two objects come closer than the least gap."""
    return all(
        start < other_start + other.width + _LEAST_GAP and other_start < start + one.width + _LEAST_GAP
        for one, other, start, other_start in (
            (first, second, first.left, second.left),
            (first, second, first.top, second.top),
        )
    )


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
