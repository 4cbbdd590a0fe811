"""Ctrl-C while a command is imported: a word, and the exit code of an interrupted program."""

import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED = "import sys\nprint('imported')\nraise KeyboardInterrupt\n"


@pytest.mark.parametrize("package", ["caption_parser", "segmentation"])
def test_an_interrupt_during_the_imports_of_a_command_is_no_traceback(package: str, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(INTERRUPTED)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from {package}.__main__ import main; main()"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (130, "imported\n", "interrupted\n")


def test_both_commands_begin_there() -> None:
    root = Path(__file__).resolve().parents[2]
    for distribution, line in (
        ("caption_parser", 'capparse = "caption_parser.__main__:main"'),
        ("segmentation", 'capseg = "segmentation.__main__:main"'),
    ):
        assert line in (root / distribution / "pyproject.toml").read_text(encoding="utf-8")
