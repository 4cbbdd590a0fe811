"""Shards whose files are copied, lost or of another plan: told, with the command that mends it, and mended."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.runs.options import RunOptions
from caption_parser.shards.copies import COPIES
from caption_parser.shards.labelling import label_shards
from caption_parser.shards.merging import merge_shards
from caption_parser.shards.plan import load_plan
from caption_parser.shards.planning import make_plan
from shared_runtime.errors import InputError, UsageError
from shared_runtime.storage import Folder
from shared_schemas.files import unfinished_beside
from tests.caption_parser.shards.conftest import build_parser, captions_of, write_tsv

ONE = RunOptions(processes=1)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Three shards, labelled beside the plan."""
    source = write_tsv(tmp_path / "in.tsv", captions_of(400))
    make_plan(source, tmp_path / "plan", captions_per_shard=500)
    label(tmp_path / "plan")
    return tmp_path / "plan"


def label(plan: Path, run: RunOptions = ONE) -> tuple[list[int], tuple[int, ...]]:
    done = label_shards(plan, plan.with_name("shards"), run=run, build_parser=build_parser)
    return [receipt.shard for receipt in done.done], done.before


def merged(plan: Path, *, verify: bool = False) -> bytes:
    output = plan.with_name("merged.jsonl.zst")
    merge_shards(plan, output, shards=plan.with_name("shards"), verify=verify, overwrite=True)
    return output.read_bytes()


def advised(error: pytest.ExceptionInfo[Exception]) -> list[str]:
    """The words of the command that a message names."""
    text = str(error.value)
    return shlex.split(text[text.index("capparse ") :].partition(", with")[0].partition(";")[0])


def test_a_receipt_counts_for_its_own_shard_alone(plan: Path) -> None:
    whole, shards = merged(plan), plan.with_name("shards")
    receipt = json.loads((shards / "00000.receipt.json").read_bytes())
    renamed = receipt | {"shard": 1, "labels": receipt["labels"] | {"name": "00001.jsonl.zst"}}
    shutil.copy(shards / "00000.jsonl.zst", shards / "00001.jsonl.zst")
    for copied in (receipt, receipt | {"shard": 1}, renamed):
        (shards / "00001.receipt.json").write_text(json.dumps(copied))
        with pytest.raises(InputError, match="1 of 3 shards have no receipt") as error:
            merged(plan)
        command = ["capparse", "label", "--plan", str(plan), "-o", str(shards), "--shard", "1"]
        assert advised(error) == command
    assert label(plan) == ([1], (0, 2))
    assert merged(plan, verify=True) == whole


def test_a_lost_or_cut_shard_is_told_and_labelled_again(plan: Path) -> None:
    whole, file = merged(plan), plan.with_name("shards") / "00001.jsonl.zst"
    content = file.read_bytes()
    for damage in (file.unlink, lambda: file.write_bytes(content[:-5])):
        damage()
        with pytest.raises(InputError, match=r"00001.jsonl.zst(:| is missing).*Label it again") as error:
            merged(plan)
        assert advised(error)[-3:] == ["--shard", "1", "--overwrite"]
        assert label(plan) == ([1], (0, 2))
        assert merged(plan) == whole


def test_shards_of_an_earlier_plan_are_told_with_what_replaces_them(plan: Path) -> None:
    source = write_tsv(plan.with_name("in.tsv"), captions_of(401))
    make_plan(source, plan, captions_per_shard=500, overwrite=True)
    with pytest.raises(UsageError, match="belongs to another plan") as error:
        merged(plan)
    shards = str(plan.with_name("shards"))
    assert advised(error) == ["capparse", "label", "--plan", str(plan), "-o", shards, "--overwrite"]
    label(plan, RunOptions(processes=1, overwrite=True))
    merged(plan, verify=True)
    with pytest.raises(UsageError, match=r"--shards .*nope: there is no such folder"):
        merge_shards(plan, plan.with_name("m.jsonl"), shards=plan.with_name("nope"))


def test_a_plan_has_a_folder_of_its_own_and_leaves_no_old_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "far.json"
    far.write_text(json.dumps([{"image_id": at % 400, "caption": f"dog {at}"} for at in range(1200)]))
    plan = tmp_path / "plan"
    make_plan(far, plan, captions_per_shard=500)
    assert {path.name for path in (plan / COPIES).iterdir()} == {f"0000{shard}-0.jsonl.zst" for shard in range(3)}
    (plan / "plan.json").rename(plan / ".plan.json.123.0af1b2c3")  # killed before it came to its end
    unfinished_beside(plan / COPIES / "00007-0.jsonl.zst").touch()
    make_plan(far, plan, captions_per_shard=1100)
    make_plan(far, plan, captions_per_shard=2000, overwrite=True)
    assert {f"{COPIES}/{path.name}" for path in (plan / COPIES).iterdir()} == load_plan(Folder(plan)).copies
    (plan / COPIES / "mine.tsv").write_text("a dog")
    with pytest.raises(UsageError, match=rf"got a folder with {COPIES}/mine.tsv in it"):
        make_plan(far, plan, overwrite=True)
    # Relative names hold where they were given.
    monkeypatch.chdir(tmp_path)
    write_tsv(tmp_path / "in.tsv", captions_of(10))
    make_plan("in.tsv", "other")
    monkeypatch.chdir(tmp_path / "other")
    (reason,) = label_shards(".", run=ONE, build_parser=build_parser).failed.values()
    assert f"in.tsv does not exist in {tmp_path / 'other'}" in reason
    assert "run this in the folder where the plan was made" in reason


def test_nothing_labelled_is_no_label_file_of_a_plan_either(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"image_id": 1, "caption": 5}\n')
    make_plan(source, tmp_path / "plan")
    label_shards(tmp_path / "plan", run=ONE, build_parser=build_parser)
    done = CliRunner().invoke(app, ["merge", str(tmp_path / "plan"), str(tmp_path / "out.jsonl"), "-q"])
    assert done.exit_code == 1
    assert "nothing labelled" in done.stderr
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.jsonl.rejected.jsonl"]
