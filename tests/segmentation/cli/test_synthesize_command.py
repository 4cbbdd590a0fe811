"""`capseg synthesize`, also as `python -m segmentation synthesize`."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from segmentation.cli import app
from shared_runtime.errors import ExitCode

runner = CliRunner()


def test_a_world_is_written_and_described(tmp_path: Path) -> None:
    done = runner.invoke(app, ["synthesize", str(tmp_path / "world"), "--images", "2", "--seed", "5"])
    assert done.exit_code == ExitCode.OK, done.output
    assert done.stdout.startswith(f"2 images in {tmp_path / 'world' / 'images'}, captions in ")
    names = {"images", "captions.jsonl", "instances.json", "truth_labels.jsonl", "label_space.json"}
    assert {path.name for path in (tmp_path / "world").iterdir()} == names
    assert len(list((tmp_path / "world" / "images").iterdir())) == 2


def test_the_same_command_again_is_refused(tmp_path: Path) -> None:
    (tmp_path / "captions.jsonl").write_text("")
    done = runner.invoke(app, ["synthesize", str(tmp_path)])
    assert done.exit_code == ExitCode.FAILURE
    assert "holds files already; give another folder, or remove it" in done.stderr


def test_the_module_is_the_command(tmp_path: Path) -> None:
    world = tmp_path / "world"
    command = [sys.executable, "-m", "segmentation", "synthesize", str(world), "--images", "1", "--seed", "0"]
    subprocess.run(command, check=True, capture_output=True)
    assert (world / "images" / "000001.png").is_file()
