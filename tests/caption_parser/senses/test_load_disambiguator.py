"""What `--senses` names."""

import sys
from pathlib import Path

import pytest

from caption_parser.senses import FirstSense, load_disambiguator
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
