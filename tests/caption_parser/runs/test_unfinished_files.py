"""What stands under the names of unfinished files: a run takes the place of its like, and of nothing else."""

import os
from pathlib import Path

import pytest

from caption_parser.runs.options import RunOptions
from caption_parser.runs.output import ResumableFile
from caption_parser.runs.output_paths import OutputPaths
from caption_parser.runs.run import label_file
from shared_runtime.errors import OutputError, UsageError
from tests.caption_parser.runs.stops import MakeParser, begin
from tests.caption_parser.runs.test_output import SETTINGS

NAMES = ["labels.jsonl", "labels.jsonl.gz", "labels.jsonl.zst"]
PRECIOUS = b"image,caption\n1.jpg,A dog\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "captions.txt"
    path.write_text("a dog\na cat\n")
    return path


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("companion", ["partial", "state"])
@pytest.mark.parametrize("dangling", [False, True])
def test_no_run_writes_through_a_link(
    source: Path, word_parser: MakeParser, companion: str, overwrite: bool, dangling: bool
) -> None:
    paths = OutputPaths(source.with_name("labels.jsonl"))
    precious = source.with_name("precious")
    if not dangling:
        precious.write_bytes(PRECIOUS)
    link = getattr(paths, companion)
    link.symlink_to(precious)
    with pytest.raises(UsageError, match=f"{link.name} is a symbolic link"):
        label_file(source, paths.output, run=RunOptions(overwrite=overwrite), build_parser=word_parser())
    assert link.is_symlink()
    assert not precious.exists() if dangling else precious.read_bytes() == PRECIOUS


def test_nor_through_one_that_comes_later(tmp_path: Path) -> None:
    paths = OutputPaths(tmp_path / "labels.jsonl")
    (tmp_path / "precious").write_bytes(PRECIOUS)
    paths.partial.symlink_to(tmp_path / "precious")
    with pytest.raises(OutputError, match=r"labels.jsonl.partial"):
        ResumableFile(paths, SETTINGS, None).__enter__()
    assert (tmp_path / "precious").read_bytes() == PRECIOUS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("companion", "content"), [("partial", PRECIOUS), ("state", b'{"a": 1}'), ("state", b'["x"]')]
)
def test_a_file_of_somebody_else_is_left_alone(
    source: Path, word_parser: MakeParser, name: str, companion: str, content: bytes
) -> None:
    paths = OutputPaths(source.with_name(name))
    foreign = getattr(paths, companion)
    foreign.write_bytes(content)
    with pytest.raises(UsageError, match=f"{foreign.name} exists already.*--overwrite to replace it"):
        label_file(source, paths.output, build_parser=word_parser())
    assert foreign.read_bytes() == content
    assert not paths.output.exists()
    label_file(source, paths.output, run=RunOptions(overwrite=True), build_parser=word_parser())
    assert paths.output.exists()
    assert not foreign.exists()


def test_nor_is_what_is_no_file(source: Path, word_parser: MakeParser) -> None:
    paths = OutputPaths(source.with_name("labels.jsonl"))
    os.mkfifo(paths.partial)
    with pytest.raises(UsageError, match=r"labels.jsonl.partial is no file"):
        label_file(source, paths.output, build_parser=word_parser())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [0, 1, 100, -1])
def test_what_a_killed_run_left_is_taken_up(source: Path, word_parser: MakeParser, name: str, size: int) -> None:
    whole = source.with_name(f"whole-{name}")
    label_file(source, whole, build_parser=word_parser())
    paths = OutputPaths(source.with_name(name))
    paths.partial.write_bytes(whole.read_bytes()[:size])
    label_file(source, paths.output, build_parser=word_parser())
    assert paths.output.read_bytes() == whole.read_bytes()


def test_a_state_alone_is_taken_up(caption_file: Path, word_parser: MakeParser) -> None:
    paths = OutputPaths(caption_file.with_name("labels.jsonl"))
    begin(caption_file, paths.output, word_parser, interrupted=True)
    paths.partial.unlink()
    assert label_file(caption_file, paths.output, build_parser=word_parser()).images == 1000


@pytest.mark.parametrize("name", ["loop.jsonl", "loop/labels.jsonl"])
def test_links_in_a_circle_are_one_line(source: Path, word_parser: MakeParser, name: str) -> None:
    loop = source.with_name(name.partition("/")[0])
    loop.symlink_to(loop)
    with pytest.raises(UsageError, match="is a symbolic link that leads back to itself"):
        label_file(
            source, source.with_name(name) if "/" not in name else loop / "x.jsonl", build_parser=word_parser()
        )
    assert loop.is_symlink()
