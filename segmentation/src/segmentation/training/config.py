"""What a training is configured by, where it is computed, and which files it writes; without torch."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from segmentation.backbones.catalog import (
    HUB,
    PACKAGED,
    RANDOM,
    backbone_entry,
    classifier_prefix,
    hub_folder,
    named_place,
    weights_path,
)
from segmentation.data.crops import CropOptions
from segmentation.data.label_rules import LabelRules
from shared_runtime.configuration import Configuration
from shared_runtime.errors import CapparseError, UsageError
from shared_schemas.label_space_file import is_named, label_space_name

Rate = Annotated[float, Field(gt=0, le=100)]
"""Of learning: far above any that learns, far below what makes infinite weights of a step."""
Factor = Annotated[float, Field(gt=0, le=1e4)]
"""What a rate is multiplied by."""
Weight = Annotated[float, Field(ge=0, le=1e4)]
"""Of a loss, a penalty or a sample, beside others."""


class TrainingOptions(Configuration):
    """How a network is trained. Defaults: Table 2 of Vilar & Perez."""

    epochs: PositiveInt = Field(15, description="Passes over the samples.")
    batch_size: PositiveInt = Field(18, description="Samples per step, over all processes and parts.")
    accumulation: PositiveInt = Field(
        1,
        description="Parts in which each process goes through its share of a batch. A loss that compares the "
        "samples of a batch compares those of a part.",
    )
    learning_rate: Rate = Field(0.01, description="Initial rate of pre-trained layers.")
    new_layer_factor: Factor = Field(10.0, description="Rate of layers trained from scratch / learning_rate.")
    power: NonNegativeFloat = Field(0.9, le=100, description="Exponent of the poly schedule.")
    warmup_steps: NonNegativeInt = Field(0, description="Steps over which the rate first rises linearly.")
    optimizer: Literal["sgd", "adamw"] = Field(
        "sgd",
        description="AdamW moves every weight about as far, whatever the size of what it reads: new layers on a "
        "frozen backbone learn better with it.",
    )
    momentum: float = Field(
        0.0,
        ge=0,
        lt=1,
        description='Momentum of SGD. Table 2 has none: its "polynomial scheduling momentum" is `power`, an '
        "argument of that name in the code that the recipe comes from (PSA, IRN).",
    )
    weight_decay: Weight = Field(5e-4, description="L2 penalty on all trained parameters.")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="bfloat16: autocast of forward passes; slow on processors that have none.",
    )
    seed: NonNegativeInt = Field(
        0, lt=2**63, description="Seed of initial weights, order, augmentation, dropout and sampling."
    )

    @model_validator(mode="after")
    def _has_equal_parts(self) -> Self:
        if self.batch_size % self.accumulation:
            raise ValueError(
                f"a batch of {self.batch_size} cannot be cut into {self.accumulation} (accumulation) equal parts. "
                f"Choose a multiple of {self.accumulation} as --batch-size"
            )
        return self


class MachineOptions(Configuration):
    """Where a training runs, what it reports and puts up with. A run may be resumed with other values."""

    device: str = Field("auto", description="cpu, cuda, cuda:1, mps, …; auto: what Accelerate finds.")
    workers: NonNegativeInt | None = Field(None, description="Processes that read images; None: by cores.")
    log_every: PositiveInt = Field(10, description="Steps per line of metrics.jsonl.")
    checkpoint_minutes: NonNegativeFloat = Field(
        5.0, description="Minutes of work that a killed process loses at most."
    )
    tensorboard: bool = Field(False, description="Also write event files for TensorBoard.")
    allow_missing: bool = Field(False, description="Whether images that are in no folder are no fault.")


class ClassifierUse(NamedTuple):
    """What of a network starts from the ImageNet classifier of its backbone, in words of an error."""

    what: str
    """With the option that asks for it, and the verb."""
    otherwise: str
    """The setting that does without."""


def _label_space_name(given: Any) -> Any:
    """A list of classes as the text that stands for it."""
    return label_space_name(given) if isinstance(given, list | tuple) else given


class TrainingConfig(Configuration):
    """What every training begins with; each command adds its network and its `TrainingOptions`."""

    command: ClassVar[str]
    """The command of `capseg` that trains it."""

    backbone: str = Field("resnet50", description="Name of a backbone.")
    weights: str | None = Field(None, description="A checkpoint, 'packaged', or 'random'; None: must be given.")
    label_space: Annotated[str, BeforeValidator(_label_space_name)] = Field(
        "coco",
        description="A label space that ships, a TOML or JSON file, or names of classes with commas between.",
    )
    crop: CropOptions = CropOptions()
    frozen_views: NonNegativeInt = Field(
        0,
        description="Above 0: the backbone stays as it is and sees every image so many times, in other crops. "
        "Its cells are kept in the run's folder until the training ends, and the new layers learn from them, in a "
        "tenth of the time. 0: all layers learn.",
    )
    labels: LabelRules = Field(LabelRules(), description="Which labels are believed.")

    def starting_weights(self) -> Path | None:
        """The file that the backbone starts from; None: it starts at random.

        Raises UsageError for an unknown backbone and for weights that are left open, MissingResourceError or
        InputError where the weights are not there.
        """
        backbone_entry(self.backbone)
        if self.weights is None:
            raise UsageError(
                f"the configuration leaves the weights of {self.backbone} open. Give --weights FILE "
                f"(pre-trained on ImageNet), --weights {PACKAGED}, or --weights {RANDOM}"
            )
        if self.weights == RANDOM and self.frozen_views:
            raise UsageError(
                "a backbone of random weights has to learn, and frozen_views leaves it as it is. Give --weights, "
                "or --set frozen_views=0"
            )
        return None if self.weights == RANDOM else weights_path(self.backbone, self.weights)

    @property
    def classifier_use(self) -> ClassifierUse | None:
        """What starts from the ImageNet classifier; None: nothing does."""
        return None

    def classifier_weights(self) -> Path | None:
        """The file whose ImageNet classifier new layers start from; None: they do not.

        Raises UsageError where it has no such classifier, and as `starting_weights` does.
        """
        use = self.classifier_use
        if use is None:
            return None
        path = TrainingConfig.starting_weights(self)
        if path is None:
            raise UsageError(f"{use.what} pre-trained weights. Give --weights, or --set {use.otherwise}")
        classifier_prefix(self.backbone)
        return path

    def identity(self) -> dict[str, Any]:
        """What decides, beside its weights, what a trained network says of an image; no paths, which change."""
        return {
            "backbone": self.backbone.partition(":")[0],
            "network": self.model_dump(mode="json", include={"network"}).get("network"),
        }

    def model_folders(self) -> Sequence[Path]:
        """Folders of other models that the network is built of; those that are gone are left out."""
        if not self.backbone.startswith(HUB):
            return []
        with suppress(CapparseError):
            return [hub_folder(self.backbone.removeprefix(HUB))]
        return []

    def places(self) -> Mapping[str, Path]:
        """The files and folders of the user that the configuration names, by the dotted key of the value."""
        found: dict[str, Path] = {}
        if self.weights not in (None, PACKAGED, RANDOM):
            found["weights"] = Path(str(self.weights))
        if not is_named(self.label_space) and Path(self.label_space).suffix:
            found["label_space"] = Path(self.label_space)
        backbone = named_place(self.backbone)
        # Else it is a name in the hub's cache.
        if self.backbone.startswith(HUB) and backbone.is_dir():
            found["backbone"] = backbone
        return found

    def recorded(self) -> dict[str, Any]:
        """As JSON takes it, for a record that is read in other folders: with absolute paths."""
        values = self.model_dump(mode="json")
        for key, path in self.places().items():
            *parents, name = key.split(".")
            holder = values
            for parent in parents:
                holder = holder[parent]
            prefix = HUB if str(holder[name]).startswith(HUB) else ""
            holder[name] = f"{prefix}{path.resolve()}"
        return values

    def start_files(self) -> Mapping[str, Path]:
        """The files that the training starts from, by what they are. Raises as the methods that find them do."""
        given = {
            "the backbone's weights": self.starting_weights(),
            "the classifier": self.classifier_weights(),
        }
        return {role: path for role, path in given.items() if path is not None}


class TrainingFiles:
    """The files that a training writes into one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.metrics = path / "metrics.jsonl"
        self.checkpoint = path / "checkpoint.pt"
        self.weights = path / "model.safetensors"
        self.cells = path / "cells.f16"
        self.cells_state = path / "cells.state"
        self.tensorboard = path / "tensorboard"
        """A folder."""

    @property
    def all(self) -> tuple[Path, ...]:
        """Each of them, whether it is there or not."""
        of_cells = (self.cells, self.cells_state)
        return (self.weights, self.checkpoint, self.metrics, *of_cells, self.tensorboard)
