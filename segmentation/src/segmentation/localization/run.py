"""A localization network from images and a label file, in a run folder; and back from there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets
from segmentation.localization.config import LocalizerConfig
from segmentation.runs.soundness import check_classes, few_images, without_negatives
from segmentation.runs.trained import TrainedModel
from segmentation.runs.training import Prepared, TrainingRun, read_labelled, train_run
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from segmentation.localization.network import LabelLocalizer
    from segmentation.training.loop import Progress


class TrainedLocalizer(TrainedModel[LocalizerConfig, "LabelLocalizer"]):
    """A trained network and what its columns mean."""

    config_type = LocalizerConfig

    @property
    def traits(self) -> NetworkTraits:
        """What decides which options suit it."""
        network = self.config.network
        return NetworkTraits(
            backbone=self.config.backbone,
            pretrained=self.config.weights != RANDOM,
            crop_size=self.config.crop.size,
            attributes=network.attributes,
            background=network.background,
            background_logit=network.background_logit,
            gives_cells=True,
        )

    def _untrained(self, _tensors: "Mapping[str, Tensor]") -> "LabelLocalizer":
        from segmentation.localization.task import initial_network

        return initial_network(self.config, self.vocabulary, weights=None)

    def _scores(
        self, network: "LabelLocalizer", device: "torch.device", viewing: Viewing
    ) -> ScoreSource[ImageTargets]:
        from segmentation.localization.predict import HeatmapExtractor

        return HeatmapExtractor(network, device, viewing)


def train_localizer(
    images: Sequence[Path],
    labels: Path,
    output: Path,
    config: LocalizerConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a localization network on the images in `images` that `labels` describes, and write it to `output`.

    Continues an unfinished run of the same options and labels. Raises UsageError where `output` holds another
    run, with the differences; InputError where most images are missing or their records damaged;
    KeyboardInterrupt, after a checkpoint, when the process is asked to stop.
    """

    def prepare(allow_missing: bool) -> Prepared:
        vocabulary, targets, left_out = read_labelled(
            labels, images, config, allow_missing=allow_missing, keep_unlabelled=config.unlabelled_images
        )
        check_classes(vocabulary)

        def build() -> tuple[Any, Callable[[Any], Any]]:
            from segmentation.localization.samples import LocalizationSamples
            from segmentation.localization.task import build_task

            samples = LocalizationSamples(targets, vocabulary, config.crop)
            return samples, lambda _device: build_task(config, vocabulary, targets)

        doubts = [*few_images(targets, vocabulary), *without_negatives(targets, vocabulary)]
        return Prepared(vocabulary.label_space, [*map(_content, targets)], left_out, build, doubts)

    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    notes = {"images": [str(path) for path in images], "labels": str(labels)}
    return train_run(
        config, config.training, output, inputs, notes, prepare, machine, overwrite=overwrite, show=show
    )


def _content(target: ImageTargets) -> tuple[Any, ...]:
    """What is learned from an image."""
    attributes = sorted(target.attributes.items())
    classes = (target.foreground, target.background, target.doubtful, target.denied)
    return (target.image_id, target.file_name, *classes, attributes)


def load_localizer(run: Path) -> TrainedLocalizer:
    """As `TrainedModel.of_run`."""
    return TrainedLocalizer.of_run(run)
