"""A localizer as a segmenter, without another training.

A localizer whose class scores were pooled over the cells that a class wins (`network.class_pooling=weighted`) has
logits that mean the same in every image, and learned to beat a background of constant logit. So its class maps
segment images of which nothing is said: every class competes everywhere, as in the single stage of Araslanov &
Roth (2020).
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.localization.run import load_localizer
from segmentation.masks.options import PROPAGATION
from segmentation.segmenter.config import SegmentationOptions, SegmenterConfig
from segmentation.segmenter.run import TrainedSegmenter
from shared_runtime.errors import UsageError

if TYPE_CHECKING:
    from segmentation.segmenter.network import SegmentationNetwork

SHARPNESS = 3.0
"""Of known rows. By itself it moves no border, but refinements ask how sure a network is: on 63 images of COCO,
dense CRF turned a mean IoU of .15 into .11 with 1, and left it with 3 as with 8."""


class SegmenterOfLocalizer(TrainedSegmenter):
    """As if it had been trained: `weights` are those of the localizer's run."""

    @cached_property
    def network(self) -> "SegmentationNetwork":
        """In evaluation mode; its head is the class embeddings of the localizer."""
        from segmentation.segmenter.initialise import starting_network

        return starting_network(self.config, self.vocabulary.label_space).eval()


def segmenter_of(
    run: Path, *, propagation: int | None = None, background_logit: float | None = None
) -> SegmenterOfLocalizer:
    """The segmenter that the localizer of a finished run is.

    `propagation`: steps that carry logits to cells that look alike; None: as masks are made, by its backbone.
    `background_logit`: None, that of its training. Raises InputError where `run` is no finished localizer,
    UsageError for one whose scores do not compete with a background.
    """
    localizer = load_localizer(run)
    traits = localizer.traits
    if traits.background_logit is None:
        raise UsageError(
            f"{run}: got a localizer whose maps light up in every image, expected one that was trained against a "
            "background. Train it with --set network.class_pooling=weighted, or train a segmenter on its masks: "
            "capseg train-segmenter"
        )
    steps = (PROPAGATION if traits.pretrained else 0) if propagation is None else propagation
    trained = localizer.config
    config = SegmenterConfig(
        backbone=trained.backbone,
        weights=trained.weights,
        label_space=trained.label_space,
        crop=trained.crop,
        localizer=str(run),
        network=SegmentationOptions(
            head="linear",
            rows="localizer",
            propagation=steps,
            background_logit=background_logit,
            sharpness=SHARPNESS,
        ),
    )
    return SegmenterOfLocalizer(localizer.weights, localizer.vocabulary, config)
