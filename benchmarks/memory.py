"""Peak memory of the `label` job from 10,000 to 120,000 captions: it must not grow with the input."""

from collections.abc import Iterator, Sequence

from benchmarks.captions import DUMP
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import Options, label_command, real_data
from shared_runtime.workers import usable_cores

SMALL, LARGE = 10_000, 120_000


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    dump = str(real_data(DUMP))
    large = min(options.limit or LARGE, LARGE)
    small = large * SMALL // LARGE
    rows: list[Sequence[str]] = []
    commands: list[Sequence[str]] = []
    for processes in dict.fromkeys((1, usable_cores())):
        costs = []
        for captions in (small, large):
            command = label_command(dump, "memory", "--processes", str(processes), "--limit", str(captions))
            cost = run(command, sample_memory=True)
            rows.append(
                (
                    f"{captions:,} captions",
                    str(processes),
                    f"{cost.largest_process_mib:.0f}",
                    f"{cost.together_mib:.0f}",
                )
            )
            costs.append(cost)
            commands.append(command)
        rows.append(
            (
                "growth",
                str(processes),
                f"{costs[1].largest_process_mib / costs[0].largest_process_mib:.2f}×",
                f"{(costs[1].together_mib or 0) / (costs[0].together_mib or 1):.2f}×",
            )
        )
    yield table(("capparse label", "processes", "largest process, MiB", "all processes, MiB"), rows)
    yield (
        "Peaks: `ru_maxrss` of the largest process; the sum over all processes with shared pages counted once, "
        "sampled every 50 ms. The commands:"
    )
    yield command_block(commands)
