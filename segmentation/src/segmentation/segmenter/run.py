"""A segmentation network from images and their masks, in a run folder; and back from there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.folder import RunFolder
from segmentation.runs.soundness import check_classes
from segmentation.runs.trained import TrainedModel
from segmentation.runs.training import Prepared, TrainingRun, train_run
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.segmenter.config import FROM_MASKS, SegmenterConfig
from segmentation.segmenter.pairs import TrainingMasks, pair_images
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError
from shared_runtime.files import file_digest

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from segmentation.segmenter.network import SegmentationNetwork
    from segmentation.training.loop import Progress


class TrainedSegmenter(TrainedModel[SegmenterConfig, "SegmentationNetwork"]):
    """A trained network and what its channels mean."""

    config_type = SegmenterConfig

    @property
    def traits(self) -> NetworkTraits:
        """What decides which options suit it."""
        return NetworkTraits(
            backbone=self.config.backbone,
            pretrained=self.config.localizer is not None or self.config.weights != RANDOM,
            crop_size=self.config.crop.size,
            attributes=False,
            background=False,
            own_background=True,
            segmentation=True,
        )

    def _untrained(self, _tensors: "Mapping[str, Tensor]") -> "SegmentationNetwork":
        from segmentation.segmenter.initialise import initial_network

        return initial_network(self.config, self.vocabulary.n_foreground, weights=None)

    def _scores(
        self, network: "SegmentationNetwork", device: "torch.device", viewing: Viewing
    ) -> ScoreSource[ImageTargets]:
        from segmentation.segmenter.predict import SegmenterScores

        return SegmenterScores(network, device, viewing)


def train_segmenter(
    images: Sequence[Path],
    masks: Path | TrainingMasks,
    output: Path,
    config: SegmenterConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a segmentation network on the images in `images` that have a mask in `masks`, and write it to
    `output`. `TrainingMasks` also have masks that people corrected, which weigh as `config.loss` says.

    Continues an unfinished run of the same options and masks. Raises UsageError where `output` holds another run,
    with the differences; InputError where most masks have no image; KeyboardInterrupt, after a checkpoint, when
    the process is asked to stop.
    """
    given_masks = masks if isinstance(masks, TrainingMasks) else TrainingMasks(masks)

    def prepare(allow_missing: bool) -> Prepared:
        for path in given_masks.folders:
            if not path.is_dir():
                raise InputError(
                    f"{path}: got no folder, expected one of masks <image stem>.png, as make-masks writes it"
                )
        vocabulary = Vocabulary(given_masks.label_space(config.label_space))
        check_classes(vocabulary)
        space = vocabulary.label_space
        truth, corrected = given_masks.truth(space)
        pairs, unpaired = pair_images(
            images, given_masks.masks, truth, corrected=corrected, allow_missing=allow_missing
        )

        def build() -> tuple[Any, Callable[[Any], Any]]:
            from segmentation.segmenter.samples import MaskSamples
            from segmentation.segmenter.task import build_task, check_crops

            if overwrite or not RunFolder(output).finished:
                check_crops(config)
            return MaskSamples(pairs, truth, config.crop), lambda _device: build_task(config, space)

        content = [
            (pair.key, file_digest(given_masks.file(pair))[:16], *(["corrected"] if pair.corrected else []))
            for pair in pairs
        ]
        return Prepared(space, content, unpaired, build)

    inputs = {} if config.label_space == FROM_MASKS else {"the label space": Path(config.label_space)}
    notes = {"images": [str(path) for path in images], "masks": " + ".join(map(str, given_masks.folders))}
    return train_run(
        config, config.training, output, inputs, notes, prepare, machine, overwrite=overwrite, show=show
    )


def load_segmenter(run: Path) -> TrainedSegmenter:
    """As `TrainedModel.of_run`."""
    return TrainedSegmenter.of_run(run)
