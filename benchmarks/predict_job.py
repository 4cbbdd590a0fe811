"""`python -m benchmarks.predict_job HOW MODEL SIDE COUNT IMAGE…`: images per second on one core, once loaded.

HOW: torch, onnx (the network alone, on squares), plain, crf (all of `Segmenter.predict`, without and with dense
CRF). MODEL: a saved model; beside it, for onnx, the file MODEL.onnx. SIDE: of the network's input, or the shorter
one of an image.
"""

import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import torch

from segmentation import PredictionOptions, Segmenter
from segmentation.data.images import read_image
from segmentation.masks.refinement import Refinement


def main() -> None:
    """Print the images per second."""
    how, model, side, count, *images = sys.argv[1:]
    torch.set_num_threads(1)
    step = _network(how, Path(model), int(side)) if how in ("torch", "onnx") else _whole(how, model, int(side))
    paths = list(islice(cycle(map(Path, images)), int(count)))
    step(paths[0])
    started = time.perf_counter()
    for path in paths:
        step(path)
    print(len(paths) / (time.perf_counter() - started))


def _whole(how: str, model: str, side: int) -> Callable[[Path], object]:
    refine = Refinement.DENSE_CRF if how == "crf" else Refinement.NONE
    segmenter = Segmenter.from_pretrained(
        model, options=PredictionOptions(input_size=side, refine=refine), device="cpu"
    )
    return segmenter.predict


def _network(how: str, model: Path, side: int) -> Callable[[Path], object]:
    def batch(path: Path) -> torch.Tensor:
        from PIL import Image

        resized = Image.fromarray(read_image(path)).resize((side, side))
        return torch.frombuffer(bytearray(resized.tobytes()), dtype=torch.uint8).view(1, side, side, 3)

    if how == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model.with_suffix(".onnx"), options, providers=["CPUExecutionProvider"]
        )
        return lambda path: session.run(
            None, {"images": batch(path).permute(0, 3, 1, 2).float().contiguous().numpy()}
        )
    network = Segmenter.from_pretrained(model, device="cpu").model.network

    @torch.inference_mode()
    def step(path: Path) -> object:
        return network(batch(path).permute(0, 3, 1, 2))

    return step


if __name__ == "__main__":
    main()
