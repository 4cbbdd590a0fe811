"""A grounding model from images and the captions of a label file, in a run folder; and back from there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.phrases import class_text
from segmentation.data.targets import ImageTargets
from segmentation.grounding.config import GroundingConfig
from segmentation.runs.trained import TrainedModel
from segmentation.runs.training import Prepared, TrainingRun, read_labelled, train_run
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from segmentation.grounding.network import GroundingNetwork
    from segmentation.training.loop import Progress


class TrainedGrounding(TrainedModel[GroundingConfig, "GroundingNetwork"]):
    """A trained network, and the label space of the records that it learned from."""

    config_type = GroundingConfig

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

    def _untrained(self, tensors: "Mapping[str, Tensor]") -> "GroundingNetwork":
        from segmentation.grounding.task import initial_network
        from segmentation.grounding.words import WordTable

        return initial_network(self.config, WordTable.from_tensor(tensors["vocabulary"]), weights=None)

    def _scores(
        self, network: "GroundingNetwork", device: "torch.device", viewing: Viewing
    ) -> ScoreSource[ImageTargets]:
        from segmentation.grounding.predict import GroundingScores

        names = [class_text(label) for label in self.vocabulary.classes]
        return GroundingScores(network, device, viewing, names)


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

    def prepare(allow_missing: bool) -> Prepared:
        vocabulary, targets, left_out = read_labelled(
            labels, images, config, allow_missing=allow_missing, keep_unlabelled=True, phrases=True
        )
        captioned = [(target, texts) for target in targets if (texts := _texts(target, config))]
        if not captioned:
            raise InputError(
                f"{labels}: got no {config.texts} in {len(targets):,} records, expected texts to learn from. "
                "Label the captions with 'capparse label', or --set texts=captions"
            )
        found, texts = zip(*captioned, strict=True)

        def build() -> tuple[Any, Callable[[Any], Any]]:
            from segmentation.grounding.samples import CaptionedSamples
            from segmentation.grounding.task import build_task
            from segmentation.grounding.words import WordTable

            every = (text for of_image in texts for text in of_image)
            words = WordTable.of_texts(every, config.network.text.least_count)
            samples = CaptionedSamples(found, texts, words, config.crop)
            return samples, lambda _device: build_task(config, words)

        content = [(target.image_id, target.file_name, said) for target, said in captioned]
        return Prepared(vocabulary.label_space, content, left_out, build)

    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    notes = {"images": [str(path) for path in images], "labels": str(labels)}
    return train_run(
        config, config.training, output, inputs, notes, prepare, machine, overwrite=overwrite, show=show
    )


def _texts(target: ImageTargets, config: GroundingConfig) -> tuple[str, ...]:
    """What an image is brought near to."""
    captions = target.captions if config.texts != "phrases" else ()
    phrases = tuple(phrase.text for phrase in target.phrases) if config.texts != "captions" else ()
    return captions + phrases


def load_grounding(run: Path) -> TrainedGrounding:
    """As `TrainedModel.of_run`."""
    return TrainedGrounding.of_run(run)
