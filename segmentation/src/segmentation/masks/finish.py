"""The part of mask making that needs the image at full resolution: enlarge, refine, take the best class, write.

Worker processes import this module, so it stays free of torch.
"""

from dataclasses import dataclass
from pathlib import Path

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask
from segmentation.masks.maps import ScoreMaps, segment
from segmentation.masks.refine import Refinement, refine
from segmentation.masks.upscale import upscale
from segmentation.masks.writers import write_mask


@dataclass(frozen=True, slots=True)
class UnfinishedMask:
    """Lines 11 to 13 of Algorithm 1 for one image, still to be done."""

    image: RgbImage
    score_maps: ScoreMaps
    refinement: Refinement
    crf_preset: str

    def mask(self) -> IndexMask:
        """Mask (H, W) of class ids at the image's resolution."""
        height, width = self.image.shape[:2]
        scores = upscale(self.score_maps.scores, height, width, self.score_maps.margin)
        return segment(refine(self.image, scores, self.refinement, self.crf_preset), self.score_maps.ids)


def finish(unfinished: UnfinishedMask, path: Path) -> None:
    """Make the mask and write it. Raises OSError where it cannot be written."""
    write_mask(path, unfinished.mask())
