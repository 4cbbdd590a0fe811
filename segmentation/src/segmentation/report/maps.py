"""The maps behind a mask, made again for the few images that a report shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation.data.images import RgbImage
from segmentation.data.masks import mask_path
from segmentation.data.targets import ImageTargets
from segmentation.masks.maps import ScoreRules, class_maps, normalized, score_maps
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.run import MaskInputs, read_labels
from segmentation.report.places import Places
from segmentation.runs.folder import MAKE_MASKS, RunFolder
from segmentation.runs.trained import open_trained
from segmentation.scores.contract import FloatMap, Heatmaps, ScoreSource
from shared_runtime.errors import CapparseError


@dataclass(frozen=True, slots=True, eq=False)
class ShownMaps:
    """The maps (h, w) in [0, 1] that there are, by what they are called."""

    maps: Mapping[str, FloatMap]
    """Of each foreground class alone; of what its compounds add, where they do; of the background."""
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
        return shown_maps(scores.heatmaps, self.class_names, self.options.rules)


def mask_origin(masks: Path, places: Places) -> MaskOrigin:
    """How the masks of a folder were made, by its `run.json` and `places`, where that is now.

    Raises CapparseError where the folder was not written by make-masks, or where what it was made from is gone.
    """
    record = RunFolder(masks).read_record()
    if record.command != MAKE_MASKS:
        raise CapparseError(f"{masks} was written by {record.command}, not by {MAKE_MASKS}")
    options = ResolvedMaskOptions.model_validate(record.config)
    if places.run is None or places.labels is None or not places.images:
        raise CapparseError(f"{masks} does not say which run, images and labels it was made from")
    inputs = MaskInputs(places.run, places.images, places.labels)
    trained = open_trained(inputs.run)
    vocabulary, targets, _ = read_labels(inputs, trained, options.labels)
    return MaskOrigin(
        {mask_path(masks, image.key): image for image in targets},
        [label.name for label in vocabulary.label_space.foreground],
        trained.score_source(options.viewing, "cpu"),
        options,
    )


def shown_maps(heatmaps: Heatmaps, class_names: Sequence[str], rules: ScoreRules) -> ShownMaps:
    """The maps of one image; `class_names` of the foreground, that of id 1 first."""
    scores = score_maps(heatmaps, len(class_names), rules)
    alone = class_maps(heatmaps, compounds=False)
    whole = class_maps(heatmaps, compounds=rules.compounds)
    maps: dict[str, FloatMap] = {}
    for class_id in scores.ids:
        name = class_names[class_id - 1]
        maps[name] = normalized(alone[class_id])
        added = whole[class_id] - alone[class_id]
        if (added > 0).any():
            maps[f"compounds of {name}"] = normalized(added)
    if scores.scores[0].any():
        maps["background"] = scores.scores[0]
    return ShownMaps(maps, heatmaps.margin)
