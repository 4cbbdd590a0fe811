"""The maps behind a mask, made again for the few images that a report shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.localization.run import load_localizer
from segmentation.masks.maps import FloatMap, Heatmaps, class_maps, normalized, score_maps
from segmentation.masks.options import MaskOptions
from segmentation.masks.run import COMMAND, extractor, read_labels
from segmentation.runs.folder import RunFolder
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
    """The images that masks were made of, and their maps."""

    targets: Mapping[str, ImageTargets]
    """By stem of the image's file."""
    maps: Callable[[RgbImage, ImageTargets], ShownMaps]
    class_names: Sequence[str]
    """Of the foreground classes, that of id 1 first."""
    consensus: bool
    """Whether the masks also follow a consensus, which the maps of one image do not show."""


def mask_origin(masks: Path) -> MaskOrigin:
    """How the masks of a folder were made, by its `run.json`.

    Raises CapparseError where the folder was not written by make-masks, or where what it was made from is gone.
    """
    record = RunFolder(masks).read_record()
    if record.command != COMMAND:
        raise CapparseError(f"{masks} was written by {record.command}, not by {COMMAND}")
    options = MaskOptions.model_validate(record.config)
    localizer = load_localizer(Path(record.notes["run"]))
    folders = [Path(folder) for folder in record.notes["images"]]
    vocabulary, targets, _ = read_labels(localizer, Path(record.notes["labels"]), folders)
    heatmaps = extractor(localizer, options, "cpu").heatmaps
    return MaskOrigin(
        {image.path.stem: image for image in targets},
        lambda image, image_targets: shown_maps(
            heatmaps([image], [image_targets])[0], vocabulary.n_foreground, options
        ),
        [label.name for label in vocabulary.label_space.foreground],
        consensus=bool(options.consensus),
    )


def shown_maps(heatmaps: Heatmaps, n_foreground: int, options: MaskOptions) -> ShownMaps:
    """The maps of one image under resolved `options`."""
    assert options.alpha is not None, "options are to be resolved"
    scores = score_maps(
        heatmaps,
        n_foreground,
        alpha=options.alpha,
        gamma=options.gamma,
        compounds=options.compounds,
        positive=options.positive_background,
    )
    alone = class_maps(heatmaps, compounds=False)
    whole = class_maps(heatmaps, compounds=options.compounds)
    nothing = np.zeros_like(scores.scores[:1])
    return ShownMaps(
        np.concatenate([nothing, *(normalized(alone[class_id])[None] for class_id in scores.ids)]).max(axis=0),
        np.concatenate(
            [nothing, *(normalized(whole[class_id] - alone[class_id])[None] for class_id in scores.ids)]
        ).max(axis=0),
        scores.scores[0],
        heatmaps.margin,
    )
