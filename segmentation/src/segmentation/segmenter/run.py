"""A segmentation network from images and their masks, in a run folder; and back from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.folder import TRAIN_SEGMENTER, RunFolder
from segmentation.runs.soundness import check_classes, step_doubts
from segmentation.runs.training import TrainingJob, TrainingRun, check_start, train_in_folder, training_record
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.segmenter.config import FROM_MASKS, SegmenterConfig
from segmentation.segmenter.pairs import TrainingMasks, pair_images
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError
from shared_runtime.files import file_digest

if TYPE_CHECKING:
    from segmentation.segmenter.network import SegmentationNetwork
    from segmentation.training.loop import Progress


@dataclass(frozen=True)
class TrainedSegmenter:
    """A trained network and what its channels mean."""

    weights: Path
    vocabulary: Vocabulary
    config: SegmenterConfig

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

    @cached_property
    def network(self) -> "SegmentationNetwork":
        """In evaluation mode; read when it is first asked for, so that wrong options are told without torch."""
        from segmentation.backbones.loading import read_tensors
        from segmentation.segmenter.initialise import initial_network

        network = initial_network(self.config, self.vocabulary.n_foreground, weights=None)
        network.load_state_dict(read_tensors(self.weights))
        return network.eval()

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]:
        """The network on `device`, looking at images as `viewing` says."""
        from segmentation.backbones.devices import network_on, resolve_device
        from segmentation.segmenter.predict import SegmenterScores

        place = resolve_device(device)
        return SegmenterScores(network_on(self.network, place), place, viewing)


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
    machine = machine or MachineOptions()
    given_masks = masks if isinstance(masks, TrainingMasks) else TrainingMasks(masks)
    inputs = {} if config.label_space == FROM_MASKS else {"the label space": Path(config.label_space)}
    folder = check_start(config, output, inputs, overwrite=overwrite)
    for path in given_masks.folders:
        if not path.is_dir():
            raise InputError(
                f"{path}: got no folder, expected one of masks <image stem>.png, as make-masks writes it"
            )
    vocabulary = Vocabulary(given_masks.label_space(config.label_space))
    check_classes(vocabulary)
    truth, corrected = given_masks.truth(vocabulary.label_space)
    pairs, unpaired = pair_images(
        images, given_masks.masks, truth, corrected=corrected, allow_missing=machine.allow_missing
    )

    from segmentation.segmenter.samples import MaskSamples
    from segmentation.segmenter.task import build_task, check_crops

    if overwrite or not folder.finished:
        check_crops(config)
    job = TrainingJob(
        training_record(
            config,
            [
                (pair.key, file_digest(given_masks.file(pair))[:16], *(["corrected"] if pair.corrected else []))
                for pair in pairs
            ],
            {"images": [str(path) for path in images], "masks": " + ".join(map(str, given_masks.folders))},
        ),
        vocabulary.label_space,
        config.training,
        MaskSamples(pairs, truth, config.crop),
        lambda _device: build_task(config, vocabulary.label_space),
        [*step_doubts(len(pairs), config.training)],
        config.frozen_views,
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(len(pairs), unpaired, report)


def load_segmenter(run: Path) -> TrainedSegmenter:
    """The network of a finished run. InputError if `run` is none, or is unfinished."""
    folder = RunFolder(run)
    config = folder.read_config(SegmenterConfig, TRAIN_SEGMENTER)
    return TrainedSegmenter(folder.weights, Vocabulary(folder.read_label_space()), config)
