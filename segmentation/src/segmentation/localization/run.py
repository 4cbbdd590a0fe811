"""A localization network from images and a label file, in a run folder; and back from there."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch

from segmentation.backbones.registry import LinearClassifier, load_backbone, load_classifier
from segmentation.data.dataset import LocalizationDataset, collate
from segmentation.data.targets import ImageTargets, SkippedImage, SkipReason, Vocabulary, read_targets
from segmentation.localization.config import RANDOM, LocalizerConfig
from segmentation.localization.knowledge.initialise import initialise
from segmentation.localization.losses import LocalizationLoss, LossWeights, label_weights
from segmentation.localization.network import LabelLocalizer
from segmentation.localization.plain_cam import build_localizer
from segmentation.localization.task import LocalizationTask
from segmentation.training.checkpoint import load_weights
from segmentation.training.loop import Progress, TrainingReport, train
from segmentation.training.options import MachineOptions
from segmentation.training.processes import Processes
from segmentation.training.run_folder import RunFolder, RunRecord, installed_versions, open_run
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace

COMMAND = "train-localizer"


@dataclass(frozen=True, slots=True)
class LocalizerRun:
    """What a call of `train_localizer` found and did."""

    n_images: int
    skipped: Sequence[SkippedImage]
    training: TrainingReport | None
    """None: the run was finished before."""

    @property
    def damaged(self) -> bool:
        """Whether a record or an image was unusable, other than by not being there."""
        bad = any(image.reason in (SkipReason.BAD_RECORD, SkipReason.UNSAFE_FILE_NAME) for image in self.skipped)
        return bad or bool(self.training and self.training.unreadable)


@dataclass(frozen=True, slots=True)
class Localizer:
    """A trained network, in evaluation mode, and what its columns mean."""

    network: LabelLocalizer
    vocabulary: Vocabulary
    config: LocalizerConfig


def train_localizer(
    images: Sequence[Path],
    labels: Path,
    output: Path,
    config: LocalizerConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: Callable[[Progress], None] = lambda _: None,
) -> LocalizerRun:
    """Train a localization network on the images in `images` that `labels` describes, and write it to `output`.

    Goes on with an unfinished run of the same options and labels. Raises UsageError where `output` holds another
    run, with the differences; KeyboardInterrupt, after a checkpoint, when the process is asked to stop.
    """
    machine = machine or MachineOptions()
    if config.weights is None:
        raise UsageError(
            f"the configuration leaves the weights of {config.backbone} open. Give --weights FILE "
            f"(pre-trained on ImageNet), --weights packaged, or --weights {RANDOM}"
        )
    vocabulary, targets, skipped = read_targets(labels, images, label_space=config.label_space)
    record = RunRecord(
        command=COMMAND,
        config=config.model_dump(mode="json"),
        samples={"images": len(targets), "fingerprint": _fingerprint(targets)},
        notes={"images": [str(path) for path in images], "labels": str(labels), "versions": installed_versions()},
    )
    processes = Processes(machine.device)
    writing = open_run(output, record, overwrite=overwrite) if processes.first else nullcontext(RunFolder(output))
    with writing as folder:
        processes.wait()
        if folder.finished:
            return LocalizerRun(len(targets), skipped, None)
        if processes.first:
            _write_label_space(folder, vocabulary.label_space)
        report = train(
            _task(config, vocabulary, targets),
            LocalizationDataset(targets, vocabulary, config.crop),
            collate,
            config.training,
            machine,
            folder,
            processes,
            show=show,
        )
    return LocalizerRun(len(targets), skipped, report)


def load_localizer(run: Path) -> Localizer:
    """The network of a finished run. InputError if `run` is none, or is unfinished."""
    folder = RunFolder(run)
    record = folder.read_record()
    if record.command != COMMAND:
        raise InputError(f"{run} is a run of {record.command}, not of {COMMAND}")
    if not folder.finished:
        raise InputError(f"{run} is not finished: run the same 'capseg {COMMAND}' command again to go on with it")
    config = LocalizerConfig.model_validate(record.config)
    vocabulary = Vocabulary(LabelSpace.model_validate_json(folder.label_space.read_bytes()))
    network = _network(config, vocabulary, weights=None)
    network.load_state_dict(load_weights(folder.weights))
    return Localizer(network.eval(), vocabulary, config)


def _task(config: LocalizerConfig, vocabulary: Vocabulary, targets: Sequence[ImageTargets]) -> LocalizationTask:
    torch.manual_seed(config.training.seed)
    network = _network(config, vocabulary, weights=None if config.weights == RANDOM else config.weights)
    if config.network.knowledge:
        initialise(network, vocabulary.classes, _classifier(config).rows)
    weights = label_weights(targets, vocabulary) if config.network.balanced else LossWeights.plain(vocabulary)
    loss = LocalizationLoss(config.network, weights, vocabulary.n_foreground)
    return LocalizationTask(network, loss, new_layer_factor=config.training.new_layer_factor)


def _network(config: LocalizerConfig, vocabulary: Vocabulary, *, weights: str | None) -> LabelLocalizer:
    backbone = load_backbone(config.backbone, weights)
    network = build_localizer(backbone, vocabulary.n_classes, vocabulary.n_attributes, config.network)
    # On CPUs, depthwise and 1×1 convolutions are faster with channels last, forwards and backwards.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _classifier(config: LocalizerConfig) -> LinearClassifier:
    if config.weights is None or config.weights == RANDOM:
        raise UsageError(
            "embeddings from knowledge (network.knowledge) need pre-trained weights. Give --weights, or "
            "--set network.knowledge=false"
        )
    return load_classifier(config.backbone, config.weights)


def _write_label_space(folder: RunFolder, label_space: LabelSpace) -> None:
    text = label_space.model_dump_json(indent=1, exclude_defaults=True)
    folder.label_space.write_text(text + "\n", encoding="utf-8")


def _fingerprint(targets: Sequence[ImageTargets]) -> str:
    """Sixteen hexadecimal digits over which images there are, in their order, and all their labels."""
    digest = hashlib.sha256()
    for target in targets:
        attributes = sorted(target.attributes.items())
        content = (target.image_id, target.file_name, target.foreground, target.background, attributes)
        digest.update(json.dumps(content).encode() + b"\n")
    return digest.hexdigest()[:16]
