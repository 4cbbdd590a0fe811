"""Workers that are killed in the midst of their shards: at most one shard is done again, and nothing hangs."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from caption_parser.shards import engines
from caption_parser.shards.engines import WorkOrder, run_engine, run_rank
from caption_parser.shards.labelling import label_shards
from caption_parser.shards.merging import merge_shards
from caption_parser.shards.planning import make_plan
from shared_runtime.errors import MissingResourceError, UsageError
from tests.caption_parser.shards.conftest import build_parser, captions_of, write_tsv

ONE = RunOptions(processes=1)


@pytest.fixture
def order(tmp_path: Path) -> WorkOrder:
    """For all eight shards of a plan."""
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(1368)), tmp_path / "plan", captions_per_shard=1)
    return WorkOrder(plan=str(tmp_path / "plan"), shards="0-7", folder=str(Path.cwd()))


def check_whole(order: WorkOrder, folder: Path) -> None:
    """The shards are those of a single run, and nothing lies about."""
    merge_shards(order.plan, folder / "merged.jsonl.zst", verify=True)
    label_file(folder / "in.tsv", folder / "whole.jsonl.zst", run=ONE, build_parser=build_parser)
    assert (folder / "merged.jsonl.zst").read_bytes() == (folder / "whole.jsonl.zst").read_bytes()
    assert sorted(path.name for path in (folder / "plan" / "labels").iterdir()) == sorted(
        f"{number:05}.{kind}" for number in range(8) for kind in ("jsonl.zst", "receipt.json")
    )


def test_a_rank_starts_again_what_was_killed(
    order: WorkOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_WORKER", "tests.caption_parser.shards.dying_worker")
    deaths = tmp_path / "deaths"
    monkeypatch.setenv("DEATHS", str(deaths))
    run_rank(order, None, 2, 3)
    # Each worker dies in its second shard, when it has labelled it and the receipt is not there.
    assert deaths.read_text().split() == ["5"]
    assert order.outstanding() == [0, 1, 3, 4, 6, 7]
    label_shards(order.plan, run=ONE, build_parser=build_parser)
    check_whole(order, tmp_path)


def test_one_that_is_killed_again_and_again_is_given_up(
    order: WorkOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def killed(_command: object, *, input: bytes, check: bool) -> subprocess.CompletedProcess[bytes]:
        assert not check
        calls.append(WorkOrder.model_validate_json(input).shards)
        return subprocess.CompletedProcess([], -signal.SIGKILL)

    monkeypatch.setattr(engines.subprocess, "run", killed)
    run_rank(order, None, 1, 4)
    assert calls == ["1,5"] * (1 + engines.RESTARTS)
    assert order.outstanding() == list(range(8))
    assert not (tmp_path / "plan" / "labels").exists()


def test_workers_killed_at_random_leave_shards_that_any_other_goes_on_with(
    order: WorkOrder, tmp_path: Path
) -> None:
    chosen = random.Random(18)
    for _ in range(4):
        child = os.fork()
        if child == 0:
            label_shards(order.plan, run=ONE, build_parser=build_parser)
            os._exit(0)
        time.sleep(chosen.uniform(0.0, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    label_shards(order.plan, run=ONE, build_parser=build_parser)
    check_whole(order, tmp_path)


def test_what_an_engine_cannot_do_is_said_before_anything_starts(
    order: WorkOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"--engine loca: expected one of local, slurm, ray.*local"):
        run_engine("loca", order, workers=1)
    with pytest.raises(UsageError, match="replaces none"):
        run_engine("local", order.model_copy(update={"run": RunOptions(overwrite=True)}), workers=1)
    monkeypatch.setitem(sys.modules, "datatrove.executor", None)
    with pytest.raises(MissingResourceError, match=r"pip install 'capparse\[engines\]'"):
        run_engine("local", order, workers=1)


def test_datatrove_runs_all_shards(order: WorkOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datatrove", reason="datatrove is not installed: pip install 'capparse[engines]'")
    monkeypatch.setattr(engines, "_WORKER", "tests.caption_parser.shards.dying_worker")
    monkeypatch.setenv("DEATHS", str(tmp_path / "deaths"))
    assert run_engine("local", order, workers=1) == []
    with pytest.raises(UsageError, match=r"--engine-option: .*nonsense"):
        run_engine(
            "local", order.model_copy(update={"output": str(tmp_path)}), workers=1, options={"nonsense": "1"}
        )
    check_whole(order, tmp_path)
