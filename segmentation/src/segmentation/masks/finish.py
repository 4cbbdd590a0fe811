"""The part of mask making that needs the image at full resolution: enlarge, refine, take the best class, write.

Worker processes import this module, so it stays free of torch.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask, write_index_mask
from segmentation.masks.maps import ScoreMaps, segment
from segmentation.masks.refinement import CrfPreset, Refinement, refine
from segmentation.scores.contract import ImageRequest
from segmentation.scores.grid import upscale
from shared_runtime.errors import CapparseError, OutputError


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


@dataclass(frozen=True, slots=True)
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

    def mask(self, image: RgbImage, score_maps: ScoreMaps) -> IndexMask:
        """Mask (H, W) of class ids at the resolution of the image (H, W, 3)."""
        height, width = image.shape[:2]
        scores = upscale(score_maps.scores, height, width, score_maps.margin)
        return segment(refine(image, scores, self.refinement, self.crf_preset), score_maps.ids)

    def __call__(self, image: UnfinishedMask | RejectedImage) -> RejectedImage | None:
        """Write the mask of an image; what was rejected before, or is now, is returned.

        Raises OutputError where the mask cannot be written.
        """
        if isinstance(image, RejectedImage):
            return image
        try:
            write_index_mask(image.path, self.mask(image.image, image.score_maps))
        except CapparseError:
            raise
        except OSError as error:
            raise OutputError(
                f"{error.filename or image.path}: the mask cannot be written: {error.strerror or error}"
            ) from error
        except Exception as error:  # noqa: BLE001  whatever one image does to the refinement costs that image alone
            return RejectedImage.of(image.request, f"the mask cannot be made: {type(error).__name__}: {error}")
        return None
