"""The examples of the documentation are run, on fewer images and for an epoch where a page trains."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import caption_parser.cli
import segmentation.cli
from benchmarks.documented import DOCS, Example, commands, examples, is_as_shown, pages
from benchmarks.surroundings import REPOSITORY
from segmentation.data.masks import read_index_mask
from segmentation.referring.text_folder import PACKAGE
from shared_runtime.errors import ExitCode
from tests.parsers import parser_of

PROGRAMS = {"capparse": caption_parser.cli.app, "capseg": segmentation.cli.app}
FEWER = {"--images 200": "--images 8", "200 images": "8 images"}
TRAININGS = ("train-localizer", "train-segmenter", "train")
N_IMAGES = 8
N_VALUES = 255


def fewer(text: str) -> str:
    for many, few in FEWER.items():
        text = text.replace(many, few)
    return text


def shown_by(example: Example, names: dict[str, Any]) -> str:
    """Run commands or a script, and give what they show on a terminal."""
    if example.language == "python":
        with redirect_stdout(io.StringIO()) as output:
            exec(example.text, names)
        return output.getvalue()
    shown = ""
    for words in commands(fewer(example.text)):
        is_training = any(word in TRAININGS for word in words[1:3])
        done = CliRunner().invoke(
            PROGRAMS[words[0]], [*words[1:], *(["--epochs", "1"] if is_training else [])], prog_name=words[0]
        )
        # Rows that cannot be used are a part of life, and of one page.
        assert done.exit_code in (ExitCode.OK, ExitCode.PARTIAL), (words, done.output)
        shown += done.output
    return shown


@pytest.fixture
def run_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Runs the examples of a page in a folder of its own, and gives the folder."""

    def run(page: Path) -> Path:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr("caption_parser.runs.run.load_parser", lambda config: parser_of(**dict(config)))
        names: dict[str, Any] = {}
        for example in examples(page):
            if example.title:
                (tmp_path / example.title).write_text(example.text, "utf-8")
                continue
            found = shown_by(example, names)
            if example.shows is not None:
                assert is_as_shown(found, fewer(example.shows)), found
        return tmp_path

    return run


@pytest.mark.parametrize(
    "page", [page.relative_to(DOCS).as_posix() for page in pages() if page.stem != "tutorial"]
)
def test_examples_show_what_their_page_says(run_page: Callable[[Path], Path], page: str) -> None:
    if page == "how-to/texts-to-masks.md" and find_spec(PACKAGE) is None:
        pytest.skip("the language model is not installed (capparse-segmentation[text])")
    run_page(DOCS / page)


def test_the_tutorial_goes_from_captions_to_masks_and_back(run_page: Callable[[Path], Path]) -> None:
    folder = run_page(DOCS / "tutorial.md")
    made = {path.name: read_index_mask(path, N_VALUES) for path in (folder / "masks").glob("*.png")}
    assert len(made) == N_IMAGES
    for name, mask in made.items():
        np.testing.assert_array_equal(read_index_mask(folder / "corrected" / name, N_VALUES), mask)
    assert {path.name for path in (folder / "predicted").glob("*.png")} == made.keys()


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    missing = [str(page) for page in DOCS.rglob("*.md") if page.relative_to(DOCS).as_posix() not in contents]
    assert missing == []
