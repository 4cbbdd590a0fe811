"""Any vision model of `transformers` behind the contract: ResNet, ConvNeXt, ViT, DINOv2, Swin, CLIP's tower.

The model's own preprocessor configuration says how its input is normalised, its own code computes the features.
What is told here is where the cells lie: patches are centred (stride - 1) / 2 pixels from the first pixel, and
cells of convolutions that are padded alike on both sides begin there.
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel
from transformers.utils import logging

from segmentation.backbones.catalog import PREPROCESSORS, hub_folder
from segmentation.backbones.contract import Backbone, Cells, Normalisation
from shared_runtime.errors import InputError
from shared_runtime.files import reading

_FINEST_STRIDE = 16
"""What ends at a coarser one is interpolated to the cells of its last stage of this one, if it has any."""
_PROBED = 64
"""Side of the image that a model is tried on, in pixels, or a little more: whole patches."""
_BEHIND_THE_CELLS = ("pooler.", "post_layernorm.", "classifier.", "head.")
"""What a checkpoint may lack: models have it or not, and cells of most do not depend on it."""
_ARGUMENTS: Mapping[str, bool] = {
    "output_hidden_states": True,
    "interpolate_pos_encoding": True,
    # Swin's windows would shrink for good at the first small image.
    "always_partition": True,
    "output_hidden_states_before_downsampling": True,
}
"""Of forward passes: each gets those that it knows."""
_OF_SWIN = ("always_partition", "output_hidden_states_before_downsampling")


class HuggingFaceBackbone(Backbone):
    """A model from a folder, or of that name in the hub's cache, with its own weights or random ones.

    For patches, images are padded behind, with the mean colour, to whole ones. Nothing is frozen but what no cell
    depends on.
    """

    def __init__(self, path: str, *, pretrained: bool = False) -> None:
        """Raises InputError for a folder that holds no model of images, or one that gives no cells."""
        folder = hub_folder(path)
        self.normalisation = _normalisation(folder)
        super().__init__()
        self.model = _model(folder, pretrained=pretrained)
        self._arguments = _arguments(self.model)
        patch = _patch_size(self.model.config)
        self._patches = patch > 0
        self._unit = 1
        try:
            layout = self._probed(-(-_PROBED // patch) * patch if patch else _PROBED)
        except (RuntimeError, ValueError, AttributeError, TypeError) as error:
            raise InputError(
                f"{folder}: {type(self.model).__name__} cannot be used as a backbone: {error}. Models that can: "
                "ResNet, ConvNeXt, ViT, DINOv2, Swin, CLIP and others that give feature maps or tokens of patches"
            ) from error
        self.stride, self.channels = layout.stride, layout.channels
        self._middle, self._strides = layout.middle, layout.strides
        self._unit = max(layout.strides) if self._patches else 1
        self.first_cell = (self.stride - 1) / 2 if self._patches else 0.0
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        rows, columns = (-(-side // self.stride) for side in images.shape[-2:])
        maps = self._maps(functional.pad(images, self._padding(images)))
        last, middle = (self._on_our_cells(maps[at], self._strides[at]) for at in (-1, self._middle))
        return Cells(last[..., :rows, :columns], middle[..., :rows, :columns])

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()

    def _padding(self, images: Tensor) -> tuple[int, int, int, int]:
        """To the right and below, up to whole patches of the coarsest stage."""
        height, width = images.shape[-2:]
        return 0, -width % self._unit, 0, -height % self._unit

    def _maps(self, images: Tensor) -> list[Tensor]:
        """Feature maps [B C h w], one per layer or stage; the last one is what the model ends with."""
        output = self.model(images, **self._arguments)
        found = getattr(output, "reshaped_hidden_states", None) or output.hidden_states
        last = output.last_hidden_state
        if last.ndim == 3 and found[-1].ndim == 4:
            last = last.transpose(1, 2).reshape(found[-1].shape)
        return [self._map(state, images) for state in (*found[:-1], last)]

    def _map(self, found: Tensor, images: Tensor) -> Tensor:
        """Tokens [B N C] in place of maps: the class token and registers come first, then the patches by rows."""
        if found.ndim == 4:
            return found
        patch = _patch_size(self.model.config)
        rows, columns = (side // patch for side in images.shape[-2:])
        return found[:, -rows * columns :].transpose(1, 2).reshape(len(found), -1, rows, columns)

    def _probed(self, side: int) -> "_Layout":
        """What the model gives for a small image. Parameters that no cell depends on lose their gradient."""
        self.model.eval()
        with torch.enable_grad():
            maps = self._maps(torch.zeros(1, 3, side, side))
            parameters = [value for value in self.model.parameters() if value.requires_grad]
            needed = torch.autograd.grad(maps[-1].sum(), parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, needed, strict=True):
            parameter.requires_grad_(gradient is not None)
        strides = [side // found.shape[-1] for found in maps]
        fine = [stride for stride in strides if stride <= _FINEST_STRIDE]
        stride = max(fine) if fine else min(strides)
        alike = [index for index, other in enumerate(strides[:-1]) if other == stride]
        middle = alike[len(alike) // 2] if alike else len(strides) - 2
        return _Layout(stride, maps[-1].shape[1], middle, tuple(strides))

    def _on_our_cells(self, found: Tensor, stride: int) -> Tensor:
        """A map of cells of another stride, at ours: interpolated from larger, or the mean of smaller ones."""
        if stride < self.stride:
            factor = self.stride // stride
            return functional.avg_pool2d(found, factor) if self._patches else found[..., ::factor, ::factor]
        if stride == self.stride:
            return found
        factor = stride // self.stride
        size = [factor * cells for cells in found.shape[-2:]]
        if self._patches:
            return functional.interpolate(found, size, mode="bilinear", align_corners=False)
        # From the first cell to the last one; beyond it, up to the next, there is nothing to interpolate with.
        between = [side - factor + 1 for side in size]
        finer = functional.interpolate(found, between, mode="bilinear", align_corners=True)
        return functional.pad(finer, (0, factor - 1, 0, factor - 1), mode="replicate")


class _Layout(NamedTuple):
    """How a model sees images."""

    stride: int
    channels: int
    middle: int
    """Index of the map that says what cells look like."""
    strides: tuple[int, ...]
    """Of all maps."""


def _model(folder: Path, *, pretrained: bool) -> nn.Module:
    """The image model of a folder. Raises InputError where there is none, or its weights are not complete."""
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        # Of models of images and texts, the image tower.
        config = getattr(config, "vision_config", config)
        if not pretrained:
            return _checked(AutoModel.from_config(config), folder)  # type: ignore[no-untyped-call]
        with quiet():
            model, report = AutoModel.from_pretrained(
                folder, config=config, local_files_only=True, output_loading_info=True, dtype=torch.float32
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{folder}: the model cannot be opened: {reason}") from error
    missing = [name for name in report["missing_keys"] if not name.startswith(_BEHIND_THE_CELLS)]
    if missing or report["mismatched_keys"]:
        wrong = ", ".join([*missing, *(str(name) for name in report["mismatched_keys"])][:5])
        raise InputError(
            f"{folder}: these are not the weights of {type(model).__name__}; missing or misshapen: {wrong}"
        )
    return _checked(model, folder)


def _checked(model: nn.Module, folder: Path) -> nn.Module:
    """The model without the layer that pools its tokens. Raises InputError for one that takes no images."""
    if getattr(model, "main_input_name", None) != "pixel_values":
        raise InputError(f"{folder}: got {type(model).__name__}, expected a model of images")
    if any(True for _ in getattr(model, "pooler", nn.Identity()).parameters()):
        model.pooler = nn.Identity()
    return model


@contextmanager
def quiet() -> Iterator[None]:
    """No progress, and no list of the tensors of a text tower: what matters is checked here."""
    verbosity, progress = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if progress:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _arguments(model: Any) -> dict[str, bool]:
    known = inspect.signature(model.forward).parameters
    encoder = getattr(model, "encoder", model)
    is_swin = "always_partition" in inspect.signature(encoder.forward).parameters
    return {
        name: value
        for name, value in _ARGUMENTS.items()
        if name in known or name == "output_hidden_states" or (is_swin and name in _OF_SWIN)
    }


def _patch_size(config: Any) -> int:
    """Side of the patches in pixels; 0 for convolutions that overlap."""
    size = getattr(config, "patch_size", 0)
    if isinstance(size, list | tuple):
        if len(set(size)) > 1:
            raise InputError(f"got patches of {' × '.join(map(str, size))} pixels, expected squares")
        size = size[0]
    return int(size or 0)


def _normalisation(folder: Path) -> Normalisation:
    """What the model's preprocessor does to values of 0–255. Raises InputError where the folder does not say."""
    for name in PREPROCESSORS:
        with reading(folder / name, ValueError):
            try:
                content = json.loads((folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
        options = content.get("image_processor", content)
        # Values times `factor` are what mean and deviation are stated for.
        factor = float(options.get("rescale_factor", 1 / 255)) if options.get("do_rescale", True) else 1.0
        normalised = options.get("do_normalize", True)
        mean = options.get("image_mean", (0.0,) * 3) if normalised else (0.0,) * 3
        std = options.get("image_std", (1.0,) * 3) if normalised else (1.0,) * 3
        if len(mean) != 3 or len(std) != 3 or not all(std):
            raise InputError(
                f"{folder / name}: got image_mean {mean} and image_std {std}, expected three values each"
            )
        red, green, blue = (value / factor for value in mean)
        of_red, of_green, of_blue = (value / factor for value in std)
        return Normalisation((red, green, blue), (of_red, of_green, of_blue))
    raise InputError(
        f"{folder}: got no {PREPROCESSORS[0]}, which says how the model's input is normalised. Put the one of the "
        "model's page beside its config.json"
    )
