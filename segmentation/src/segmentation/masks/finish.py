"""The part of mask making that needs the image at full resolution: enlarge, refine, take the best class, write.

Worker processes import this module, so it stays free of torch.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.data.masks import IGNORE_INDEX, IndexMask, write_index_mask
from segmentation.masks.maps import ScoreMaps, segment
from segmentation.masks.memory import TILE, is_unrefined, needed_bytes, refinement_size
from segmentation.masks.refinement import CrfPreset, Fit, Refinement, prepare
from segmentation.scores.contract import FloatMap, ImageRequest
from segmentation.scores.grid import upscale, upscale_tiles
from shared_runtime.errors import CapparseError, OutputError

_log = logging.getLogger(__name__)

_BAND = 256
"""Rows that are enlarged at a time, so that no scores of a large image are in memory as a whole."""


@dataclass(frozen=True, slots=True)
class RejectedImage:
    """An image that got no mask, and why."""

    image_id: int | str
    file_name: str
    reason: str

    @classmethod
    def of(cls, request: ImageRequest, reason: str) -> Self:
        """The image of `request`, rejected."""
        return cls(request.image_id, request.file_name or request.path.name, reason)


@dataclass(frozen=True, slots=True, eq=False)
class UnfinishedMask:
    """An image with its score maps, to which lines 11 to 13 of Algorithm 1 are still to be done."""

    request: ImageRequest
    image: RgbImage
    score_maps: ScoreMaps
    path: Path
    """Of the mask."""


@dataclass(frozen=True, slots=True)
class Finisher:
    """Makes masks of score maps and writes them; can be pickled for worker processes."""

    refinement: Refinement
    crf_preset: CrfPreset = CrfPreset.SEC
    most_bytes: int | None = None
    """Memory that one image may take; None: whatever it takes."""
    ignore_band: tuple[float, float] | None = None
    """Where the best class has between these shares of its score and the background's, the mask says 255."""

    def mask(self, image: RgbImage, score_maps: ScoreMaps) -> IndexMask:
        """Mask (H, W) of class ids at the resolution of the image (H, W, 3): `masks` of one."""
        (mask,) = self.masks(image, [score_maps])
        return mask

    def masks(self, image: RgbImage, score_maps: Iterable[ScoreMaps]) -> Iterator[IndexMask]:
        """Masks (H, W) of class ids at the resolution of the image (H, W, 3), of each of several score maps.

        What fits them to its edges is prepared once. Where refinement would take too much memory at that size, it
        is done at a smaller one, and its scores are enlarged. Raises MemoryError where even that takes more than
        `most_bytes`.
        """
        edges = _Edges(image, self.refinement, self.crf_preset)
        return (self._mask(of, edges) for of in score_maps)

    def _mask(self, score_maps: ScoreMaps, edges: "_Edges") -> IndexMask:
        height, width = edges.image.shape[:2]
        n_labels = len(score_maps.scores)
        needed = needed_bytes(height, width, n_labels, self.refinement)
        if self.most_bytes is not None and needed > self.most_bytes:
            raise MemoryError(
                f"{width} × {height} pixels with {n_labels - 1} classes take about {needed / 1e9:.1f} GB, and "
                f"{self.most_bytes / 1e9:.1f} GB are free for each process"
            )
        if is_unrefined(n_labels, self.refinement):
            return self._unrefined(score_maps, height, width)
        rows, columns = refinement_size(height, width, n_labels, self.refinement)
        refined = edges.fit(upscale(score_maps.scores, rows, columns, score_maps.margin))
        if (rows, columns) == (height, width):
            return self._segmented(refined, score_maps.ids)
        bands = [
            self._segmented(_enlarged(refined, top, min(top + _BAND, height), height, width), score_maps.ids)
            for top in range(0, height, _BAND)
        ]
        return np.concatenate(bands)

    def _segmented(self, scores: FloatMap, ids: tuple[int, ...]) -> IndexMask:
        """Class ids (H, W) of scores (1 + F, H, W), 255 where the band says so."""
        mask = segment(scores, ids)
        if self.ignore_band is not None:
            mask[undecided(scores, *self.ignore_band)] = IGNORE_INDEX
        return mask

    def _unrefined(self, score_maps: ScoreMaps, height: int, width: int) -> IndexMask:
        mask = np.empty((height, width), dtype=np.uint8)
        for rows, columns, scores in upscale_tiles(score_maps.scores, height, width, score_maps.margin, TILE):
            mask[rows, columns] = self._segmented(scores, score_maps.ids)
        return mask

    def write(self, image: UnfinishedMask, mask: IndexMask) -> None:
        """Keep the mask of an image. Raises OSError."""
        write_index_mask(image.path, mask)

    def __call__(self, image: UnfinishedMask | RejectedImage) -> RejectedImage | tuple[int, ...]:
        """Write the mask of an image, and return the ids of the classes in it, ascending; or the image, rejected
        before or now.

        Raises OutputError where the mask cannot be written, and what is an error of the code, not of the image:
        TypeError, AttributeError and NameError.
        """
        if isinstance(image, RejectedImage):
            return image
        try:
            mask = self.mask(image.image, image.score_maps)
            self.write(image, mask)
        except (CapparseError, TypeError, AttributeError, NameError):
            raise
        except MemoryError as error:
            reason = (
                f"{memory_reason(error)}. The same command with fewer --processes makes the mask that is missing"
            )
            return RejectedImage.of(image.request, f"{reason}; --refine none takes less")
        except OSError as error:
            raise OutputError(
                f"{error.filename or image.path}: the mask cannot be written: {error.strerror or error}"
            ) from error
        except Exception as error:  # noqa: BLE001  whatever one image does to the refinement costs that image alone
            _log_first(type(error).__name__)
            return RejectedImage.of(image.request, f"the mask cannot be made: {type(error).__name__}: {error}")
        counts = np.bincount(mask.ravel(), minlength=IGNORE_INDEX + 1)[:IGNORE_INDEX]
        return tuple((1 + np.flatnonzero(counts[1:])).tolist())


