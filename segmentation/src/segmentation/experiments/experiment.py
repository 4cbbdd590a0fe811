"""`Experiment`: a configuration with what it is for, how to run it, what it costs and what it should give."""

from dataclasses import dataclass, replace
from enum import StrEnum

from segmentation.runs.folder import TRAIN_LOCALIZER, TRAIN_REFERRING
from segmentation.training.config import TrainingConfig

_START = "FIRST_RUN"
"""Where the training lies that another one goes on from."""
TEXT_ENCODER = "BERT_SMALL"
"""In the place of a language model that the user brings."""
WORLD_CLASSES = "WORLD/label_space.json"
"""The classes of the synthetic world, in commands."""
OTHER_CLASSES = "OTHER/label_space.json"
"""Those of another synthetic world, which has some of them."""


class Labels(StrEnum):
    """Which labels an experiment learns from, as the command that makes them."""

    EXACT = "capparse label CAPTIONS -o LABELS.jsonl --labeller exact"
    PARSER = "capparse label CAPTIONS -o LABELS.jsonl --mode paper"
    """As the paper's tables have it."""
    VISUAL = "capparse label CAPTIONS -o LABELS.jsonl"
    """The parser as it is when told nothing."""
    ADJECTIVES = "capparse label CAPTIONS -o LABELS.jsonl --mode paper --attributes adjectives"
    VERBS = "capparse label CAPTIONS -o LABELS.jsonl --mode paper --attributes verbs --also predicates"
    """Few participles stand before their noun: "A woman is smiling" and "a man sitting" count too."""
    NOUNS = "capparse label CAPTIONS -o LABELS.jsonl --mode paper --attributes nouns"
    TRUTH = "capseg truth-labels INSTANCES.json -o LABELS.jsonl"


@dataclass(frozen=True, slots=True)
class Scores:
    """Pixel scores over the 81 classes of COCO, in [0, 1]; None where the source does not state one."""

    miou: float
    precision: float | None = None
    recall: float | None = None

    def __str__(self) -> str:
        named = (("mIoU", self.miou), ("precision", self.precision), ("recall", self.recall))
        return ", ".join(f"{name} {value:.3f}" for name, value in named if value is not None)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the paper reports."""

    source: str
    """Table and row."""
    masks: Scores | None = None
    """Of pseudo-masks on 4k training images, after dense CRF."""
    segmenter: Scores | None = None
    """On the validation set, of the segmentation network that learned from those masks."""
    expressions: Scores | None = None
    """Of referring expressions, the mean over them; or of classes that were found by their names."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named configuration of a training."""

    name: str
    summary: str
    config: TrainingConfig
    labels: Labels | None
    """None: it learns from `expressions`."""
    cost: str
    expected: Expected | None = None
    """None: the paper has no such experiment."""
    label_space: str | None = None
    """The label space file that the images come with; None: that of the configuration."""
    mask_options: str = ""
    """What `capseg make-masks` is told; none: nothing."""
    image_list: str | None = None
    """The images that the table was scored on; None: all that have a truth."""
    masks_of: str | None = None
    """The experiment that makes the masks which it learns from; None: it makes masks itself."""
    masks_by: str = TRAIN_LOCALIZER
    """The command that trains that one."""
    target: str | None = None
    """The label space of another data set that it is scored on, without a training there; None: its own."""
    expressions: str = ""
    """Of networks of referring expressions: the options that name what they learn from, in the place of labels."""
    evaluation: str = ""
    """Of these networks: the options that name what they are scored on, and how."""
    text_encoder: str | None = None
    """Of these networks: a language model that the user brings; None: that of the configuration."""
    start: "Experiment | None" = None
    """Of these networks: the one whose training it goes on from."""

    def with_text_encoder(self) -> "Experiment":
        """The same with a language model that the user brings, in the place of the configuration's."""
        return replace(self, text_encoder=TEXT_ENCODER, start=self.start and self.start.with_text_encoder())

    @property
    def commands(self) -> tuple[str, ...]:
        """What to run, from captions to scores."""
        if self.config.command == TRAIN_REFERRING:
            return self._referring_commands
        assert self.labels is not None, "masks are of labelled images"
        weights = " --weights CHECKPOINT" if self.config.weights is None else ""
        space = f" --label-space {self.label_space}" if self.label_space else ""
        scored = f" --image-list {self.image_list}" if self.image_list else ""
        command, run = (self.config.command, "RUN") if self.masks_of is None else (self.masks_by, "LOCALIZER")
        to_masks = (
            f"{self.labels.value}{space}",
            f"capseg {command} --images IMAGES --labels LABELS.jsonl -o {run} "
            f"--config {self.masks_of or self.name}{weights}{space}",
            f"capseg make-masks {run} --images IMAGES --labels LABELS.jsonl -o MASKS {self.mask_options}".rstrip(),
        )
        if self.masks_of is None:
            return (*to_masks, f"capseg evaluate MASKS --truth INSTANCES.json{space}{scored}")
        # The localizer's backbone is another one.
        own_weights = weights.replace("CHECKPOINT", "VGG16_CHECKPOINT")
        train = (
            f"capseg {self.config.command} --images IMAGES --masks MASKS -o RUN --config {self.name}{own_weights}"
        )
        only = f" --only-classes-of {self.target}" if self.target else ""
        scoring = (
            f" --label-space {self.target} --masks-label-space {self.label_space or 'coco'}"
            if self.target
            else space
        )
        return (
            *to_masks,
            train,
            f"capseg predict VAL_IMAGES -o PREDICTED --model RUN{only}",
            f"capseg evaluate PREDICTED --truth VAL_TRUTH{scoring}",
        )

    @property
    def _referring_commands(self) -> tuple[str, ...]:
        space = f" --label-space {self.label_space}" if self.label_space else ""
        return (
            *([f"{self.labels.value}{space}"] if self.labels else []),
            *([self.start._referring_training(_START)] if self.start else []),
            self._referring_training("RUN"),
            f"capseg refer evaluate RUN --images VAL_IMAGES {self.evaluation}",
        )

    def _referring_training(self, run: str) -> str:
        source = self.expressions or "--labels LABELS.jsonl"
        given = {
            "--weights": "CHECKPOINT" if self.config.weights is None else None,
            "--text-encoder": self.text_encoder,
            "--set": f"start={_START}" if self.start else None,
            "--label-space": self.label_space,
        }
        options = "".join(f" {name} {value}" for name, value in given.items() if value)
        return f"capseg refer train --images IMAGES {source} -o {run} --config {self.name}{options}"

    def describe(self) -> str:
        """Summary, commands, cost and expected figures, for people."""
        lines = [self.summary, "", *(f"  {command}" for command in self.commands), "", f"Cost: {self.cost}."]
        if self.expected is None:
            return "\n".join([*lines, "The paper has no figure for it."])
        for what, scores in (
            ("masks of training images, with dense CRF", self.expected.masks),
            ("segmentation network, val", self.expected.segmenter),
            ("val", self.expected.expressions),
        ):
            if scores is not None:
                lines.append(f"{self.expected.source}: {what}: {scores}.")
        return "\n".join(lines)
