"""`label_file`: the same bytes however often it is interrupted and in however many processes it runs."""

import gzip
import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from caption_parser.readers import InputOptions
from caption_parser.runs import output as output_module
from caption_parser.runs.job import Progress
from caption_parser.runs.options import RunOptions, parser_config
from caption_parser.runs.run import label_file
from caption_parser.runs.summary import RunSummary, describe
from shared_runtime.errors import CapparseError, ExitCode, InputError, TooManyRejectedError, UsageError
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.stops import MakeParser, interrupt, stop_at


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_parent() -> None:
    os.kill(os.getppid(), signal.SIGKILL)


def run_in_a_process_that_dies(**arguments: object) -> None:
    process = multiprocessing.get_context("fork").Process(target=label_file, kwargs=arguments)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_images_are_in_input_order_with_all_their_captions(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    summary = label_file(caption_file, output, build_parser=word_parser())
    records = list(read_labels(output))
    assert [record.image_id for record in records] == list(range(1000))
    assert records[8].captions == ("cat number 8", "a dog here", "cat number 2008")
    assert [records[image_id].source.row for image_id in (8, 9, 10)] == [9, 10, 12]
    assert records[8].foreground[0].votes == 1
    assert (summary.images, summary.captions, summary.rows_read) == (1000, 3000, 3002)


@pytest.mark.parametrize(
    ("suffix", "processes", "grouped"),
    [
        (".jsonl", 1, False),
        (".jsonl", 2, False),
        (".jsonl", 2, True),
        (".jsonl.gz", 1, False),
        (".jsonl.gz", 2, False),
        (".jsonl.zst", 1, True),
        (".jsonl.zst", 2, False),
    ],
)
def test_an_interrupted_run_ends_with_the_same_bytes(
    tmp_path: Path, word_parser: MakeParser, suffix: str, processes: int, grouped: bool
) -> None:
    source = tmp_path / "captions.txt"
    source.write_text("".join(f"a dog number {number}\n" for number in range(3000)))
    whole, resumed = tmp_path / f"whole{suffix}", tmp_path / f"resumed{suffix}"
    label_file(source, whole, run=RunOptions(processes=1), build_parser=word_parser())
    for image_id in (700, 2000):
        with pytest.raises(KeyboardInterrupt):
            label_file(
                source,
                resumed,
                inputs=InputOptions(grouped=grouped),
                build_parser=word_parser(stop_at(image_id, interrupt)),
            )
        assert not resumed.exists()
    summary = label_file(
        source,
        resumed,
        inputs=InputOptions(grouped=grouped),
        run=RunOptions(processes=processes),
        build_parser=word_parser(),
    )
    assert resumed.read_bytes() == whole.read_bytes()
    assert summary.timing.resumed_after_images == 1536
    assert [record.image_id for record in read_labels(resumed)] == list(range(1, 3001))


@pytest.mark.parametrize(
    ("suffix", "processes", "kill"),
    [(".jsonl", 1, kill_this_process), (".jsonl", 2, kill_parent), (".jsonl.gz", 2, kill_parent)],
)
def test_a_killed_run_ends_with_the_same_bytes(
    caption_file: Path,
    tmp_path: Path,
    word_parser: MakeParser,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    processes: int,
    kill: Callable[[], None],
) -> None:
    monkeypatch.setattr(output_module, "COMMIT_SECONDS", 0)
    whole, resumed = tmp_path / f"whole{suffix}", tmp_path / f"resumed{suffix}"
    expected = label_file(caption_file, whole, build_parser=word_parser())
    for image_id in (0, 400, 990):
        run_in_a_process_that_dies(
            source=caption_file,
            output=resumed,
            run=RunOptions(processes=processes),
            build_parser=word_parser(stop_at(image_id, kill)),
        )
        if (partial := tmp_path / f"resumed{suffix}.partial").exists():
            with partial.open("ab") as file:
                file.write(b'{"half a line')
    summary = label_file(caption_file, resumed, build_parser=word_parser())
    assert resumed.read_bytes() == whole.read_bytes()
    own = {"timing", "rejected_file"}
    assert summary.model_dump(exclude=own) == expected.model_dump(exclude=own)
    rejected = [Path(f"{path}.rejected.jsonl").read_bytes() for path in (resumed, whole)]
    assert rejected[0] == rejected[1]


def test_a_complete_run_is_recognised(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    output = tmp_path / "labels.jsonl"

    def fail(_: object) -> None:
        raise AssertionError("nothing is to be labelled")

    first = label_file(caption_file, output, build_parser=word_parser())
    changed = output.stat().st_mtime_ns
    for processes in (1, 2):
        again = label_file(
            caption_file, output, run=RunOptions(processes=processes), build_parser=word_parser(fail)
        )
        assert again == first.model_copy(update={"status": "up to date"})
    assert output.stat().st_mtime_ns == changed


@pytest.mark.parametrize("interrupted", [False, True])
def test_other_settings_are_refused_field_by_field(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, interrupted: bool
) -> None:
    output = tmp_path / "labels.jsonl"
    begin(caption_file, output, word_parser, interrupted=interrupted)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError) as refusal:
        label_file(
            caption_file,
            output,
            parser_config(mode="paper"),
            inputs=InputOptions(limit=100),
            build_parser=word_parser(),
        )
    lines = str(refusal.value).splitlines()
    assert lines[1:3] == ["  config.mode: visual → paper", "  input.limit: None → 100"]
    assert "--overwrite" in lines[-1]
    assert kept == {path: path.read_bytes() for path in tmp_path.iterdir()}

    summary = label_file(
        caption_file,
        output,
        parser_config(mode="paper"),
        inputs=InputOptions(limit=100),
        run=RunOptions(overwrite=True),
        build_parser=word_parser(),
    )
    assert summary.captions == 100
    assert len(list(read_labels(output))) == 100


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("change", ["first", "last", "added"])
def test_other_captions_are_refused(
    tmp_path: Path, word_parser: MakeParser, interrupted: bool, grouped: bool, change: str
) -> None:
    source, output = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    lines = [f"a dog number {number}" for number in range(1000)]
    source.write_text("\n".join(lines))
    begin(source, output, word_parser, interrupted=interrupted, grouped=grouped, image_id=600)
    match change:
        case "first":
            lines[0] = "a cat"
        case "last":
            lines[-1] = "a cat"
        case "added":
            lines.append("a cat")
    source.write_text("\n".join(lines))
    if interrupted and grouped and change != "first":
        # A stream is compared as far as it was labelled; what comes after is labelled as it is now.
        label_file(source, output, inputs=InputOptions(grouped=True), build_parser=word_parser())
        assert [record.captions[0] for record in read_labels(output)] == lines
        return
    with pytest.raises(UsageError, match=r"with different captions:\n  digest: \w+ → \w+"):
        label_file(source, output, inputs=InputOptions(grouped=grouped), build_parser=word_parser())


def begin(
    source: Path,
    output: Path,
    word_parser: MakeParser,
    *,
    interrupted: bool,
    grouped: bool = False,
    image_id: int = 800,
) -> None:
    if not interrupted:
        label_file(source, output, inputs=InputOptions(grouped=grouped), build_parser=word_parser())
        return
    with pytest.raises(KeyboardInterrupt):
        label_file(
            source,
            output,
            inputs=InputOptions(grouped=grouped),
            build_parser=word_parser(stop_at(image_id, interrupt)),
        )


def test_a_file_that_no_run_left_is_not_overwritten(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    output.write_text("precious\n")
    with pytest.raises(UsageError, match=r"labels.jsonl exists already.*--overwrite"):
        label_file(caption_file, output, build_parser=word_parser())
    assert output.read_text() == "precious\n"


def test_a_complete_file_that_was_changed_is_not_overwritten(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    label_file(caption_file, output, build_parser=word_parser())
    with output.open("a") as file:
        file.write("mine\n")
    with pytest.raises(UsageError, match="exists already"):
        label_file(caption_file, output, build_parser=word_parser())


@pytest.mark.parametrize("damage", ["state", "partial"])
def test_a_damaged_partial_run_is_not_continued(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, damage: str
) -> None:
    output = tmp_path / "labels.jsonl"
    begin(caption_file, output, word_parser, interrupted=True)
    (tmp_path / f"labels.jsonl.{'partial' if damage == 'partial' else 'state.json'}").write_bytes(b"{")
    with pytest.raises(UsageError, match=r"cannot be resumed.*--overwrite"):
        label_file(caption_file, output, build_parser=word_parser())


def test_overwriting_keeps_the_old_file_until_the_new_one_is_complete(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    label_file(caption_file, output, inputs=InputOptions(limit=10), build_parser=word_parser())
    old = output.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        label_file(
            caption_file, output, run=RunOptions(overwrite=True), build_parser=word_parser(stop_at(600, interrupt))
        )
    assert output.read_bytes() == old
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.timing.resumed_after_images > 0
    assert len(list(read_labels(output))) == 1000


def test_rejected_rows_are_kept_and_counted(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    output = tmp_path / "labels.jsonl"
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.rejected == {"empty-caption": 1, "invalid-json": 1}
    assert summary.exit_code is ExitCode.PARTIAL
    lines = map(json.loads, (tmp_path / "labels.jsonl.rejected.jsonl").read_text().splitlines())
    assert [(line["row"], line["reason"]) for line in lines] == [(11, "empty-caption"), (1502, "invalid-json")]


def test_rejected_rows_of_an_earlier_run_do_not_stay(tmp_path: Path, word_parser: MakeParser) -> None:
    source, output, rejected = tmp_path / "in.txt", tmp_path / "labels.jsonl", tmp_path / "bad.jsonl"
    source.write_text("a dog\n")
    rejected.write_text("{}\n")
    summary = label_file(source, output, run=RunOptions(rejected=rejected), build_parser=word_parser())
    assert summary.exit_code is ExitCode.OK
    assert not rejected.exists()


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"strict": True}, r"captions.jsonl:11: .*\(empty-caption\); --strict and --max-errors 0 allow none"),
        ({"max_errors": 1}, r"captions.jsonl:1502: .*\(invalid-json\); --max-errors allows 1"),
    ],
)
def test_too_many_rejected_rows_stop_the_run(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, limits: dict, message: str
) -> None:
    with pytest.raises(TooManyRejectedError, match=message):
        label_file(caption_file, tmp_path / "labels.jsonl", build_parser=word_parser(), run=RunOptions(**limits))
    assert not (tmp_path / "labels.jsonl").exists()


def test_max_errors_allows_as_many(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    summary = label_file(
        caption_file, tmp_path / "labels.jsonl", run=RunOptions(max_errors=2), build_parser=word_parser()
    )
    assert sum(summary.rejected.values()) == 2


def test_a_dry_run_counts_the_work_and_writes_nothing(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "out" / "labels.jsonl"
    output.parent.mkdir()
    summary = label_file(
        caption_file, output, run=RunOptions(dry_run=True, processes=2), build_parser=word_parser()
    )
    assert list(output.parent.iterdir()) == []
    assert (summary.status, summary.images, summary.rows_read) == ("dry run", 0, 3002)
    assert (summary.estimate.images, summary.estimate.captions, summary.estimate.processes) == (1000, 3000, 2)
    written = label_file(caption_file, output, build_parser=word_parser()).bytes
    assert summary.estimate.bytes == pytest.approx(written, rel=0.05)


def test_a_dry_run_tells_what_is_left(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    output = tmp_path / "labels.jsonl"
    begin(caption_file, output, word_parser, interrupted=True)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir() if "rejected" not in path.name}
    summary = label_file(caption_file, output, run=RunOptions(dry_run=True), build_parser=word_parser())
    assert summary.images + summary.estimate.images == 1000
    assert summary.images > 0
    assert kept == {path: path.read_bytes() for path in kept}


def test_the_summary_file_is_what_is_returned_and_printed(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    summary = label_file(caption_file, output, build_parser=word_parser())
    saved = RunSummary.model_validate_json((tmp_path / "labels.jsonl.summary.json").read_bytes())
    assert saved == summary
    assert summary.labelled_images == summary.foreground["dog"] == len(range(0, 3000, 7))
    printed = "\n".join(describe(saved, verbose=True))
    for shown in (
        "1,000 images, 3,000 captions",
        "3,002, 2 rejected (empty-caption 1, invalid-json 1)",
        f"{summary.timing.captions_per_second:,.0f} captions/s",
        summary.config_hash,
        "words 1",
        f"{summary.foreground['dog']:,}  dog",
    ):
        assert shown in printed


def test_samples_are_drawn_by_seed(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    drawn = []
    for number, seed in enumerate((1, 1, 2)):
        output = tmp_path / f"{number}.jsonl"
        label_file(caption_file, output, inputs=InputOptions(sample=20, seed=seed), build_parser=word_parser())
        drawn.append([record.image_id for record in read_labels(output)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 20


@pytest.mark.parametrize("selection", [{"limit": 0}, {"sample": -1}])
def test_selecting_nothing_is_refused(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, selection: dict
) -> None:
    with pytest.raises(UsageError, match=r"--(limit|sample): got -?\d, expected at least 1"):
        label_file(
            caption_file, tmp_path / "labels.jsonl", build_parser=word_parser(), inputs=InputOptions(**selection)
        )


def test_an_input_of_rejected_rows_gives_an_empty_label_file(tmp_path: Path, word_parser: MakeParser) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "labels.jsonl.gz"
    source.write_text('{"image_id": 1, "caption": ""}\n')
    for status in ("nothing labelled", "up to date"):
        summary = label_file(source, output, build_parser=word_parser())
        assert (summary.status, summary.images, summary.exit_code) == (status, 0, ExitCode.FAILURE)
        assert gzip.decompress(output.read_bytes()) == b""


def test_a_missing_input_leaves_nothing_behind(tmp_path: Path, word_parser: MakeParser) -> None:
    with pytest.raises(InputError, match="does not exist"):
        label_file(tmp_path / "no.txt", tmp_path / "labels.jsonl", build_parser=word_parser())
    assert list(tmp_path.iterdir()) == []


def test_rejected_rows_may_not_go_into_the_label_file(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    with pytest.raises(UsageError, match="is the label file"):
        label_file(caption_file, output, run=RunOptions(rejected=output), build_parser=word_parser())


def test_progress_ends_at_the_total(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    seen: list[Progress] = []
    label_file(caption_file, tmp_path / "a.jsonl", progress=seen.append, build_parser=word_parser())
    assert seen[-1] == Progress("labelling", 3000, 3000)
    assert [progress.captions for progress in seen] == sorted(progress.captions for progress in seen)


def test_a_dead_worker_leaves_a_run_that_can_be_resumed(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    with pytest.raises(CapparseError, match="worker process died"):
        label_file(
            caption_file,
            output,
            run=RunOptions(processes=2),
            build_parser=word_parser(stop_at(900, kill_this_process)),
        )
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.images == 1000
    uninterrupted = tmp_path / "uninterrupted.jsonl"
    label_file(caption_file, uninterrupted, build_parser=word_parser())
    assert output.read_bytes() == uninterrupted.read_bytes()
