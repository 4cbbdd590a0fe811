"""An ONNX encoder in 8 bits, with fixed ranges of the activations."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from caption_parser.senses.onnx_encoder import INPUT

_LEVELS = 255


class ActivationRange(NamedTuple):
    """The least and the greatest value of a quantized tensor; 0 lies between them."""

    low: float
    high: float

    def including(self, other: "ActivationRange") -> "ActivationRange":
        """The range that holds both."""
        return ActivationRange(min(self.low, other.low), max(self.high, other.high))


def quantize_encoder(source: Path, target: Path, calibration: Iterable[Sequence[int]]) -> None:
    """Write the float encoder `source` with int8 weights (per channel) and uint8 activations.

    ONNX Runtime's dynamic quantization takes the range of an activation from the batch at hand, so that a
    sentence's vectors would depend on its neighbours. Here the ranges are those of `calibration`, sequences of
    token ids: the same vectors in any batch, and no pass over the activations to find their range.
    """
    from onnx import load, save
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )
    model = load(target)
    ranges = _measure_ranges(model, calibration)
    _fix_ranges(model.graph, ranges)
    _fuse_scaling(model)
    save(model, target)


def _measure_ranges(model: Any, calibration: Iterable[Sequence[int]]) -> dict[str, ActivationRange]:
    """The range of each dynamically quantized tensor over the calibration, by the name of its quantizing node."""
    import onnx
    import onnxruntime

    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    nodes = _quantizing_nodes(probe.graph)
    names = [name for node in nodes for name in node.output[1:3]]
    del probe.graph.output[:]
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    ranges = {node.name: ActivationRange(0.0, 0.0) for node in nodes}
    for sequence in calibration:
        values = session.run(names, {INPUT: np.array([sequence], np.int64)})
        for node, scale, zero_point in zip(nodes, values[::2], values[1::2], strict=True):
            low = -float(scale) * int(zero_point)
            found = ActivationRange(low, low + float(scale) * _LEVELS)
            ranges[node.name] = ranges[node.name].including(found)
    return ranges


def _fix_ranges(graph: Any, ranges: dict[str, ActivationRange]) -> None:
    """Replace DynamicQuantizeLinear by QuantizeLinear with constants."""
    from onnx import helper, numpy_helper

    for node in _quantizing_nodes(graph):
        low, high = ranges[node.name]
        scale = max(high - low, float(np.finfo(np.float32).tiny)) / _LEVELS
        zero_point = round(-low / scale)
        quantized, scale_name, zero_point_name = node.output
        graph.initializer.extend(
            (
                numpy_helper.from_array(np.array(scale, np.float32), scale_name),
                numpy_helper.from_array(np.array(zero_point, np.uint8), zero_point_name),
            )
        )
        fixed = helper.make_node(
            "QuantizeLinear", [node.input[0], scale_name, zero_point_name], [quantized], name=node.name
        )
        node.CopyFrom(fixed)


def _fuse_scaling(model: Any) -> None:
    """Join each integer product with the conversion behind it, as ONNX Runtime does for dynamic ranges only."""
    from onnx import helper

    graph = model.graph
    consumers: dict[str, list[Any]] = {}
    producers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    absorbed = []
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        (cast,) = consumers[node.output[0]]
        (scaling,) = consumers[cast.output[0]]
        scales = producers[next(name for name in scaling.input if name != cast.output[0])]
        fused = helper.make_node(
            "MatMulIntegerToFloat",
            [node.input[0], node.input[1], scales.input[0], scales.input[1], node.input[2], node.input[3]],
            [scaling.output[0]],
            name=node.name,
            domain="com.microsoft",
        )
        absorbed += [cast, scaling, scales]
        node.CopyFrom(fused)
    for node in absorbed:
        graph.node.remove(node)
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def _quantizing_nodes(graph: Any) -> list[Any]:
    return [node for node in graph.node if node.op_type == "DynamicQuantizeLinear"]
