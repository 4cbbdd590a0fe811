"""The maps behind a mask, made again for the few images that a report shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segmentation.data.images import RgbImage
from segmentation.data.masks import mask_path
from segmentation.data.targets import ImageTargets
from segmentation.masks.maps import ScoreRules, class_maps, normalized, score_maps
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.run import MaskInputs, read_labels
from segmentation.runs.folder import MAKE_MASKS, RunFolder
from segmentation.runs.trained import open_trained
from segmentation.scores.contract import FloatMap, Heatmaps, ScoreSource
from shared_runtime.errors import CapparseError


@dataclass(frozen=True, slots=True)
class ShownMaps:
    """Maps (h, w) in [0, 1]; of several foreground classes, the highest in each cell."""

    classes: FloatMap
    """Classes alone."""
    compounds: FloatMap
    """What compounds add to them."""
    background: FloatMap
    margin: float
    """As that of the heatmaps."""


@dataclass(frozen=True, slots=True)
class MaskOrigin:
    """What the masks of a folder were made from."""

    targets: Mapping[Path, ImageTargets]
    """The images by the file of their mask."""
    class_names: Sequence[str]
    """Of the foreground classes, that of id 1 first."""
    source: ScoreSource[ImageTargets]
    options: ResolvedMaskOptions

    def maps(self, image: RgbImage, targets: ImageTargets) -> ShownMaps:
        """The maps of one image."""
        (scores,) = self.source.scores([image], [targets])
        return shown_maps(scores.heatmaps, len(self.class_names), self.options.rules)


def mask_origin(masks: Path) -> MaskOrigin:
    """How the masks of a folder were made, by its `run.json`.

    Raises CapparseError where the folder was not written by make-masks, or where what it was made from is gone.
    """
    record = RunFolder(masks).read_record()
    if record.command != MAKE_MASKS:
        raise CapparseError(f"{masks} was written by {record.command}, not by {MAKE_MASKS}")
    options = ResolvedMaskOptions.model_validate(record.config)
    notes = record.notes
    inputs = MaskInputs(Path(notes["run"]), [Path(folder) for folder in notes["images"]], Path(notes["labels"]))
    trained = open_trained(inputs.run)
    vocabulary, targets, _ = read_labels(inputs, trained.vocabulary, options.labels)
    return MaskOrigin(
        {mask_path(masks, image.key): image for image in targets},
        [label.name for label in vocabulary.label_space.foreground],
        trained.score_source(options.viewing, "cpu"),
        options,
    )


def shown_maps(heatmaps: Heatmaps, n_foreground: int, rules: ScoreRules) -> ShownMaps:
    """The maps of one image."""
    scores = score_maps(heatmaps, n_foreground, rules)
    alone = class_maps(heatmaps, compounds=False)
    whole = class_maps(heatmaps, compounds=rules.compounds)
    nothing = np.zeros_like(scores.scores[0])
    return ShownMaps(
        np.max([nothing, *(normalized(alone[class_id]) for class_id in scores.ids)], axis=0),
        np.max([nothing, *(normalized(whole[class_id] - alone[class_id]) for class_id in scores.ids)], axis=0),
        scores.scores[0],
        heatmaps.margin,
    )
