"""What `--senses` names."""

import sys
from pathlib import Path

import pytest

from caption_parser.senses import FirstSense, caption_prior, load_disambiguator, loading
from caption_parser.senses.caption_prior import load_caption_prior
from shared_runtime.errors import MissingResourceError, UsageError


def test_first() -> None:
    assert isinstance(load_disambiguator("first"), FirstSense)


def test_a_name_that_is_none() -> None:
    with pytest.raises(UsageError, match="--senses frist: no such disambiguator"):
        load_disambiguator("frist")


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"meta\.json: No such file"):
        load_disambiguator(str(tmp_path))


def test_meta_json_names_the_system(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    (tmp_path / "meta.json").write_text('{"system": "classifier"}')
    with pytest.raises(MissingResourceError, match=r"meta\.json: name: Field required"):
        load_disambiguator(str(tmp_path))


def test_gloss_pairs_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "caption_parser.senses.gloss_pairs", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingResourceError, match=r"needs torch.*pip install 'capparse\[train\]'"):
        load_disambiguator("glosses:somebody/glosses")


def test_without_its_model_the_default_is_an_error_and_not_the_first_sense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "SHIPPED_MODEL", tmp_path / "senses")
    with pytest.raises(
        MissingResourceError, match=r"senses: this part .* --force-reinstall capparse, or --senses"
    ):
        load_disambiguator("default")


def test_without_its_caption_prior_the_default_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caption_prior, "SHIPPED_MODEL", tmp_path)
    with pytest.raises(MissingResourceError, match=r"caption_prior\.json: this part of the sense model"):
        load_caption_prior("default")


def test_without_onnx_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingResourceError, match=r"--senses default needs onnxruntime"):
        load_disambiguator("default")
