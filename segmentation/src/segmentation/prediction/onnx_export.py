"""A trained network as an ONNX file, for programs without torch; compared with torch before it is kept."""

import copy
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from segmentation.prediction.contract import needs_classes
from segmentation.prediction.options import MIN_SCORE
from segmentation.runs.trained import OpenedModel
from segmentation.scores.grid import input_size
from shared_runtime.errors import CapparseError, InputError, MissingResourceError
from shared_runtime.files import writing
from shared_schemas.files import replacing

INPUT = "images"
LOGITS, HEATMAPS = "logits", "heatmaps"
_OPSET = 18
_TOLERANCE = 1e-3
"""Largest difference from torch that is allowed, relative to the largest output, or to 1 where that is smaller."""
_CHECKED = ((5, 7), (9, 4))
"""Rows and columns of cells at which a file for all sizes is compared."""


@dataclass(frozen=True, slots=True)
class OnnxExport:
    """What was written."""

    size: tuple[int, int] | None
    """Height and width of the input; None: any of sides of `stride` · k + 1 pixels."""
    difference: float
    """The largest from torch, over all outputs that were compared."""
    output: str
    """The name of the output: `LOGITS` [B, 1+K, h, w] of a segmenter, `HEATMAPS` [B K h w] of a localizer."""
    stride: int
    """Pixels from cell to cell."""

    @property
    def takes(self) -> str:
        """Which images suit it, for a person."""
        if self.size is not None:
            return f"images of {self.size[0]} × {self.size[1]} pixels"
        return f"images whose sides are of {self.stride}·k + 1 pixels, such as {20 * self.stride + 1}"


def export_onnx(model: OpenedModel, path: Path, *, size: tuple[int, int] | None = None) -> OnnxExport:
    """Write `path`; its input `images` is [B 3 H W] in float32, RGB from 0 to 255: it normalises them itself.

    Networks of convolutions take any height and width of s·k + 1 pixels at stride s; at others, whose cells do not
    reach from the first pixel to the last, paddings are not those of torch, and many cells get another class.
    Other networks take `size`, height and width, by default a square at the side of the training crops. Names of
    classes, stride, the place of the first cell and, of a segmenter, the `min_score` of predictions stand in the
    file's metadata.

    Raises MissingResourceError without onnx and onnxruntime, InputError for a size that the network does not take,
    CapparseError where the file does not give what torch gives, OutputError where it cannot be written.
    """
    onnx, runtime = _packages()
    network = _Exported(model).eval()
    backbone = model.network.backbone
    any_size = backbone.first_cell == 0 and size is None
    sides = _sizes(model, size) if not any_size else [_pixels(backbone, *cells) for cells in _CHECKED]
    with writing(path), replacing(path) as unfinished:
        _write(network, unfinished, sides[0], any_size=any_size)
        _describe(onnx, unfinished, model, None if any_size else sides[0])
        difference = _compared(runtime, unfinished, network, sides, batches=(1, 2) if any_size else (1,))
    return OnnxExport(None if any_size else sides[0], difference, network.output, backbone.stride)


class _Exported(nn.Module):
    """One tensor in, one out."""

    def __init__(self, model: OpenedModel) -> None:
        super().__init__()
        # On the CPU, and in the ordinary order of dimensions: what is exported is what is compared.
        self.network = copy.deepcopy(model.network).cpu().to(memory_format=torch.contiguous_format)
        self.is_localizer = needs_classes(model)
        self.ids = range(1, model.vocabulary.n_foreground + 1)
        self.output = HEATMAPS if self.is_localizer else LOGITS

    def forward(self, images: Tensor) -> Tensor:
        """Shape: [B 3 H W] → [B K h w], or [B, 1+K, h, w]."""
        found = self.network(images)
        maps: Tensor = self.network.class_heatmaps(found.cls, self.ids) if self.is_localizer else found
        return maps


