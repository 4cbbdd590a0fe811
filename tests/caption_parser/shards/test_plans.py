"""Plans, shards and their sum: to the byte what a single run writes, however the input is cut and read."""

import errno
import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard
from typer.testing import CliRunner

from caption_parser.captions import ImageCaptions
from caption_parser.cli import app
from caption_parser.config import ParserConfig
from caption_parser.readers.stretches import LineOffsets
from caption_parser.runs.batches import LabelledBatch
from caption_parser.runs.options import RunOptions
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.run import label_file
from caption_parser.runs.summary import RunSummary
from caption_parser.shards import labelling, merging
from caption_parser.shards.labelling import label_shards
from caption_parser.shards.merging import merge_shards
from caption_parser.shards.plan import load_plan, shown_numbers
from caption_parser.shards.planning import make_plan
from caption_parser.shards.receipts import Receipt
from shared_runtime.errors import InputError, OutputError, UsageError
from shared_runtime.storage import Folder
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.conftest import WordParser
from tests.caption_parser.shards.conftest import build_parser, captions_of, write_tsv

ONE = RunOptions(processes=1)


def without_time(summary: RunSummary) -> dict[str, object]:
    return summary.model_dump(exclude={"timing", "rejected_file"})


@pytest.mark.parametrize(
    ("names", "copied"),
    [
        (["lines.jsonl"], False),
        (["lines.txt"], False),
        (["table.csv"], False),
        (["table.tsv"], False),
        (["table.parquet"], False),
        (["lines.jsonl.gz"], True),
        (["far.json"], True),
        (["lines.txt", "lines.jsonl.gz", "table.parquet"], None),
        (["table.tsv", "lines.jsonl"], True),
    ],
)
def test_the_shards_together_are_what_a_single_run_writes(
    inputs: dict[str, Path], tmp_path: Path, names: list[str], copied: bool | None
) -> None:
    sources = [inputs[name] for name in names]
    expected = label_file(sources, tmp_path / "whole.jsonl.zst", run=ONE, build_parser=build_parser)
    plan = make_plan(sources, tmp_path / "plan", captions_per_shard=500)
    assert len(plan.shards) == {1: 6, 2: 12, 3: 18}[len(sources)]
    assert all(shard.fingerprint.rows >= 500 for shard in plan.shards[:-1])
    if copied is not None:
        assert {piece.copied is not None for shard in plan.shards for piece in shard.pieces} == {copied}
    kept = {piece.copied for shard in plan.shards for piece in shard.pieces} - {None}
    assert kept == {f"captions/{path.name}" for path in (tmp_path / "plan" / "captions").glob("*")}
    # Shards know nothing of each other: the last comes first.
    for number in reversed(range(len(plan.shards))):
        run = label_shards(tmp_path / "plan", shards=str(number), run=ONE, build_parser=build_parser)
        assert (len(run.done), run.before, run.failed) == (1, (), {})
    merged = merge_shards(tmp_path / "plan", tmp_path / "merged.jsonl.zst", verify=True)
    assert (tmp_path / "merged.jsonl.zst").read_bytes() == (tmp_path / "whole.jsonl.zst").read_bytes()
    assert without_time(merged) == without_time(expected)
    rejected = [Path(f"{tmp_path / name}.jsonl.zst.rejected.jsonl") for name in ("whole", "merged")]
    assert rejected[0].exists() == rejected[1].exists() == bool(expected.rejected)
    if expected.rejected:
        assert sorted(rejected[0].read_text().splitlines()) == sorted(rejected[1].read_text().splitlines())


