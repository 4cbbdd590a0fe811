"""Masks per second: the package's job against the straightforward loop, on the same maps, and the mIoU of both.

Both run EfficientNet-Lite0 over every image at 321² and refine maps made from the ground truth, blurred and
disturbed, by dense CRF with the same parameters. Every side is a process of its own, measured from start to end.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.markdown import command_block, table
from benchmarks.processes import Cost, run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, Skipped, real_data, this_python

INSTANCES = "coco/annotations/instances_val2017_masked.json"
SAMPLE = 32
"""Images: the straightforward loop takes seconds for each."""
FLOOR = 4.0
CLOSE = 0.002
"""By how much the mIoU of the two may differ."""

_SIDES = {"capseg": "mask_job", "straightforward loop": "mask_loop"}


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    instances = real_data(INSTANCES)
    try:
        import pydensecrf.densecrf  # noqa: F401
    except ImportError:
        raise Skipped("pydensecrf is not installed. Try: pip install 'capparse-segmentation[crf]'") from None
    size = min(options.limit or SAMPLE, SAMPLE)
    commands = {
        name: (
            this_python(),
            "-m",
            f"benchmarks.{module}",
            str(instances),
            str(instances.parent.parent / "val2017"),
            str(size),
            str((OUTPUTS / module).relative_to(REPOSITORY)),
        )
        for name, module in _SIDES.items()
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            shutil.rmtree(REPOSITORY / command[-1], ignore_errors=True)
            costs[name].append(run(command))
    yield table(
        ("side", "images", "wall s", "CPU s", "images/s", "times the loop", "in CPU time", "floor", "mIoU"),
        list(_rows(commands, costs)),
    )
    yield (
        f"Medians over {options.rounds} round(s) in which the sides took turns; start and loading are included. "
        f"The mIoU of the two may differ by {CLOSE}. The sides:"
    )
    yield command_block(commands.values())


def _rows(commands: Mapping[str, Sequence[str]], costs: Mapping[str, list[Cost]]) -> Iterator[Sequence[str]]:
    ours, loop = _SIDES
    for name, command in commands.items():
        of_side = costs[name]
        images = int(of_side[0].output)
        ratios = [
            (theirs.wall_seconds / own.wall_seconds, theirs.cpu_seconds / own.cpu_seconds)
            for own, theirs in zip(of_side, costs[loop], strict=True)
        ]
        yield (
            name,
            str(images),
            f"{median(cost.wall_seconds for cost in of_side):.1f}",
            f"{median(cost.cpu_seconds for cost in of_side):.1f}",
            f"{images / median(cost.wall_seconds for cost in of_side):.2f}",
            *(f"{median(column):.2f}" if name == ours else "" for column in zip(*ratios, strict=True)),
            f"{FLOOR:g}×" if name == ours else "",
            f"{_miou(command):.4f}",
        )


def _miou(command: Sequence[str]) -> float:
    from segmentation.data.truth.opening import open_truth
    from segmentation.evaluation.evaluate import evaluate
    from segmentation.evaluation.records import Missing

    masks, instances = REPOSITORY / command[-1], REPOSITORY / command[3]
    return evaluate(masks, open_truth(instances), missing=Missing.SKIP).miou