def _write(network: _Exported, path: Path, size: tuple[int, int], *, any_size: bool) -> None:
    example = torch.full((1, 3, *size), 127.0)
    names: dict[str, Any] = {"input_names": [INPUT], "output_names": [network.output]}
    how: dict[str, Any] = {"dynamo": True, "external_data": False, "verbose": False}
    if network.network.backbone.first_cell == 0:
        # By tracing: it takes paddings as they are, which suits all sides of s·k + 1 pixels, where the newer
        # exporter takes minutes to prove that they are the same.
        how = {"dynamo": False}
    if any_size:
        axes = {INPUT: ("batch", "height", "width"), network.output: ("batch", "rows", "columns")}
        how["dynamic_axes"] = {name: dict(zip((0, 2, 3), named, strict=True)) for name, named in axes.items()}
    with warnings.catch_warnings(), torch.no_grad():
        # Deprecations within torch, and that traced paddings are constants.
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (example,), path, opset_version=_OPSET, **names, **how)


def _describe(onnx: Any, path: Path, model: OpenedModel, size: tuple[int, int] | None) -> None:
    backbone = model.network.backbone
    content = onnx.load(path)
    classes = [label.name for label in model.vocabulary.label_space.foreground]
    facts = {
        "class_names": json.dumps(classes if needs_classes(model) else ["background", *classes]),
        "label_space": model.vocabulary.label_space.reference,
        "stride": str(backbone.stride),
        "first_cell": str(backbone.first_cell),
        "input": "RGB, 0-255, float32; "
        + (f"{size[0]} x {size[1]}" if size else "sides of stride * k + 1 pixels"),
    }
    if not needs_classes(model):
        # What `predict` does with the logits: else a class counts that is likeliest in one cell.
        facts["min_score"] = f"{MIN_SCORE:g}"
    onnx.helper.set_model_props(content, facts)
    onnx.save(content, path)


def _compared(
    runtime: Any, path: Path, network: _Exported, sizes: Sequence[tuple[int, int]], batches: Sequence[int]
) -> float:
    """The largest difference from torch. Raises CapparseError where it is too large."""
    session = runtime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    largest = 0.0
    for count, size in zip(batches, sizes, strict=True):
        images = torch.rand((count, 3, *size), generator=generator) * 255
        with torch.no_grad():
            expected = network(images)
        (found,) = session.run(None, {INPUT: images.numpy()})
        difference = float((torch.from_numpy(found) - expected).abs().max())
        if not difference <= _TOLERANCE * max(1.0, float(expected.abs().max())):
            raise CapparseError(
                f"at {size[0]} × {size[1]} pixels, the ONNX file differs from torch by {difference:.3g}, expected "
                f"{_TOLERANCE:g} at most: nothing was written. Try --size, for one size alone"
            )
        largest = max(largest, difference)
    return largest


def _sizes(model: OpenedModel, size: tuple[int, int] | None) -> list[tuple[int, int]]:
    backbone = model.network.backbone
    side = input_size(model.config.crop.size, backbone.stride, backbone.first_cell)
    asked = size or (side, side)
    fitting = [input_size(length, backbone.stride, backbone.first_cell) for length in asked]
    if list(asked) != fitting:
        raise InputError(
            f"got {asked[0]} × {asked[1]} pixels, expected sides that end where a cell does: the nearest are "
            f"{fitting[0]} × {fitting[1]}"
        )
    return [asked]


def _pixels(backbone: Any, rows: int, columns: int) -> tuple[int, int]:
    return (rows - 1) * backbone.stride + 1, (columns - 1) * backbone.stride + 1


def _packages() -> tuple[Any, Any]:
    try:
        import onnx
        import onnxruntime
        import onnxscript  # noqa: F401  the exporter imports it
    except ImportError as error:
        raise MissingResourceError(
            f"exporting needs {error.name}. Try: pip install 'capparse-segmentation[onnx]'"
        ) from error
    return onnx, onnxruntime
