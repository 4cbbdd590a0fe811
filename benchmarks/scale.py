"""Plans, shards and merging beside a single run: the same bytes by any workers and after kills; cost, memory.

What shards cost is measured on the mixed dump with the default parser in two processes; what grows with the input,
what workers do and what kills leave, on the dump repeated as often as needed, each caption with an image id of its
own, with the exact matcher (`--labeller exact`), which takes a fraction of the time and goes the same way, one
process each. 1,200,000 captions are run with `--limit 1200000`.
"""

import gzip
import hashlib
import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice, product, repeat
from pathlib import Path

import zstandard

from benchmarks.captions import DUMP, read_dump
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, real_data

SIZES = (10_000, 120_000, 1_200_000)
ALWAYS = 120_000
ROUNDS = 2
"""Pairs of a single run and a plan."""
WORKERS = (1, 2, 7)
KILLS = 20
_ONE = ("--processes", "1", "--quiet")
_TWO = ("--processes", "2", "--quiet")
_EXACT = ("--labeller", "exact")
_PARSERS = {"the exact matcher": (*_EXACT, *_TWO), "the default parser": _TWO}
_SHARDS = 10


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    limit = options.limit or ALWAYS
    sizes = sorted({min(size, limit) for size in SIZES if size <= limit} | {limit})
    folder = OUTPUTS / "scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield from _overhead(folder, min(limit, ALWAYS))
        yield from _growth(folder, sizes)
        yield from _workers_and_kills(folder, sizes[0])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _overhead(folder: Path, limit: int) -> Iterator[str]:
    """A single run, then plan, shards and merge, in turns; over the dump as it is, and a plain table of it."""
    yield (
        f"The first {limit:,} captions of the dump, two processes, four or five shards: seconds of processors, and"
        " by the clock in brackets. The exact matcher's runs differ from the default parser's in nothing but what"
        " happens within a batch: they tell the difference from the noise of a busy machine."
    )
    header = ("labels by", "single run", "plan", "label --plan", "merge --verify", "more", "merged file")
    inputs = {
        "Compressed, a fifth of the captions far from others of their image:": _dump(folder, limit),
        "A plain table, image by image:": _table_by_image(folder, limit),
    }
    for (name, label), (what, source) in product(_PARSERS.items(), inputs.items()):
        rows = []
        for _ in range(ROUNDS):
            plan, whole = folder / "overhead", folder / "whole.jsonl.zst"
            command = capparse_command("label", named(source), "-o", named(whole), "--overwrite", *label)
            single = run(command)
            commands = _commands(source, plan, max(limit // 4, 1), *label)
            parts = [run(part) for part in commands]
            more = sum(part.cpu_seconds for part in parts) - single.cpu_seconds
            costs = [f"{part.cpu_seconds:.1f} ({part.wall_seconds:.0f})" for part in (single, *parts)]
            share = f"{more:+.1f} = {more / single.cpu_seconds:+.1%}"
            rows.append((name, *costs, share, _same(plan / "all.jsonl.zst", whole)))
            shutil.rmtree(plan)
        yield f"{what}\n\n{table(header, rows)}\n\n{command_block([command, *commands])}"


def _growth(folder: Path, sizes: Sequence[int]) -> Iterator[str]:
    rows = []
    for size in sizes:
        plan = folder / f"plan-{size}"
        commands = _commands(repeated_dump(folder, size), plan, size // _SHARDS, *_EXACT, *_ONE)
        parts = [run(part) for part in commands]
        summary = json.loads((plan / "all.jsonl.zst.summary.json").read_text())
        rows.append(
            (
                f"{size:,}",
                *(f"{part.cpu_seconds:.1f}" for part in parts),
                *(f"{part.largest_process_mib:.0f}" for part in parts),
                f"{summary['rows_read']:,} = {summary['captions']:,} + {sum(summary['rejected'].values()):,}",
                f"{records(plan / 'all.jsonl.zst'):,}",
            )
        )
    yield table(
        (
            "captions",
            "plan, CPU s",
            "label, CPU s",
            "merge, CPU s",
            "plan, MiB",
            "label, MiB",
            "merge, MiB",
            "rows = labelled + rejected",
            "lines counted apart",
        ),
        rows,
    )
    yield command_block(commands)


def _workers_and_kills(folder: Path, size: int) -> Iterator[str]:
    plan = folder / "workers"
    run(_commands(repeated_dump(folder, size), plan, size // _SHARDS)[0])
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
    kills = lost = number = 0
    while kills < KILLS:
        shards = plan / f"killed-{number}"
        killed, in_vain = _kill(plan, shards, seconds, KILLS - kills, random.Random(number))
        kills, lost, number = kills + killed, lost + in_vain, number + 1
        rows.append((f"1, run {number}", str(killed), str(in_vain), _merged(plan, shards)))
    yield f"{size:,} captions in {count} shards; {kills} kills, {lost} shards begun in vain:"
    yield table(("workers", "SIGKILLs", "shards begun in vain", "sha256 of the merged labels"), rows)


def _kill(plan: Path, shards: Path, seconds: float, most: int, chosen: random.Random) -> tuple[int, int]:
    """Label with workers that are killed, until all is done; how many were, and the shards begun in vain.

    `seconds`: how long a shard takes. A worker lives for up to three shards from the start of its first.
    """
    kills = 0
    while True:
        process = subprocess.Popen(_label(plan, shards, None), cwd=REPOSITORY)
        while process.poll() is None and not list(shards.glob(f".*.{process.pid}")):
            time.sleep(0.01)
        try:
            process.wait(chosen.uniform(0, 3 * seconds) if kills < most else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        else:
            return kills, len(list(shards.glob(".*.jsonl.zst.*")))


def _commands(source: Path, plan: Path, captions_per_shard: int, *label: str) -> list[list[str]]:
    size = ("--captions-per-shard", str(max(captions_per_shard, 1)))
    return [
        capparse_command("plan", named(source), "-o", named(plan), *size, "--quiet"),
        capparse_command("label", "--plan", named(plan), *label),
        capparse_command("merge", named(plan), named(plan / "all.jsonl.zst"), "--verify", "--quiet"),
    ]


def _label(plan: Path, shards: Path, numbers: str | None) -> list[str]:
    chosen = () if numbers is None else ("--shard", numbers)
    return capparse_command("label", "--plan", named(plan), "-o", named(shards), *chosen, *_EXACT, *_ONE)


def _merged(plan: Path, shards: Path) -> str:
    merged = shards.with_name(f"{shards.name}.jsonl.zst")
    run(capparse_command("merge", named(plan), named(merged), "--shards", named(shards), "--verify", "--quiet"))
    return hashlib.sha256(merged.read_bytes()).hexdigest()[:16]


def _same(one: Path, other: Path) -> str:
    return "to the byte" if one.read_bytes() == other.read_bytes() else "NOT"


def records(labels: Path) -> int:
    with labels.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def repeated_dump(folder: Path, size: int) -> Path:
    """A table of that many captions, each of an image of its own."""
    path = folder / f"captions-{size}.tsv"
    if not path.exists():
        again = chain.from_iterable(read_dump(str(REPOSITORY / real_data(DUMP)), None) for _ in repeat(None))
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write("image_id\tcaption\n")
            file.writelines(f"{number}\t{caption}\n" for number, caption in enumerate(islice(again, size), 1))
    return path


def _dump(folder: Path, limit: int) -> Path:
    """The dump as it is, up to a row."""
    whole = REPOSITORY / real_data(DUMP)
    path = folder / whole.name
    with gzip.open(whole, "rb") as rows, gzip.open(path, "wb") as file:
        file.writelines(islice(rows, 1 + limit))
    return path


def _table_by_image(folder: Path, limit: int) -> Path:
    """The same rows, not compressed, those of an image behind each other."""
    path = folder / "by-image.tsv"
    with gzip.open(_dump(folder, limit), "rb") as rows, path.open("wb") as file:
        file.write(next(rows))
        images: dict[bytes, list[bytes]] = {}
        for row in rows:
            images.setdefault(row.partition(b"\t")[0], []).append(row)
        file.writelines(chain.from_iterable(images.values()))
    return path


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
