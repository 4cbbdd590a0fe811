"""What a run of `label_file` writes, counts and says."""

import gzip
import json
import os
from pathlib import Path
from threading import Thread

import pytest

from caption_parser.readers import InputOptions
from caption_parser.runs.job import Progress
from caption_parser.runs.options import RunOptions
from caption_parser.runs.output_paths import OutputPaths
from caption_parser.runs.run import label_file
from caption_parser.runs.summary import RunSummary, describe
from shared_runtime.errors import ExitCode, InputError, TooManyRejectedError, UsageError
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.stops import MakeParser, begin


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


def test_rejected_rows_are_kept_and_counted(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    output = tmp_path / "labels.jsonl"
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.rejected == {"empty-caption": 1, "invalid-json": 1}
    assert summary.exit_code is ExitCode.PARTIAL
    lines = map(json.loads, (tmp_path / "labels.jsonl.rejected.jsonl").read_text().splitlines())
    assert [(line["row"], line["reason"]) for line in lines] == [(11, "empty-caption"), (1502, "invalid-json")]


def test_rejected_rows_of_an_earlier_run_do_not_stay(tmp_path: Path, word_parser: MakeParser) -> None:
    source, output, rejected = tmp_path / "in.txt", tmp_path / "labels.jsonl", tmp_path / "bad.jsonl"
    source.write_text("\xff\n", "latin-1")
    label_file(source, output, run=RunOptions(rejected=rejected), build_parser=word_parser())
    assert rejected.exists()
    source.write_text("a dog\n")
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
        "3,002 captions, 2 rejected (empty-caption 1, invalid-json 1)",
        f"{summary.timing.captions_per_second:,.0f} captions/s",
        summary.config_hash,
        "words 1",
        f"{summary.foreground['dog']:,}  dog",
    ):
        assert shown in printed
    short = "\n".join(describe(saved))
    assert "words 1" not in short
    assert summary.config_hash not in short
    without = summary.images - summary.labelled_images
    assert f"  no class   {without:,} images; label --keep-unlabelled, then report, counts the nouns" in short


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


def test_an_input_of_rejected_rows_leaves_the_label_file_that_is_there(
    tmp_path: Path, word_parser: MakeParser
) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "labels.jsonl.gz"
    source.write_text('{"image_id": 1, "caption": ""}\n')
    again = RunOptions(overwrite=True)
    summary = label_file(source, output, build_parser=word_parser())
    assert (summary.status, summary.images, summary.exit_code) == ("nothing labelled", 0, ExitCode.FAILURE)
    assert {path.name for path in tmp_path.iterdir()} == {source.name, f"{output.name}.rejected.jsonl"}
    good = tmp_path / "good.txt"
    good.write_text("a dog\n")
    label_file(good, output, build_parser=word_parser())
    kept = {path: path.read_bytes() for path in (output, OutputPaths(output).summary)}
    assert label_file(source, output, run=again, build_parser=word_parser()).status == "nothing labelled"
    assert {path: path.read_bytes() for path in kept} == kept
    assert gzip.decompress(kept[output]).count(b"\n") == 1


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


def test_a_stream_shows_its_first_records_before_it_ends(tmp_path: Path, word_parser: MakeParser) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "labels"
    for pipe in (source, output):
        os.mkfifo(pipe)
    options = {
        "inputs": InputOptions(grouped=True, format="jsonl"),
        "run": RunOptions(processes=1, rejected=tmp_path / "rejected.jsonl"),
        "build_parser": word_parser(),
    }
    job = Thread(target=label_file, args=(source, output), kwargs=options, daemon=True)
    job.start()
    lines = [json.dumps({"image_id": number, "caption": "a dog"}) + "\n" for number in range(1000)]
    with output.open() as shown, source.open("w") as given:
        # The next image says that the last one of the first batch has no other caption.
        given.writelines(lines[:17])
        given.flush()
        first = [json.loads(shown.readline())["image_id"] for _ in range(16)]
        given.writelines(lines[17:])
        given.close()
        assert [*first, *(json.loads(line)["image_id"] for line in shown)] == list(range(1000))
    job.join()