class _Edges:
    """What scores of an image are fitted to, at the last size that was asked for."""

    def __init__(self, image: RgbImage, how: Refinement, preset: CrfPreset) -> None:
        self.image = image
        self._how, self._preset = how, preset
        self._prepared: tuple[tuple[int, int], Fit] | None = None

    def fit(self, scores: FloatMap) -> FloatMap:
        """Scores (L, h, w) in [0, 1], of the image or of a smaller size."""
        height, width = scores.shape[1:]
        if self._prepared is None or self._prepared[0] != (height, width):
            smaller = self.image
            if smaller.shape[:2] != (height, width):
                smaller = _resized(smaller, height, width)
            self._prepared = (height, width), prepare(smaller, self._how, self._preset)
        return self._prepared[1](scores)


@cache
def _log_first(kind: str) -> None:
    """Log where the exception that is being handled came from, if it is the first of its kind in this process."""
    _log.warning("a mask cannot be made; others may fail alike: %s", kind, exc_info=True)


def memory_reason(error: MemoryError) -> str:
    """Why an image has no mask, of what `Finisher.mask` raised."""
    return f"too little memory for its mask: {error}".rstrip(": ")


def undecided(scores: FloatMap, low: float, high: float) -> NDArray[np.bool_]:
    """Pixels (H, W) where the best class is neither there nor not, for `scores` (1 + F, H, W), background first.

    Of the score of the best class and that of the background together, it has more than `low` and less than
    `high`.
    """
    best = scores[1:].max(axis=0, initial=0)
    total = best + scores[0]
    unsure: NDArray[np.bool_] = (best > low * total) & (best < high * total)
    return unsure


def _resized(image: RgbImage, height: int, width: int) -> RgbImage:
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


def _enlarged(scores: FloatMap, top: int, bottom: int, height: int, width: int) -> FloatMap:
    """Rows `top` to `bottom` of scores (L, h, w), enlarged to (L, height, width)."""
    rows, columns = scores.shape[1:]
    part = (0, top * rows / height, columns, bottom * rows / height)
    how = Image.Resampling.BILINEAR
    return np.stack([np.asarray(Image.fromarray(of).resize((width, bottom - top), how, part)) for of in scores])
