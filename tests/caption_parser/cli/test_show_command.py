"""`capparse show`: records for a person, those of some images alone."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from caption_parser.cli import app
from shared_runtime.errors import ExitCode
from shared_schemas import ImageLabels, write_labels


def record(image_id: int | str, file_name: str | None = None) -> ImageLabels:
    return ImageLabels(
        image_id=image_id,
        file_name=file_name,
        label_space="coco@00000000",
        captions=(f"This is {image_id}",),
        foreground=(),
        background=(),
    )


def show(labels: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["show", str(labels), *options])


@pytest.fixture
def numbered(tmp_path: Path) -> Path:
    write_labels(tmp_path / "numbered.jsonl", [record(number) for number in range(100, 130)])
    return tmp_path / "numbered.jsonl"


@pytest.fixture
def named(tmp_path: Path) -> Path:
    write_labels(tmp_path / "named.jsonl", [record("cat.jpg"), record("dog.jpg"), record("x", "beach/dog2.jpg")])
    return tmp_path / "named.jsonl"


def test_images_are_chosen_by_id_or_file_name(numbered: Path, named: Path) -> None:
    padded = show(numbered, "--image", "000000000107", "--image", "0103")
    done = show(numbered, "--image", "107", "--image", "000000000103.jpg")
    assert padded.stdout == done.stdout
    assert done.exit_code == 0, done.output
    assert [line for line in done.stdout.splitlines() if "This" in line] == ["  This is 103", "  This is 107"]
    done = show(named, "--image", "beach/dog2.jpg", "--image", "cat.jpg")
    assert [line for line in done.stdout.splitlines() if "This" in line] == ["  This is cat.jpg", "  This is x"]


def test_all_images_that_are_named_are_shown(numbered: Path) -> None:
    chosen = [option for number in range(100, 125) for option in ("--image", str(number))]
    assert show(numbered, *chosen).stdout.count("This is") == 25
    assert show(numbered, *chosen, "--limit", "3").stdout.count("This is") == 3
    assert show(numbered).stdout.count("This is") == 20


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        ("140", "Called alike: 125, 126, 127, 128, 129"),
        ("99999", "The first are called 100, "),
        ("", "The first are called 100, "),
        ("beach", "The first are called 100, 101, 102, 103, 104"),
    ],
)
def test_an_unknown_number_is_told_with_those_next_to_it(numbered: Path, image: str, hint: str) -> None:
    done = show(numbered, "--image", "101", "--image", image)
    assert done.exit_code == ExitCode.USAGE
    assert "This is 101" in done.stdout
    message = f"--image: got {image!r}, expected one of 30 images in {numbered}. {hint}"
    assert message in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        ("dog", "Called alike: dog.jpg, beach/dog2.jpg"),
        ("photos/cat.jpg", "Called alike: cat.jpg"),
        ("cta.jpg", "Did you mean 'cat.jpg'?"),
    ],
)
def test_an_unknown_name_is_told_with_those_like_it(named: Path, image: str, hint: str) -> None:
    assert hint in " ".join(show(named, "--image", image).stderr.split())


def test_a_damaged_line_costs_itself(numbered: Path) -> None:
    lines = numbered.read_bytes().splitlines(keepends=True)
    numbered.write_bytes(b"".join([lines[0], b"{}\n", *lines[1:]]))
    done = show(numbered)
    assert (done.exit_code, done.stdout.count("This is")) == (ExitCode.PARTIAL, 20)
    assert "left out: line 2: " in done.stderr
    done = show(numbered, "--image", "107")
    assert (done.exit_code, "This is 107" in done.stdout) == (ExitCode.PARTIAL, True)
    numbered.write_bytes(b"{}\n")
    done = show(numbered)
    assert (done.exit_code, "got no usable record; line 1: " in done.stderr) == (ExitCode.FAILURE, True)


@pytest.mark.parametrize("command", [["show"], ["find", "--class", "cat"], ["report", "-o", "never.html"]])
def test_captions_are_told_with_the_command_that_labels_them(tmp_path: Path, command: list[str]) -> None:
    captions = tmp_path / "captions.json"
    captions.write_text('{"annotations": [{"image_id": 1, "caption": "A cat"}]}')
    done = CliRunner().invoke(app, [*command, str(captions)])
    assert done.exit_code == ExitCode.FAILURE
    said = " ".join(done.stderr.split())
    assert "got a caption file, expected a label file. Make one of it: capparse label " in said