def test_records_that_name_their_images_now_and_then_are_read_alike_in_shards(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [{"image": row, "caption": f"a cat in box {row}"} for row in range(1, 1301)]
    for row in (600, 901):
        records[row]["image"] = {"bytes": "AAAA"}
    for row in range(700, 1000, 2):
        records[row]["image"] = f"photo {row}"
    source = tmp_path / "mixed.jsonl"
    source.write_text("\n".join(map(json.dumps, records)))
    summary = label_file(source, tmp_path / "whole.jsonl", run=ONE, build_parser=build_parser)
    assert sum(summary.rejected.values()) == 2
    make_plan(source, tmp_path / "plan", captions_per_shard=512)
    label_shards(tmp_path / "plan", run=ONE, build_parser=build_parser)
    merge_shards(tmp_path / "plan", tmp_path / "merged.jsonl", verify=True)
    assert (tmp_path / "merged.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_the_same_input_gives_the_same_plan_and_another_is_noticed(tmp_path: Path) -> None:
    source = write_tsv(tmp_path / "in.tsv", captions_of(1000))
    first = make_plan(source, tmp_path / "one", captions_per_shard=600)
    assert (
        make_plan(source, tmp_path / "two", captions_per_shard=600) == first == load_plan(Folder(tmp_path / "one"))
    )
    with pytest.raises(UsageError, match="has a plan already"):
        make_plan(source, tmp_path / "one")
    # A caption is changed and the size stays: its own shard alone is not labelled.
    source.write_text(source.read_text().replace("thing 2 of image 700", "thing 2 of image 7oo"))
    run = label_shards(tmp_path / "one", run=ONE, build_parser=build_parser)
    assert list(run.failed) == [2]
    assert "the input is not what was planned" in run.failed[2]
    with pytest.raises(InputError, match=r"1 of 3 shards have no receipt. Try: .* --shard 2"):
        merge_shards(tmp_path / "one", tmp_path / "labels.jsonl")
    assert make_plan(source, tmp_path / "one", captions_per_shard=600, overwrite=True).hash != first.hash
    with pytest.raises(UsageError, match="belongs to another plan"):
        label_shards(tmp_path / "one", run=ONE, build_parser=build_parser)


def test_what_is_done_is_left_alone_and_what_changed_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(1000)), plan, captions_per_shard=1000)
    label_shards(plan, shards="0-1", run=ONE, build_parser=build_parser)
    run = label_shards(plan, run=ONE, build_parser=build_parser)
    assert ([receipt.shard for receipt in run.done], run.before) == ([2], (0, 1))
    with pytest.raises(UsageError, match=r"config.margin: 0.0 → 0.25"):
        label_shards(plan, config=ParserConfig(margin=0.25), run=ONE, build_parser=build_parser)
    again = RunOptions(processes=1, overwrite=True)
    label_shards(plan, config=ParserConfig(margin=0.25), shards="1", run=again, build_parser=build_parser)
    with pytest.raises(
        UsageError, match=r"different settings:\n  config.margin: 0.0 → 0.25\nLabel one of them again"
    ):
        merge_shards(plan, tmp_path / "labels.jsonl")
    label_shards(plan, shards="1", run=again, build_parser=build_parser)
    for name, verified in (("labels.jsonl", False), ("labels.jsonl.gz", True), ("summary.json", True)):
        merge_shards(plan, tmp_path / name, verify=verified)
    for name in ("labels.jsonl", "labels.jsonl.gz"):
        assert sum(len(record.captions) for record in read_labels(tmp_path / name)) == 3000
    assert json.loads((tmp_path / "summary.json").read_text())["captions"] == 3000
    # A shard that is damaged is told apart from one that is not done.
    shard = plan / "labels" / "00001.jsonl.zst"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    merge_shards(plan, tmp_path / "summary.json", overwrite=True)
    for output, verify in (("summary.json", True), ("labels.jsonl.zst", False)):
        with pytest.raises(InputError, match=r"shard 1 .* its bytes changed"):
            merge_shards(plan, tmp_path / output, verify=verify, overwrite=True)


