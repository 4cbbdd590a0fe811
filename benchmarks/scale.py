"""Plans, shards and merging beside a single run: the same bytes by any workers and after kills; cost, memory.

The input is the mixed dump, repeated as often as needed, each caption with an image id of its own. The sizes up to
`--limit` are run (without it 10,000 and 120,000; 1,200,000 is run with `--limit 1200000`); workers and kills are
tried on a tenth of the largest. One process each, so that processor time says what the work costs.
"""

import contextlib
import hashlib
import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from pathlib import Path
from typing import NamedTuple

import zstandard

from benchmarks.captions import DUMP, read_dump
from benchmarks.markdown import command_block, table
from benchmarks.processes import Cost, run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, real_data

SIZES = (10_000, 120_000, 1_200_000)
ALWAYS = 120_000
WORKERS = (1, 2, 7)
KILLS = 20
_ONE = ("--processes", "1", "--quiet")
_SHARDS = 10


class _Sharded(NamedTuple):
    """What a plan, its shards and their sum cost."""

    plan: Cost
    label: Cost
    merge: Cost

    @property
    def cpu_seconds(self) -> float:
        return sum(cost.cpu_seconds for cost in self)


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    limit = options.limit or ALWAYS
    sizes = sorted({min(size, limit) for size in SIZES if size <= limit} | {limit})
    folder = OUTPUTS / "scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield from _growth(folder, sizes)
        yield from _overhead(folder, sizes[-1])
        yield from _workers_and_kills(folder, max(sizes[-1] // 10, 1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _growth(folder: Path, sizes: Sequence[int]) -> Iterator[str]:
    rows = []
    for size in sizes:
        sharded = _sharded(_input(folder, size), folder / f"plan-{size}", size // _SHARDS)
        counted = _records(folder / f"plan-{size}" / "all.jsonl.zst")
        rows.append(
            (
                f"{size:,}",
                *(f"{cost.cpu_seconds:.1f}" for cost in sharded),
                f"{sharded.cpu_seconds / size * 1e6 / 3600:.2f}",
                f"{sharded.label.largest_process_mib:.0f}",
                f"{counted:,}",
            )
        )
    yield table(
        (
            "captions",
            "plan, CPU s",
            "label, CPU s",
            "merge --verify, CPU s",
            "core hours per million",
            "peak MiB of label",
            "records counted",
        ),
        rows,
    )
    yield f"{_SHARDS} shards each. Records are the lines of the merged file, counted apart from the programs:"
    yield command_block(_commands(_input(folder, sizes[-1]), folder / f"plan-{sizes[-1]}", sizes[-1] // _SHARDS))


def _overhead(folder: Path, size: int) -> Iterator[str]:
    source, plan = _input(folder, size), folder / f"plan-{size}"
    whole = folder / "whole.jsonl.zst"
    single = run(capparse_command("label", _name(source), "-o", _name(whole), *_ONE))
    sharded = _sharded(source, folder / "again", size // _SHARDS)
    yield (
        f"A single run over {size:,} captions takes {single.cpu_seconds:.1f} s of processor time, plan, shards and"
        f" merge {sharded.cpu_seconds:.1f} s: {sharded.cpu_seconds / single.cpu_seconds - 1:+.1%}. The merged file"
        f" is {_same(plan / 'all.jsonl.zst', whole)} that of the single run."
    )


def _workers_and_kills(folder: Path, size: int) -> Iterator[str]:
    plan = folder / "workers"
    run(_commands(_input(folder, size), plan, size // _SHARDS)[0])
    count = len(json.loads((plan / "plan.json").read_text())["shards"])
    rows = []
    for workers in WORKERS:
        began = time.monotonic()
        shares = [",".join(map(str, range(worker, count, workers))) for worker in range(workers)]
        shards = plan / str(workers)
        started = [subprocess.Popen(_label(plan, shards, share), cwd=REPOSITORY) for share in shares if share]
        if sum(process.wait() for process in started):
            raise RuntimeError("a worker failed")
        if workers == 1:
            seconds = (time.monotonic() - began) / count
        rows.append((str(workers), "0", "0", _merged(plan, shards)))
    kills, lost = _kill(plan, plan / "killed", seconds)
    rows.append(("1 at a time", str(kills), str(lost), _merged(plan, plan / "killed")))
    yield f"{size:,} captions in {count} shards:"
    yield table(("workers", "SIGKILLs", "shards begun in vain", "sha256 of the merged labels"), rows)


def _kill(plan: Path, shards: Path, seconds: float) -> tuple[int, int]:
    """Start a worker again and again, and kill it; how often, and how many shards were begun in vain.

    `seconds`: how long a shard takes. A kill comes at any moment of the first shard.
    """
    chosen = random.Random(18)
    for kill in range(KILLS):
        process = subprocess.Popen(_label(plan, shards, None), cwd=REPOSITORY)
        while process.poll() is None and not list(shards.glob(f".*.{process.pid}")):
            time.sleep(0.01)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chosen.uniform(0, seconds))
        if process.poll() is not None:
            return kill, len(list(shards.glob(".*.jsonl.zst.*")))
        process.kill()
        process.wait()
    lost = len(list(shards.glob(".*.jsonl.zst.*")))
    run(_label(plan, shards, None))
    return KILLS, lost


def _sharded(source: Path, plan: Path, captions_per_shard: int) -> _Sharded:
    return _Sharded(*map(run, _commands(source, plan, captions_per_shard)))


def _commands(source: Path, plan: Path, captions_per_shard: int) -> list[list[str]]:
    size = ("--captions-per-shard", str(max(captions_per_shard, 1)))
    return [
        capparse_command("plan", _name(source), "-o", _name(plan), *size, "--quiet"),
        capparse_command("label", "--plan", _name(plan), *_ONE),
        capparse_command("merge", _name(plan), _name(plan / "all.jsonl.zst"), "--verify", "--quiet"),
    ]


def _label(plan: Path, shards: Path, numbers: str | None) -> list[str]:
    chosen = () if numbers is None else ("--shard", numbers)
    return capparse_command("label", "--plan", _name(plan), "-o", _name(shards), *chosen, *_ONE)


def _merged(plan: Path, shards: Path) -> str:
    merged = shards.with_name(f"{shards.name}.jsonl.zst")
    run(capparse_command("merge", _name(plan), _name(merged), "--shards", _name(shards), "--verify", "--quiet"))
    return hashlib.sha256(merged.read_bytes()).hexdigest()[:16]


def _same(one: Path, other: Path) -> str:
    return "to the byte" if one.read_bytes() == other.read_bytes() else "NOT"


def _records(labels: Path) -> int:
    with labels.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _input(folder: Path, size: int) -> Path:
    """A table of that many captions, each of an image of its own."""
    path = folder / f"captions-{size}.tsv"
    if not path.exists():
        again = chain.from_iterable(read_dump(str(REPOSITORY / real_data(DUMP)), None) for _ in repeat(None))
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write("image_id\tcaption\n")
            file.writelines(f"{number}\t{caption}\n" for number, caption in enumerate(islice(again, size), 1))
    return path


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
