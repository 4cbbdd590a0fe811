"""Equations 9 to 14 of Vilar & Perez, Section III-C: pure functions on arrays.

Axis letters: F foreground classes of the image, h w cells of the feature map, H W pixels.
"""

from dataclasses import dataclass

import numpy as np

from segmentation.data.masks import IndexMask
from segmentation.scores.contract import FloatMap, Heatmaps

EPSILON = 1e-5
"""Added to the maximum that Eq. 10 divides by, so that a map without any activation stays 0."""


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """How heatmaps become scores; switches that are off leave parts out, as arms of Table 6 do."""

    alpha: float
    """α of Eq. 11."""
    gamma: float = 0.7
    """γ of Eq. 13."""
    compounds: bool = True
    """Whether compound heatmaps are added to their classes (Eq. 9)."""
    positive_background: bool = True
    """Whether maps of background classes are used (Eq. 12)."""
    absolute: float = 0.0
    """Weight, in [0, 1], of scores that compare logits across images (`absolute_scores`); not in the paper."""
    background_logit: float = 1.0
    """That of the background in them."""
    midpoint: bool = False
    """Whether scores are heatmaps less their midpoint, and the background's is 0 (`midpoint_scores`)."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMaps:
    """M_c of the background and of the foreground classes of one image: what line 10 of Algorithm 1 ends with."""

    ids: tuple[int, ...]
    """Foreground class ids, ascending: F of them."""
    scores: FloatMap
    """(1 + F, h, w) in [0, 1]: the background, then the classes in the order of `ids`. Those of `midpoint_scores`
    have no bounds."""
    margin: float = 0.0
    """As that of the heatmaps."""


def class_maps(heatmaps: Heatmaps, *, compounds: bool = True) -> dict[int, FloatMap]:
    """M̃_c by class id, (h, w): a class's heatmap and those of its compounds, summed (Eq. 9).

    Foreground and background classes alike (line 1 of Algorithm 1). `compounds=False` leaves the sum out.
    """
    summed = {class_id: heatmap.astype(np.float32) for class_id, heatmap in heatmaps.classes.items()}
    if compounds:
        for (class_id, _), heatmap in heatmaps.compounds.items():
            summed[class_id] += heatmap
    return summed


def normalized(heatmap: FloatMap) -> FloatMap:
    """A map cut off at 0 and divided by its maximum, in [0, 1] (Eq. 10)."""
    positive: FloatMap = np.maximum(heatmap, 0)
    positive /= positive.max() + np.float32(EPSILON)
    return positive


def negative_background(foreground: FloatMap, alpha: float) -> FloatMap:
    """M⁻ of the background, (h, w) in [0, 1]: high where no foreground class is (Eq. 11).

    `foreground` holds the normalised maps, (F, h, w); without any, the image is background throughout.
    """
    elsewhere: FloatMap = 1 - foreground.max(axis=0, initial=0)
    return elsewhere ** np.float32(alpha)


def positive_background(background: FloatMap) -> FloatMap:
    """M⁺ of the background, (h, w) in [0, 1], from the unnormalised maps of background classes (Eq. 12 and 10)."""
    return normalized(background.sum(axis=0))


def score_maps(heatmaps: Heatmaps, n_foreground: int, rules: ScoreRules) -> ScoreMaps:
    """Lines 1 to 10 of Algorithm 1; class ids up to `n_foreground` are foreground.

    Of a network that knows the background, what it says of it and of the classes, as it is.

    Raises ValueError for an image without any heatmap.
    """
    if heatmaps.background is not None:
        probabilities = dict(sorted(heatmaps.classes.items()))
        stacked = np.stack([heatmaps.background, *probabilities.values()])
        return ScoreMaps(tuple(probabilities), stacked, heatmaps.margin)
    summed = class_maps(heatmaps, compounds=rules.compounds)
    if not summed:
        raise ValueError("an image without labels has no heatmaps to make scores of")
    shape = next(iter(summed.values())).shape
    ids = tuple(sorted(class_id for class_id in summed if class_id <= n_foreground))
    foreground = _stacked([summed[class_id] for class_id in ids], shape)
    surroundings = _stacked([summed[class_id] for class_id in sorted(summed) if class_id > n_foreground], shape)
    if not rules.positive_background:
        surroundings = surroundings[:0]
    if rules.midpoint:
        return ScoreMaps(ids, midpoint_scores(foreground), heatmaps.margin)
    scores = relative_scores(foreground, surroundings, rules)
    if rules.absolute:
        absolute = absolute_scores(foreground, surroundings, rules.background_logit)
        shares = scores / np.maximum(scores.sum(axis=0), EPSILON)
        scores = shares ** (1 - rules.absolute) * absolute**rules.absolute
    return ScoreMaps(ids, scores.astype(np.float32, copy=False), heatmaps.margin)


def likeliest(maps: ScoreMaps) -> ScoreMaps:
    """Without the classes that are likeliest in no cell: each of them would cost a refinement its time."""
    columns = np.union1d([0], np.unique(maps.scores.argmax(axis=0)))
    ids = tuple(maps.ids[column - 1] for column in columns.tolist() if column)
    return ScoreMaps(ids, maps.scores[columns], maps.margin)


def relative_scores(foreground: FloatMap, surroundings: FloatMap, rules: ScoreRules) -> FloatMap:
    """Lines 2 to 10 of Algorithm 1, `(1 + F, h, w)` in [0, 1]: each map relative to its maximum in the image.

    Of the maps of F foreground classes and S background classes, `(F, h, w)` and `(S, h, w)`.
    """
    normal = _stacked([normalized(heatmap) for heatmap in foreground], foreground.shape[1:])
    background = negative_background(normal, rules.alpha)
    if rules.positive_background:
        # Eq. 13
        background = np.maximum(background, rules.gamma * positive_background(surroundings))
    return np.concatenate([background[None], normal]).astype(np.float32)


def midpoint_scores(foreground: FloatMap) -> FloatMap:
    """Heatmaps (F, h, w) less the mean of their minimum and maximum, behind a background of 0: (1 + F, h, w).

    How TAM-Net makes masks of heatmaps (Vilar & Perez, Section V-E). In units of the heatmaps, not in [0, 1].
    """
    middle = (foreground.max(axis=(1, 2), keepdims=True) + foreground.min(axis=(1, 2), keepdims=True)) / 2
    return np.concatenate([np.zeros((1, *foreground.shape[1:]), dtype=np.float32), foreground - middle])


def absolute_scores(foreground: FloatMap, surroundings: FloatMap, background_logit: float) -> FloatMap:
    """What each class has of each cell, `(1 + F, h, w)`, summing to 1: a softmax over logits and the background's.

    Eq. 10 lights up something in every picture; here a class whose logits stay low has nothing, and the maps of
    background classes are theirs. Arguments as those of `relative_scores`.
    """
    logits = np.concatenate(
        [np.full((1, *foreground.shape[1:]), background_logit, dtype=np.float32), surroundings, foreground]
    )
    shares = np.exp(logits - logits.max(axis=0))
    shares /= shares.sum(axis=0)
    behind = 1 + len(surroundings)
    return np.concatenate([shares[:behind].sum(axis=0, keepdims=True), shares[behind:]])


def sharpened(scores: FloatMap, sharpness: float) -> FloatMap:
    """Scores (1 + F, h, w) as shares that sum to 1, to the power of `sharpness`, and again as shares.

    No cell changes its best class, but how sure it is of it, which refinements ask. Not in the paper.
    """
    shares: FloatMap = (scores / np.maximum(scores.sum(axis=0), EPSILON)) ** np.float32(sharpness)
    shares /= np.maximum(shares.sum(axis=0), np.finfo(np.float32).tiny)
    return shares


def segment(scores: FloatMap, ids: tuple[int, ...]) -> IndexMask:
    """Mask (H, W) of class ids, 0 where the background scores highest (Eq. 14); ties go to the lower id.

    `scores` is (1 + F, H, W), background first. Raises ValueError for ids that a byte cannot hold beside 255,
    which means "ignore".
    """
    if ids and max(ids) > 254:
        raise ValueError(f"class id {max(ids)} does not fit into a mask of bytes, where 255 means ignore")
    mask: IndexMask = np.array([0, *ids], dtype=np.uint8)[scores.argmax(axis=0)]
    return mask


def _stacked(maps: list[FloatMap], shape: tuple[int, ...]) -> FloatMap:
    return np.stack(maps) if maps else np.zeros((0, *shape), dtype=np.float32)