@pytest.mark.parametrize("options", [{"dry_run": True}, {"rejected": Path("x.jsonl")}])
def test_options_of_a_single_file_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    plan = tmp_path / "plan"
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(10)), plan)
    with pytest.raises(UsageError, match=f"{next(iter(options))} is for a single label file"):
        label_shards(plan, run=RunOptions(**options), build_parser=build_parser)
    assert not (plan / "labels").exists()


def test_ids_that_python_hashes_alike_are_no_repetition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, plan, output = tmp_path / "in.jsonl", tmp_path / "plan", tmp_path / "labels.jsonl"
    ids = [-1, -2, 5, 5 + 2**61 - 1, "5"]
    source.write_text("".join(json.dumps({"image_id": one, "caption": "a dog"}) + "\n" for one in ids))
    make_plan(source, plan)
    label_shards(plan, run=ONE, build_parser=build_parser)
    assert merge_shards(plan, output, verify=True).images == len(ids)
    # Those that are hashed alike in spite of all that are looked at one by one.
    for found in (frozenset({hash("i-1")}), None):
        monkeypatch.setattr(Repeats, "found", lambda _, found=found: found)
        assert merge_shards(plan, output, verify=True, overwrite=True).images == len(ids)


def test_an_image_in_two_shards_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = tmp_path / "plan"
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(1000)), plan, captions_per_shard=1000)
    label_shards(plan, run=ONE, build_parser=build_parser)
    records = merging._Merge._records

    def with_one_again(merge: merging._Merge, receipt: Receipt) -> Iterator[Any]:
        first, *others = records(merge, receipt)
        yield from (first.model_copy(update={"image_id": "again"}) if receipt.shard else first, *others[:-1])
        yield others[-1].model_copy(update={"image_id": "again"}) if receipt.shard == 0 else others[-1]

    monkeypatch.setattr(merging._Merge, "_records", with_one_again)
    with pytest.raises(InputError, match="the image 'again' stands in two shards"):
        merge_shards(plan, tmp_path / "labels.jsonl", verify=True)


def test_numbers_of_shards_are_written_as_they_are_read(tmp_path: Path) -> None:
    plan = make_plan(write_tsv(tmp_path / "in.tsv", captions_of(2000)), tmp_path / "plan", captions_per_shard=1)
    assert len(plan.shards) == 12
    for text, numbers in (("7", [7]), ("0,4,8-11", [0, 4, 8, 9, 10, 11]), ("0-1", [0, 1])):
        assert plan.numbers(text) == numbers
        assert shown_numbers(numbers) == text
    for text in ("12", "x", "", "3-1", "-1", "0-99999999999"):
        with pytest.raises(UsageError, match="--shard"):
            plan.numbers(text)


def test_lines_and_repeats_are_found_as_a_naive_loop_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"".join(b"x" * (number * 37 % 5000) + b"\n" for number in range(2000)) + b"no end")
    content = path.read_bytes()
    starts = [0, *(at + 1 for at, byte in enumerate(content) if byte == 10), len(content)]
    with path.open("rb") as file:
        offsets = LineOffsets(file)
        assert [offsets.of(line) for line in (1, 2, 2, 3, 777, 2000, 2001, 2002)] == [
            starts[line - 1] for line in (1, 2, 2, 3, 777, 2000, 2001, 2002)
        ]
    for count in (1000, 300_000):
        for last, found in ((count - 1, {count - 1}), (-5, set())):
            with Repeats() as repeats:
                for number in range(count):
                    repeats.add(number)
                repeats.add(last)
                assert repeats.found() == found


def test_a_full_disk_is_one_error_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tmp_path / "plan"
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(684)), plan, captions_per_shard=1)
    append = labelling._ShardFile.append

    def append_or_fail(file: labelling._ShardFile, batch: LabelledBatch) -> None:
        if batch.fingerprint.digest == load_plan(Folder(plan)).shards[2].fingerprint.digest:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(file, batch)

    with monkeypatch.context() as full:
        full.setattr(labelling._ShardFile, "append", append_or_fail)
        with pytest.raises(
            OutputError, match=r"No space left on device\. Done now: 2 shards; the same command goes on"
        ):
            label_shards(plan, run=ONE, build_parser=build_parser)
    assert sorted(path.name for path in (plan / "labels").iterdir()) == [
        "00000.jsonl.zst", "00000.receipt.json", "00001.jsonl.zst", "00001.receipt.json"
    ]  # fmt: skip
    run = label_shards(plan, run=ONE, build_parser=build_parser)
    assert (len(run.done), run.before, run.failed) == (2, (0, 1), {})


