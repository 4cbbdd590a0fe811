"""A grounding model from images and the captions of a label file, in a run folder; and back from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets, Vocabulary, read_targets
from segmentation.grounding.config import GroundingConfig
from segmentation.runs.folder import TRAIN_GROUNDING, RunFolder
from segmentation.runs.left_out import LeftOut
from segmentation.runs.soundness import step_doubts
from segmentation.runs.training import TrainingJob, TrainingRun, check_start, train_in_folder, training_record
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError

if TYPE_CHECKING:
    from segmentation.grounding.network import GroundingNetwork
    from segmentation.training.loop import Progress


@dataclass(frozen=True)
class TrainedGrounding:
    """A trained network, and the label space of the records that it learned from."""

    weights: Path
    vocabulary: Vocabulary
    config: GroundingConfig

    @property
    def traits(self) -> NetworkTraits:
        """What decides which options suit it."""
        return NetworkTraits(
            backbone=self.config.backbone,
            pretrained=self.config.weights != RANDOM,
            crop_size=self.config.crop.size,
            attributes=True,
            background=True,
            phrases=True,
        )

    @cached_property
    def network(self) -> "GroundingNetwork":
        """In evaluation mode; read when it is first asked for."""
        from segmentation.backbones.loading import read_tensors
        from segmentation.grounding.task import initial_network
        from segmentation.grounding.words import WordTable

        tensors = read_tensors(self.weights)
        network = initial_network(self.config, WordTable.from_tensor(tensors["vocabulary"]), weights=None)
        network.load_state_dict(tensors)
        return network.eval()

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]:
        """The network on `device`, looking at images as `viewing` says."""
        from segmentation.backbones.devices import network_on, resolve_device
        from segmentation.grounding.predict import GroundingScores

        place = resolve_device(device)
        names = [label.name.replace("_", " ") for label in self.vocabulary.classes]
        return GroundingScores(network_on(self.network, place), place, viewing, names)


def train_grounding(
    images: Sequence[Path],
    labels: Path,
    output: Path,
    config: GroundingConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a grounding model on the captions in `labels` of the images in `images`, and write it to `output`.

    Continues an unfinished run of the same options and captions. Raises UsageError where `output` holds another
    run, with the differences; InputError where most images are missing or their records damaged, and for records
    without captions; KeyboardInterrupt, after a checkpoint, when the process is asked to stop.
    """
    machine = machine or MachineOptions()
    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    check_start(config, output, inputs, overwrite=overwrite)
    vocabulary, targets, skipped = read_targets(
        labels,
        images,
        label_space=config.label_space,
        keep_unlabelled=True,
        rules=config.labels,
        phrases=True,
    )
    left_out = LeftOut(skipped, machine.allow_missing)
    left_out.check(len(targets), labels, images)
    captioned = [(target, texts) for target in targets if (texts := _texts(target, config))]
    if not captioned:
        raise InputError(
            f"{labels}: got no {config.texts} in {len(targets):,} records, expected texts to learn from. Label "
            "the captions with 'capparse label', or --set texts=captions"
        )

    from segmentation.grounding.samples import CaptionedSamples
    from segmentation.grounding.task import build_task
    from segmentation.grounding.words import WordTable

    found, texts = zip(*captioned, strict=True)
    words = WordTable.of_texts((text for of in texts for text in of), config.network.text.least_count)
    job = TrainingJob(
        training_record(
            config,
            [(target.image_id, target.file_name, of) for target, of in captioned],
            {"images": [str(path) for path in images], "labels": str(labels)},
        ),
        vocabulary.label_space,
        config.training,
        CaptionedSamples(found, texts, words, config.crop),
        lambda _device: build_task(config, words),
        [*step_doubts(len(found), config.training)],
        config.frozen_views,
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(len(found), left_out, report)


def _texts(target: ImageTargets, config: GroundingConfig) -> tuple[str, ...]:
    """What an image is brought near to."""
    captions = target.captions if config.texts != "phrases" else ()
    phrases = tuple(phrase.text for phrase in target.phrases) if config.texts != "captions" else ()
    return captions + phrases


def load_grounding(run: Path) -> TrainedGrounding:
    """The network of a finished run. InputError if `run` is none, or is unfinished."""
    folder = RunFolder(run)
    config = folder.read_config(GroundingConfig, TRAIN_GROUNDING)
    return TrainedGrounding(folder.weights, Vocabulary(folder.read_label_space()), config)
