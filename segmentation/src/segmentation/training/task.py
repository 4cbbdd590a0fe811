"""What the loop trains, and on what: a module, its groups of parameters, a loss on batches, and samples."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone

SampleT = TypeVar("SampleT")


class Batch(Protocol):
    """Samples on one device."""

    def to(self, device: torch.device, *, non_blocking: bool = False) -> Self:
        """The batch on another device."""

    def pin_memory(self) -> Self:
        """The batch in page-locked memory, from where copies to a GPU do not block."""


class TensorBatch:
    """A `Batch` whose dataclass fields are tensors, the samples along their first axis."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> Self:
        """The batch on another device."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Self:
        """The batch in page-locked memory, from where copies to a GPU do not block."""
        return self._each(Tensor.pin_memory)

    def _each(self, change: Callable[[Tensor], Tensor]) -> Self:
        return type(self)(**{name: change(getattr(self, name)) for name in self.__dataclass_fields__})


def image_batch(images: Sequence[npt.NDArray[np.uint8] | npt.NDArray[np.float16]]) -> Tensor:
    """Images or cells (H, W, C) of one size as `[B C H W]`, of their own type, channels last in memory.

    As bytes: backbones make numbers of them, and cells, on their device.
    """
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)


BatchT_co = TypeVar("BatchT_co", bound=Batch, covariant=True)
BatchT_contra = TypeVar("BatchT_contra", bound=Batch, contravariant=True)


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters with one learning rate: `rate_factor` × that of the schedule."""

    name: str
    parameters: Sequence[nn.Parameter]
    rate_factor: float = 1.0


def learning_groups(
    backbone: Backbone, new_parameters: Sequence[nn.Parameter], new_layer_factor: float
) -> list[ParameterGroup]:
    """What is not frozen of a backbone, and what did not come with its weights, which learns so many times as
    fast."""
    trained = {name: value for name, value in backbone.named_parameters() if value.requires_grad}
    of_scratch = [trained.pop(name) for name in backbone.random_parameters if name in trained]
    new = ParameterGroup("new", [*of_scratch, *new_parameters], new_layer_factor)
    return [ParameterGroup("backbone", [*trained.values()]), new] if trained else [new]


class GrowingNetwork(Protocol):
    """A network that begins with a backbone."""

    @property
    def backbone(self) -> Backbone: ...

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with the backbone's weights."""


NetworkT = TypeVar("NetworkT", bound=GrowingNetwork)


class BackboneTask(Generic[NetworkT]):
    """What tasks have in common whose network begins with a backbone."""

    def __init__(self, network: NetworkT, new_layer_factor: float) -> None:
        """What did not come with the backbone's weights learns `new_layer_factor` times as fast."""
        self.module = network
        self._new_layer_factor = new_layer_factor

    def parameter_groups(self) -> list[ParameterGroup]:
        """What is not frozen of the backbone, and what did not come with its weights."""
        return learning_groups(self.module.backbone, self.module.new_parameters(), self._new_layer_factor)

    def begin_step(self, epochs: float) -> None:
        """Nothing changes between steps."""


@runtime_checkable
class RememberingTask(Protocol):
    """A task that remembers more between steps than its module holds; it goes into checkpoints."""

    @property
    def memory(self) -> Mapping[str, Tensor]:
        """What it remembers, on the CPU."""

    def restore(self, memory: Mapping[str, Tensor]) -> None:
        """Go on from what was remembered."""


class Samples(Protocol[SampleT, BatchT_co]):
    """A set of training samples, read by index and put together in worker processes."""

    def __len__(self) -> int:
        """The number of samples, at least 1."""

    def sample(self, index: int, rng: np.random.Generator) -> SampleT:
        """A sample, augmented with random numbers from `rng` alone; InputError if it cannot be read."""

    def collate(self, samples: Sequence[SampleT]) -> BatchT_co:
        """Samples as a batch on the CPU."""


class CellSamples(Samples[SampleT, BatchT_co], Protocol[SampleT, BatchT_co]):
    """Samples that take what a frozen backbone made of their images; batches have these as `images`.

    `sample` draws the crop first, and then all else.
    """

    def of_cells(
        self,
        index: int,
        crop_rng: np.random.Generator,
        rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> SampleT:
        """A sample with `cells` (h, w, channels) in place of pixels, which stay unread.

        The crop is the one that `sample` draws with `crop_rng`, since the cells are of it. All else is drawn
        anew, with `rng`.
        """


class Task(Protocol[BatchT_contra]):
    """What is trained, and on what loss."""

    @property
    def module(self) -> nn.Module:
        """All that is trained and saved."""

    @property
    def decomposes(self) -> bool:
        """Whether the loss of a batch is the mean of the losses of its equal parts, but for random numbers.

        It is not where the samples of a batch are compared with each other, or where the mean is over more than
        the samples: cut into parts, by `accumulation` or for several processes, such a batch has another loss.
        """

    def parameter_groups(self) -> Iterable[ParameterGroup]:
        """The parameters to train; what is in no group stays as it is."""

    def begin_step(self, epochs: float) -> None:
        """Called before the losses of each step, with the passes over the samples that were done before it."""

    def loss(self, batch: BatchT_contra) -> tuple[Tensor, Mapping[str, Tensor | float]]:
        """The mean loss over a batch, a scalar with gradient, and named scalars for the log.

        Random numbers come from torch's default generator, which the loop seeds before every call.
        """
