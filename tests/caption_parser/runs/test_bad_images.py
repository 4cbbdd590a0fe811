"""What one image, a damaged file or several inputs do to a run: rejected, noticed, taken together."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from caption_parser.captions import ImageCaptions
from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from caption_parser.runs.summary import describe
from shared_runtime.errors import ExitCode, TooManyRejectedError, UsageError
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.stops import MakeParser, interrupt, stop_at


def stumble(*image_ids: int) -> Callable[[Sequence[ImageCaptions]], None]:
    def before(images: Sequence[ImageCaptions]) -> None:
        if any(image.image_id in image_ids for image in images):
            raise RecursionError("too deep")

    return before


@pytest.mark.parametrize("processes", [1, 2])
def test_an_image_that_cannot_be_labelled_is_rejected_and_the_run_goes_on(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, processes: int
) -> None:
    whole, output = tmp_path / "whole.jsonl", tmp_path / "labels.jsonl"
    label_file(caption_file, whole, build_parser=word_parser())
    run = RunOptions(processes=processes)
    summary = label_file(caption_file, output, run=run, build_parser=word_parser(stumble(8, 500)))
    assert output.read_text().splitlines() == [
        line for line in whole.read_text().splitlines() if json.loads(line)["image_id"] not in (8, 500)
    ]
    assert (summary.status, summary.images, summary.exit_code) == ("complete", 998, ExitCode.PARTIAL)
    assert summary.rejected == {"empty-caption": 1, "invalid-json": 1, "labelling-failed": 2}
    rejected = Path(f"{output}.rejected.jsonl")
    assert json.loads(rejected.read_text().splitlines()[2]) == {
        "source": str(caption_file),
        "row": 9,
        "reason": "labelling-failed",
        "message": "image 8 cannot be labelled: RecursionError: too deep",
        "raw": "cat number 8\na dog here\ncat number 2008",
    }
    assert f"  rejected   {rejected}: file, row, reason and text of each" in describe(summary)
    before = rejected.read_bytes()
    again = label_file(caption_file, output, run=run, build_parser=word_parser())
    assert (again.status, again.rejected, again.exit_code) == ("up to date", summary.rejected, ExitCode.PARTIAL)
    assert rejected.read_bytes() == before


def test_rejected_images_outlast_an_interruption(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    whole, resumed = tmp_path / "whole.jsonl", tmp_path / "resumed.jsonl"
    label_file(caption_file, whole, build_parser=word_parser(stumble(8, 900)))

    def before(images: Sequence[ImageCaptions]) -> None:
        if any(image.image_id == 600 for image in images):
            raise KeyboardInterrupt
        stumble(8, 900)(images)

    with pytest.raises(KeyboardInterrupt):
        label_file(caption_file, resumed, run=RunOptions(processes=1), build_parser=word_parser(before))
    summary = label_file(caption_file, resumed, build_parser=word_parser(stumble(8, 900)))
    assert summary.timing.resumed_after_images > 0
    assert resumed.read_bytes() == whole.read_bytes()
    rejected = [Path(f"{path}.rejected.jsonl").read_bytes() for path in (resumed, whole)]
    assert rejected[0] == rejected[1]


def test_strict_runs_end_at_an_image_that_cannot_be_labelled(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    with pytest.raises(TooManyRejectedError, match=r"captions.jsonl:9: image 8 cannot be labelled: .* allows 2"):
        label_file(
            caption_file,
            tmp_path / "labels.jsonl",
            run=RunOptions(max_errors=2),
            build_parser=word_parser(stumble(8)),
        )


def test_nothing_but_rejected_rows_is_no_complete_run(tmp_path: Path, word_parser: MakeParser) -> None:
    source = tmp_path / "captions.jsonl"
    source.write_text('{"image_id": 1, "caption": ""}\n{"image_id": 2, "caption": " "}\n')
    for _ in range(2):
        summary = label_file(source, tmp_path / "labels.jsonl", build_parser=word_parser())
        assert (summary.status, summary.exit_code) == ("nothing labelled", ExitCode.FAILURE)
    dry = label_file(source, tmp_path / "other.jsonl", run=RunOptions(dry_run=True), build_parser=word_parser())
    assert dry.exit_code == ExitCode.FAILURE


def test_a_cut_input_says_that_what_follows_is_lost(tmp_path: Path, word_parser: MakeParser) -> None:
    source = tmp_path / "captions.txt.gz"
    source.write_bytes(gzip.compress("".join(f"a dog {n}\n" for n in range(20_000)).encode())[:-3000])
    summary = label_file(source, tmp_path / "labels.jsonl", build_parser=word_parser())
    assert summary.exit_code == ExitCode.PARTIAL
    assert any("what followed the cut is not labelled" in line for line in describe(summary))


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_damage_of_a_partial_file_is_noticed(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, suffix: str
) -> None:
    output = tmp_path / f"labels{suffix}"
    with pytest.raises(KeyboardInterrupt):
        label_file(caption_file, output, build_parser=word_parser(stop_at(900, interrupt)))
    partial, state = Path(f"{output}.partial"), Path(f"{output}.state.json")
    content = bytearray(partial.read_bytes())
    content[len(content) // 2] ^= 1
    partial.write_bytes(content)
    with pytest.raises(UsageError, match="bytes are not those that the run wrote"):
        label_file(caption_file, output, build_parser=word_parser())
    content[len(content) // 2] ^= 1
    partial.write_bytes(content)
    # An earlier version kept no digest; its runs are resumed as before.
    state.write_text(json.dumps({k: v for k, v in json.loads(state.read_text()).items() if k != "digest"}))
    label_file(caption_file, output, build_parser=word_parser())
    assert len(list(read_labels(output))) == 1000


def test_many_inputs_are_one(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    lines = caption_file.read_text().splitlines(keepends=True)
    parts = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    parts[0].write_text("".join(lines[:2000]))
    parts[1].write_text("".join(lines[2000:]))
    whole, together = tmp_path / "whole.jsonl", tmp_path / "together.jsonl"
    label_file(caption_file, whole, build_parser=word_parser())
    summary = label_file(parts, together, build_parser=word_parser())
    assert summary.input.path == f"{parts[0]} {parts[1]}"
    captions = [[(record.image_id, record.captions) for record in read_labels(path)] for path in (whole, together)]
    assert captions[0] == captions[1]
    with pytest.raises(UsageError, match=r"second.jsonl is the input"):
        label_file(parts, parts[1], build_parser=word_parser())
    assert label_file(parts, together, build_parser=word_parser()).status == "up to date"
