"""`doctor` finds what is there, and says how to get what is not."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser import doctor
from caption_parser.cli import app
from caption_parser.senses import loading
from shared_runtime.errors import ExitCode


def test_a_sound_installation_passes() -> None:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == ExitCode.OK
    found = {entry["name"]: entry for entry in json.loads(result.stdout)}
    assert all(entry["ok"] for entry in found.values() if entry["required"])
    assert "82,115 noun synsets" in found["wordnet"]["found"]
    assert "'a cat sleeps' = DT NN VBZ" in found["caption pipeline"]["found"]
    assert "cat = cat.n.01; caption prior of" in found["sense model"]["found"]


def test_what_is_broken_is_named_with_the_command_that_repairs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise FileNotFoundError("wordnet-3.0.lex")

    monkeypatch.setattr(doctor, "_lexicon", broken)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.MISSING_RESOURCE
    assert "BROKEN   wordnet           FileNotFoundError: wordnet-3.0.lex" in result.stdout
    assert "for senses of nouns: pip install --force-reinstall capparse\n" in result.stdout


def test_a_missing_extra_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "nltk", None)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.OK
    assert "missing  pyarrow" in result.stdout
    assert "for Parquet input: pip install pyarrow" in result.stdout
    assert "for rebuilding the lexicon: pip install 'capparse[build]'" in result.stdout


def test_a_missing_sense_model_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SHIPPED_MODEL", tmp_path / "senses")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.MISSING_RESOURCE
    assert "BROKEN   sense model" in result.stdout
    labelled = CliRunner().invoke(app, ["label", "-", "-o", "-", "--format", "txt"], input="a dog\n")
    assert labelled.exit_code == ExitCode.MISSING_RESOURCE