def test_a_killed_process_costs_its_shard_alone_and_the_others_have_new_ones(tmp_path: Path) -> None:
    source, plan = write_tsv(tmp_path / "in.tsv", captions_of(1026)), tmp_path / "plan"
    make_plan(source, plan, captions_per_shard=1)

    def die_at_image_400(images: Sequence[ImageCaptions]) -> None:
        if any(image.image_id == "00400.jpg" for image in images):
            os.kill(os.getpid(), signal.SIGKILL)

    two = RunOptions(processes=2)
    run = label_shards(plan, run=two, build_parser=lambda _: WordParser(die_at_image_400))
    assert ([receipt.shard for receipt in run.done], list(run.failed)) == ([0, 1, 3, 4, 5], [2])
    assert "worker process died" in run.failed[2]
    label_shards(plan, run=two, build_parser=build_parser)
    merge_shards(plan, tmp_path / "merged.jsonl.zst", verify=True)
    label_file(source, tmp_path / "whole.jsonl.zst", run=ONE, build_parser=build_parser)
    assert (tmp_path / "merged.jsonl.zst").read_bytes() == (tmp_path / "whole.jsonl.zst").read_bytes()


def test_the_commands_go_together(tmp_path: Path) -> None:
    source, plan, output = (
        write_tsv(tmp_path / "in.tsv", captions_of(400)),
        tmp_path / "plan",
        tmp_path / "out.jsonl",
    )

    def capparse(*arguments: str | Path, ends_with: int = 0) -> str:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        assert result.exit_code == ends_with
        return " ".join(result.stderr.split())

    assert "1,200 captions in 3 shards, 0 to 2 (0 of them copied)" in capparse(
        "plan", source, "-o", plan, "--captions-per-shard", "500"
    )
    label = ("label", "--plan", plan, "--labeller", "exact", "--processes", "1")
    assert "shard 1: 171 images, 513 captions, 0 rows rejected" in capparse(*label, "--shard", "1")
    assert "2 shards labelled, 1 had been before" in capparse(*label)
    assert "complete: 400 images, 1,200 captions" in capparse("merge", plan, output, "--verify")
    assert [record.source.row for record in read_labels(output) if record.source][:2] == [2, 5]
    for arguments, message in (
        ((*label, "--limit", "3"), "--limit does not go with --plan: what is read was decided"),
        (("label", source, "-o", output, "--shard", "3"), "go with --plan PLAN"),
        (("label", source), "missing -o OUT.jsonl"),
        (("merge", plan, tmp_path / "out.csv"), "expected a name that ends in .jsonl"),
        (("merge", plan, output), "exists already"),
    ):
        assert message in capparse(*arguments, ends_with=2)


def test_no_input_is_written_over(inputs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / "00000.jsonl.zst"
    source.write_bytes(zstandard.compress(inputs["lines.jsonl"].read_bytes()))
    content = source.read_bytes()
    make_plan(source, tmp_path / "plan")
    with pytest.raises(UsageError, match=r"00000.jsonl.zst is the input"):
        label_shards(tmp_path / "plan", tmp_path / "in", run=ONE, build_parser=build_parser)
    label_shards(tmp_path / "plan", run=ONE, build_parser=build_parser)
    with pytest.raises(UsageError, match=r"00000.jsonl.zst is the input"):
        merge_shards(tmp_path / "plan", source, overwrite=True)
    assert source.read_bytes() == content
