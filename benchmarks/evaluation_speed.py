"""Masks scored per second: the package's confusion matrix against torchmetrics', on the same masks in memory.

The truth is COCO's of val2017, 81 classes; the predictions are the truth shifted by a few pixels, and noise, which
has no regions and is the worst case for counting by runs. One thread, CPU time, the best of several rounds.
"""

from collections.abc import Callable, Iterator
from time import process_time

import numpy as np
import numpy.typing as npt

from benchmarks.markdown import table
from benchmarks.surroundings import Options, Skipped, real_data

INSTANCES = "coco/annotations/instances_val2017_masked.json"
SAMPLE = 100
FLOOR = 5.0

Masks = list[npt.NDArray[np.uint8]]


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    try:
        import torch
        from torchmetrics.classification import MulticlassConfusionMatrix
    except ImportError as error:
        raise Skipped(f"{error.name} is not installed. Try: pip install -r requirements-dev.txt") from None
    from segmentation.data.truth.opening import open_truth
    from segmentation.evaluation.metrics import ConfusionMatrix

    truth = open_truth(real_data(INSTANCES))
    n_classes = len(truth.class_names)
    truths = [truth.mask(key) for key in truth.keys()[: min(options.limit or SAMPLE, SAMPLE)]]
    rng = np.random.default_rng(0)
    kinds = {
        "shifted truth": [np.roll(mask, (6, 9), (0, 1)) for mask in truths],
        "noise": [rng.integers(0, n_classes, mask.shape, dtype=np.uint8) for mask in truths],
    }

    def ours(predictions: Masks) -> npt.NDArray[np.int64]:
        matrix = ConfusionMatrix(n_classes)
        for true, predicted in zip(truths, predictions, strict=True):
            matrix.update(true, predicted)
        return matrix.counts[:, :n_classes]

    def theirs(predictions: Masks, *, validate_args: bool) -> npt.NDArray[np.int64]:
        matrix = MulticlassConfusionMatrix(n_classes, ignore_index=255, validate_args=validate_args)
        for true, predicted in zip(truths, predictions, strict=True):
            matrix.update(torch.from_numpy(predicted), torch.from_numpy(true))
        counts: npt.NDArray[np.int64] = matrix.compute().numpy()
        return counts

    sides: dict[str, Callable[[Masks], npt.NDArray[np.int64]]] = {
        "capseg": ours,
        "torchmetrics": lambda predictions: theirs(predictions, validate_args=True),
        "torchmetrics, unchecked": lambda predictions: theirs(predictions, validate_args=False),
    }
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield table(
            ("predictions", "side", "images", "ms/image", "capseg is faster by", "floor"),
            [
                row
                for kind, predictions in kinds.items()
                for row in _rows(kind, predictions, sides, options.rounds)
            ],
        )
    finally:
        torch.set_num_threads(threads)


def _rows(
    kind: str,
    predictions: Masks,
    sides: dict[str, Callable[[Masks], npt.NDArray[np.int64]]],
    rounds: int,
) -> Iterator[tuple[str, ...]]:
    seconds = {name: float("inf") for name in sides}
    counts = {}
    for _ in range(rounds):
        for name, side in sides.items():
            start = process_time()
            counts[name] = side(predictions)
            seconds[name] = min(seconds[name], process_time() - start)
    for name, best in seconds.items():
        if not np.array_equal(counts[name], counts["capseg"]):
            raise AssertionError(f"{name} counts other pixels than capseg")
        floor = f"{FLOOR:g}×" if name == "torchmetrics" and kind != "noise" else ""
        yield (
            kind,
            name,
            str(len(predictions)),
            f"{1e3 * best / len(predictions):.2f}",
            "" if name == "capseg" else f"{best / seconds['capseg']:.1f}×",
            floor,
        )
