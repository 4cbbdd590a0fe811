"""Heatmaps made from ground truth, so that masks can be timed and scored without a trained localizer.

The network still runs: its backbone, with pre-trained weights where they are installed, sees every image, and what
it gives is dropped. Class maps are the truth averaged over the cells of a 21 × 21 grid, blurred and disturbed by
noise that depends on the image alone.
"""

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from segmentation.backbones.catalog import PACKAGED
from segmentation.backbones.loading import load_backbone
from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.coco import CocoTruth
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.network import LocalizationNetwork
from segmentation.localization.predict import HeatmapExtractor
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes
from shared_schemas import load_label_space

N_FOREGROUND = 80
CELLS = 21
OPTIONS = ResolvedMaskOptions(alpha=8, input_size=321, propagation=0, consensus=False, refine=Refinement.DENSE_CRF)
_NOISE = 0.1


@dataclass(frozen=True)
class TruthMaps:
    """The first `limit` images of a COCO instances file that lie in a folder and show an object."""

    instances: Path
    images: Path
    limit: int

    @classmethod
    def from_arguments(cls) -> tuple["TruthMaps", Path]:
        """From `INSTANCES.json IMAGES LIMIT OUTPUT` on the command line; the output folder is made."""
        instances, images, limit, output = sys.argv[1:]
        Path(output).mkdir(parents=True)
        return cls(Path(instances), Path(images), int(limit)), Path(output)

    @cached_property
    def targets(self) -> list[ImageTargets]:
        """The images with the classes that they show."""
        found: list[ImageTargets] = []
        for key, mask in self._truth:
            path = self.images / f"{key}.jpg"
            classes = tuple(int(value) for value in np.unique(mask) if value)
            if classes and path.is_file():
                found.append(ImageTargets(key, path.name, path, classes, ()))
            if len(found) == self.limit:
                break
        return found

    @cached_property
    def extractor(self) -> HeatmapExtractor:
        """EfficientNet-Lite0 at 321² with random embeddings."""
        backbone = load_backbone("efficientnet-lite0", PACKAGED)
        network = LocalizationNetwork(backbone, N_FOREGROUND, 0, LocalizationOptions()).eval()
        return HeatmapExtractor(network, torch.device("cpu"), OPTIONS.viewing)

    def sizes(self, image: RgbImage) -> Sizes:
        """Those of the network."""
        return self.extractor.sizes(image)

    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """What the network costs, and what the truth says."""
        found = self.extractor.scores(images, requests)
        return [ImageScores(self._from_truth(of), cells) for of, (_, cells) in zip(requests, found, strict=True)]

    def _from_truth(self, targets: ImageTargets) -> Heatmaps:
        mask = self._truth.mask(targets.path.stem)
        rng = np.random.default_rng(zlib.crc32(targets.path.stem.encode()))
        return Heatmaps({class_id: _blurred(mask, class_id, rng) for class_id in targets.foreground}, {})

    @cached_property
    def _truth(self) -> CocoTruth:
        return CocoTruth(self.instances, load_label_space("coco"))


def _blurred(mask: IndexMask, class_id: int, rng: np.random.Generator) -> FloatMap:
    inside = Image.fromarray((mask == class_id).astype(np.uint8) * 255)
    cells = np.asarray(inside.resize((CELLS, CELLS), Image.Resampling.BOX), dtype=np.float32) / 255
    around = np.pad(cells, 1, mode="edge")
    blurred = sum(around[i : i + CELLS, j : j + CELLS] for i in range(3) for j in range(3)) / np.float32(9)
    return (blurred + _NOISE * rng.random((CELLS, CELLS), dtype=np.float32) * blurred.max()).astype(np.float32)
