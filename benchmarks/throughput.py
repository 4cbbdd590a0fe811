"""Captions per second of the whole `label` job, beside the bare pipe of `en_core_web_sm` and SceneGraphParser.

Every side is a process of its own, measured from its start to its end, and the sides take turns, so that what
else the machine does falls on all of them. A ratio is taken within a round; its median and its range over the
rounds are printed. Processor time is printed too: it says the same with less noise.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.captions import DUMP
from benchmarks.markdown import command_block, table
from benchmarks.processes import Cost, run
from benchmarks.surroundings import (
    REPOSITORY,
    Options,
    en_core_web_sm,
    label_command,
    real_data,
    require_scene_graph_parser,
    this_python,
)
from shared_runtime.workers import usable_cores

SCENE_GRAPH_SAMPLE = 20_000
"""Captions for SceneGraphParser, which takes minutes for them; `label` is measured on the same ones beside it."""
STRAIGHTFORWARD_SAMPLE = 10_000
"""Captions for SceneGraphParser with an encoder's pass per noun phrase."""


@dataclass(frozen=True, slots=True)
class Side:
    """A contender: its name in the table, and its command."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Contest:
    """`label` with both sense models that ship against one rival on the same captions."""

    ours: Sequence[Side]
    floors: Sequence[str]
    """The ratio that each of ours must reach; empty: it is there to be seen."""
    rival: Side


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    dump = str(real_data(DUMP))
    model = en_core_web_sm()
    require_scene_graph_parser()
    commands: list[Sequence[str]] = []
    rows: list[Sequence[str]] = []
    for processes in dict.fromkeys((1, usable_cores())):
        for contest in _contests(dump, model, processes, options.limit):
            rows += _rows(contest, processes, options.rounds)
            commands += [side.command for side in (*contest.ours, contest.rival)]
    yield table(
        (
            "side",
            "processes",
            "captions",
            "wall s",
            "CPU s",
            "captions/s",
            "times the rival",
            "in CPU time",
            "floor",
        ),
        rows,
    )
    yield (
        f"Medians over {options.rounds} round(s) in which all sides took turns, in brackets the smallest and the "
        "largest. Start, loading, reading and writing are part of the time. The sides:"
    )
    yield command_block(commands)


def _contests(dump: str, model: str, processes: int, limit: int | None) -> Iterator[Contest]:
    for module, name, sample, floors in (
        ("bare_pipe", "bare pipe of en_core_web_sm", limit, ("1.5×" if processes == 1 else "2×", "")),
        ("scene_graph_parser", "SceneGraphParser, call by call", SCENE_GRAPH_SAMPLE, ("12×", "")),
        ("straightforward", "SceneGraphParser and encoder, call by call", STRAIGHTFORWARD_SAMPLE, ("20×", "20×")),
    ):
        size = min(filter(None, (limit, sample)), default=None)
        at_most = [] if size is None else ["--limit", str(size)]
        cores = ["--processes", str(processes)]
        yield Contest(
            ours=[
                Side(
                    f"capparse label --senses {senses}",
                    label_command(dump, senses, "--senses", senses, *cores, *at_most),
                )
                for senses in ("default", "accurate")
            ],
            floors=floors,
            rival=Side(name, [this_python(), "-m", f"benchmarks.{module}", dump, model, *cores, *at_most]),
        )


def _rows(contest: Contest, processes: int, rounds: int) -> Iterator[Sequence[str]]:
    sides = (*contest.ours, contest.rival)
    costs: dict[str, list[Cost]] = {side.name: [] for side in sides}
    captions: dict[str, int] = {}
    for _ in range(rounds):
        for side in sides:
            cost = run(side.command)
            costs[side.name].append(cost)
            captions[side.name] = int(cost.output) if side is contest.rival else _labelled(side)
    if len(set(captions.values())) > 1:
        raise RuntimeError(f"the sides did not do the same work, captions: {captions}")
    rival = costs[contest.rival.name]
    for side, floor in zip(sides, (*contest.floors, ""), strict=True):
        of_side = costs[side.name]
        yield (
            side.name,
            str(processes),
            f"{captions[side.name]:,}",
            f"{median(c.wall_seconds for c in of_side):.1f}",
            f"{median(c.cpu_seconds for c in of_side):.1f}",
            f"{median(captions[side.name] / c.wall_seconds for c in of_side):,.0f}",
            *(
                ("", "", "")
                if side is contest.rival
                else (
                    _ratios(
                        [their.wall_seconds / our.wall_seconds for our, their in zip(of_side, rival, strict=True)]
                    ),
                    _ratios(
                        [their.cpu_seconds / our.cpu_seconds for our, their in zip(of_side, rival, strict=True)]
                    ),
                    floor,
                )
            ),
        )


def _labelled(side: Side) -> int:
    """The captions that the run of a `label` command counted."""
    output = side.command[list(side.command).index("-o") + 1]
    return int(json.loads((REPOSITORY / f"{output}.summary.json").read_text())["captions"])


def _ratios(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
