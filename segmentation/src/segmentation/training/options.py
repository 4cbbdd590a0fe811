"""What a training is configured by: `TrainingOptions` decide the result, `MachineOptions` where it is computed."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from shared_runtime.configuration import FrozenModel


class TrainingOptions(FrozenModel):
    """How a network is trained. Defaults: Table 2 of Vilar & Perez."""

    epochs: PositiveInt = Field(15, description="Passes over the samples.")
    batch_size: PositiveInt = Field(18, description="Samples per step, over all processes and parts.")
    accumulation: PositiveInt = Field(
        1, description="Parts in which each process goes through its share of a batch."
    )
    learning_rate: PositiveFloat = Field(0.01, description="Initial rate of pre-trained layers.")
    new_layer_factor: PositiveFloat = Field(
        10.0, description="Rate of layers trained from scratch / learning_rate."
    )
    power: NonNegativeFloat = Field(0.9, description="Of the poly schedule.")
    warmup_steps: NonNegativeInt = Field(0, description="Steps over which the rate first rises linearly.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Of SGD.")
    weight_decay: NonNegativeFloat = Field(5e-4, description="L2 penalty on all trained parameters.")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16: autocast of forward passes."
    )
    seed: NonNegativeInt = Field(0, description="Of initial weights, order, augmentation, dropout and sampling.")


class MachineOptions(FrozenModel):
    """Where a training runs and what it reports. A run may be resumed with other values."""

    device: str = Field("auto", description="cpu, cuda, cuda:1, mps, …; auto: what Accelerate finds.")
    workers: NonNegativeInt | None = Field(None, description="Processes that read images; None: by cores.")
    log_every: PositiveInt = Field(10, description="Steps per line of metrics.jsonl.")
    checkpoint_minutes: NonNegativeFloat = Field(5.0, description="Work that a killed process loses at most.")
    tensorboard: bool = Field(False, description="Also write event files for TensorBoard.")
