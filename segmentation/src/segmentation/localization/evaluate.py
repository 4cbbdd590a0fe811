"""Image-level quality of a localization network: its class scores against the classes that images have."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segmentation.data.images import read_image
from segmentation.data.read_ahead import array_bytes, read_ahead
from segmentation.data.targets import ImageTargets, UnknownAttributes, read_targets
from segmentation.evaluation.image_labels import LabelRanking, label_ranking
from segmentation.localization.run import TrainedLocalizer, load_localizer
from segmentation.runs.left_out import LeftOut

BATCH = 8
"""Images that the network sees at a time."""


def evaluate_labels(
    run: Path,
    images: Sequence[Path],
    truth: Path,
    *,
    input_size: int | None = None,
    device: str = "auto",
    allow_missing: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> LabelRanking:
    """Average precision of the foreground classes on the images of `truth`, a label file of what they really have.

    Classes that `truth` does not give an image are taken to be absent, images without any included. The network
    sees squares of `input_size` pixels, by default of the side of its training crops. `progress` is called with
    the images done and all of them.

    Raises InputError where `run` is no finished one, where most images are missing, or for one that cannot be
    read.
    """
    localizer = load_localizer(run)
    vocabulary, targets, skipped = read_targets(
        truth,
        images,
        label_space=localizer.vocabulary.label_space,
        unknown_attributes=UnknownAttributes.DROP,
        keep_unlabelled=True,
    )
    LeftOut(skipped, allow_missing).check(len(targets), truth, images)
    parts = []
    for scores in _scores(localizer, targets, input_size or localizer.config.crop.size, device):
        parts.append(scores)
        progress(sum(map(len, parts)), len(targets))
    present = np.zeros((len(targets), vocabulary.n_foreground), dtype=np.bool_)
    for row, image in enumerate(targets):
        present[row, [class_id - 1 for class_id in image.foreground]] = True
    names = [label.name for label in vocabulary.label_space.foreground]
    return label_ranking(np.concatenate(parts)[:, : len(names)], present, names)


def _scores(
    localizer: TrainedLocalizer, targets: Sequence[ImageTargets], side: int, device: str
) -> Iterator[npt.NDArray[np.float32]]:
    """Logits (B, K) of the images, a batch at a time."""
    from segmentation.backbones.devices import resolve_device
    from segmentation.localization.predict import HeatmapExtractor
    from segmentation.scores.contract import Viewing

    place = resolve_device(device)
    extractor = HeatmapExtractor(localizer.network.to(place), place, Viewing(side))
    images = read_ahead(targets, lambda target: read_image(target.path), array_bytes)
    while batch := list(islice(images, BATCH)):
        yield extractor.class_scores(batch)
