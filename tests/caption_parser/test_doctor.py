"""`doctor` finds what is there, and says how to mend what is not."""

import json
from importlib.metadata import PackageNotFoundError

import pytest
from typer.testing import CliRunner

from caption_parser import doctor
from caption_parser.cli import app
from shared_runtime.errors import ExitCode


def test_a_sound_installation_passes() -> None:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == ExitCode.OK
    found = {entry["name"]: entry for entry in json.loads(result.stdout)}
    assert all(entry["ok"] for entry in found.values() if not entry["optional"])
    assert "82,115 noun synsets" in found["wordnet"]["found"]
    assert "'a cat sleeps' = DT NN VBZ" in found["caption pipeline"]["found"]
    assert "cat = cat.n.01; caption prior of" in found["sense model"]["found"]


def test_what_is_broken_is_named_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise FileNotFoundError("wordnet-3.0.lex")

    monkeypatch.setattr(doctor, "_lexicon", broken)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.MISSING_RESOURCE
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("!!")]
    assert "wordnet" in line
    assert "FileNotFoundError: wordnet-3.0.lex" in line
    assert "mend: pip install --force-reinstall capparse" in line


def test_a_missing_extra_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(distribution: str) -> str:
        if distribution == "pyarrow":
            raise PackageNotFoundError(distribution)
        return "1.0"

    monkeypatch.setattr(doctor, "version", installed)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.OK
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("--")]
    assert "pyarrow" in line
    assert "mend: pip install 'capparse[parquet]'" in line
