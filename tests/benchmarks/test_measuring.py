"""What the benchmarks measure with: processes, the rivals' reader, tables, the list of benchmarks."""

import gzip
import re
import subprocess
import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.captions import read_dump
from benchmarks.label_speed import in_slices
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import REPOSITORY, Skipped, real_data
from caption_parser.readers import read_captions

ALLOCATE = "block = bytearray({mib} << 20); block[::4096] = b'x' * len(block[::4096])"
MIB = 200


def test_cost_of_a_process_that_works() -> None:
    cost = run(
        [
            sys.executable,
            "-c",
            "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass",
        ]
    )
    assert 0.2 <= cost.cpu_seconds <= cost.wall_seconds + 0.1
    assert cost.together_mib is None


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is sampled through Linux's /proc")
def test_memory_of_children_counts() -> None:
    child = f"{ALLOCATE.format(mib=MIB)}; import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; print(subprocess.run([sys.executable, '-c', {child!r}]).returncode)"
    cost = run([sys.executable, "-c", parent], sample_memory=True)
    assert cost.output == "0\n"
    assert cost.largest_process_mib >= MIB
    assert cost.together_mib is not None
    assert MIB <= cost.together_mib < 2 * MIB


def test_a_command_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(RuntimeError, match=r"exit code 1\nno captions"):
        run([sys.executable, "-c", "import sys; sys.exit('no captions')"])


def test_the_rivals_read_what_label_reads(tmp_path: Path) -> None:
    dump = tmp_path / "dump.tsv.gz"
    captions = ["a brown owl", 'a sign that says "stop"', "a café, at night", "two kites"]
    rows = [f"image/{number}\t{caption}" for number, caption in enumerate(captions)]
    dump.write_bytes(gzip.compress("\n".join(["image_id\tcaption", *rows, ""]).encode()))
    assert list(read_dump(str(dump), None)) == captions
    assert list(read_dump(str(dump), None)) == [row.caption for row in read_captions(dump)]
    assert list(read_dump(str(dump), 2)) == captions[:2]


def test_markdown() -> None:
    assert table(("side", "s"), [("ours", "1"), ("theirs", "2")]) == (
        "| side | s |\n| --- | ---: |\n| ours | 1 |\n| theirs | 2 |"
    )
    assert (
        command_block([["capparse", "label", "my captions.txt"]]) == "```\ncapparse label 'my captions.txt'\n```"
    )


def test_data_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPPARSE_REAL_DATA", str(tmp_path))
    with pytest.raises(Skipped, match=r"captions/none\.tsv is not there; set CAPPARSE_REAL_DATA"):
        real_data("captions/none.tsv")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "printed"),
    [
        (["speed"], 2, "there is no benchmark 'speed' (there are: memory, throughput,"),
        (["memory"], 0, "Skipped: "),
    ],
)
def test_command(tmp_path: Path, arguments: list[str], exit_code: int, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=REPOSITORY,
        env={"CAPPARSE_REAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == exit_code
    assert printed in done.stdout + done.stderr


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_can_be_imported_and_shows_its_help(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    benchmark = import_module(f"benchmarks.{name}")
    assert callable(benchmark.report)
    assert benchmark.__doc__
    monkeypatch.setattr(sys, "argv", ["benchmarks", name, "--help"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 0
    assert name in capsys.readouterr().out


def test_every_benchmark_that_the_results_name_exists() -> None:
    docs = REPOSITORY / "docs"
    pages = [docs / "results.md", *(docs / "results").glob("*.md")]
    named = [name for page in pages for name in re.findall(r"python -m benchmarks (\w+)", page.read_text("utf-8"))]
    assert "background" in named
    assert set(named) <= set(BENCHMARKS)


def test_commands_in_slices_never_run_at_once(tmp_path: Path) -> None:
    """Each writes when it ran; the moments of one lie outside the slices of the other."""
    program = (
        "import sys, time\n"
        "end = time.process_time() + 0.5\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    while time.process_time() < end:\n"
        "        print(time.monotonic(), file=file)\n"
    )
    files = {name: str(tmp_path / name) for name in ("one", "other")}
    seconds = in_slices({name: [sys.executable, "-c", program, file] for name, file in files.items()})
    assert all(0.5 <= of_one < 2 for of_one in seconds.values())
    ran = [
        (float(moment), name)
        for name, file in files.items()
        for moment in Path(file).read_text(encoding="utf-8").split()
    ]
    turns = [name for name, _ in groupby(name for _, name in sorted(ran))]
    assert 2 <= len(turns) < 30
    with pytest.raises(RuntimeError, match="bad: exit status 3"):
        in_slices({"bad": [sys.executable, "-c", "raise SystemExit(3)"]})
