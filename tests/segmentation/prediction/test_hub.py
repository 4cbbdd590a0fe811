"""Models go to the hub and come from there; backbones of `transformers` travel with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("huggingface_hub")

from segmentation import ModelCard, PredictionOptions, Referrer, Segmenter
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.masks.refinement import Refinement
from segmentation.training.config import MachineOptions, TrainingOptions
from shared_runtime.errors import InputError
from tests.segmentation.backbones.tiny_hub_models import hub_model


class FakeHub:
    """What the hub is told."""

    def __init__(self, calls: list[tuple[str, Any]], token: str | None, cards: list[str]) -> None:
        self.calls = calls
        self.token = token
        self.cards = cards

    def create_repo(self, name: str, *, private: bool, exist_ok: bool) -> str:
        self.calls.append(("create", (name, private, exist_ok, self.token)))
        if name == "somebody/else":
            raise OSError("403 Forbidden\nmore")
        return f"https://huggingface.co/{name}"

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str | None) -> None:
        files = sorted(path.name for path in Path(folder_path).iterdir())
        self.cards.append((Path(folder_path) / "README.md").read_text())
        self.calls.append(("upload", (repo_id, files, commit_message)))


def test_a_model_is_uploaded_as_it_is_saved(small_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, Any]] = []
    cards: list[str] = []
    monkeypatch.setattr("huggingface_hub.HfApi", lambda token: FakeHub(calls, token, cards))
    segmenter = Segmenter.from_pretrained(small_run.run)
    address = segmenter.push_to_hub("me/apples", half=True, token="hf_x", commit_message="First")
    assert address == "https://huggingface.co/me/apples"
    assert calls == [
        ("create", ("me/apples", True, True, "hf_x")),
        ("upload", ("me/apples", ["README.md", "config.json", "model.safetensors"], "First")),
    ]
    card = ModelCard(licence="cc0-1.0")
    segmenter.push_to_hub("me/more-apples", card=card, private=False)
    assert calls[2] == ("create", ("me/more-apples", False, True, None))
    assert "license: cc0-1.0" in cards[-1]
    with pytest.raises(InputError, match=r"the hub refuses it: 403 Forbidden\. Try: hf auth login"):
        segmenter.push_to_hub("somebody/else")


def test_a_name_is_looked_up_on_the_hub(small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Segmenter.from_pretrained(small_run.run).save_pretrained(tmp_path / "model")
    asked: list[tuple[str, dict[str, Any]]] = []

    def downloaded(name: str, *, allow_patterns: list[str], **options: Any) -> str:
        asked.append((name, options))
        if name != "me/apples":
            raise OSError("no such repository\nmore")
        assert "model.safetensors" in allow_patterns
        return str(tmp_path / "model")

    monkeypatch.setattr("huggingface_hub.snapshot_download", downloaded)
    monkeypatch.chdir(tmp_path)
    assert "apple" in Segmenter.from_pretrained("me/apples").classes
    with pytest.raises(
        InputError, match="me/pears: got neither a folder here nor a model of the hub: no such repo"
    ):
        Segmenter.from_pretrained("me/pears")
    default = {"revision": None, "token": None, "cache_dir": None, "local_files_only": False}
    assert asked == [("me/apples", default), ("me/pears", default)]
    # Where there is a folder of the owner's name, it is a path, unless something is asked of the hub.
    (tmp_path / "me").mkdir()
    with pytest.raises(InputError, match="me/apples: got nothing there"):
        Segmenter.from_pretrained("me/apples")
    assert len(asked) == 2
    with pytest.raises(InputError, match=r"config\.json: got a model of 'train-localizer'"):
        Referrer.from_pretrained("me/apples", revision="v1", token=False, cache_dir="c", local_files_only=True)
    assert asked[2] == (
        "me/apples",
        {"revision": "v1", "token": False, "cache_dir": "c", "local_files_only": True},
    )


def test_a_backbone_of_transformers_travels_with_the_model(
    small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    hub_model("vit", tmp_path / "vit")
    values = {
        "backbone": f"hf:{tmp_path / 'vit'}",
        "weights": "packaged",
        "crop": {"size": 64},
        "network": LocalizationOptions(d_cls=8, attributes=False),
        "training": TrainingOptions(epochs=1, batch_size=2),
    }
    config = LocalizerConfig.model_validate(values)
    machine = MachineOptions(device="cpu", workers=0)
    train_localizer([small_run.images], small_run.labels, tmp_path / "run", config, machine)
    options = PredictionOptions(refine=Refinement.NONE)
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    trained = Segmenter.from_pretrained(tmp_path / "run", options=options)
    expected = trained.predict(image, ["apple", "grass"]).maps.scores
    trained.save_pretrained(tmp_path / "model")
    (tmp_path / "vit").rename(tmp_path / "gone")
    (tmp_path / "model").rename(tmp_path / "moved")
    opened = Segmenter.from_pretrained(tmp_path / "moved", options=options)
    np.testing.assert_array_equal(opened.predict(image, ["apple", "grass"]).maps.scores, expected)
    # Over itself, however its folder is called; what stands there of another model's preprocessor goes.
    monkeypatch.chdir(tmp_path)
    opened.save_pretrained("moved")
    opened.save_pretrained(tmp_path / "moved" / ".." / "moved")
    of_itself = Segmenter.from_pretrained("moved", options=options)
    np.testing.assert_array_equal(of_itself.predict(image, ["apple", "grass"]).maps.scores, expected)
    stale = tmp_path / "other" / "backbone" / "processor_config.json"
    of_itself.save_pretrained(tmp_path / "other")
    stale.write_text("{}")
    of_itself.save_pretrained(tmp_path / "other")
    assert not stale.exists()
    Segmenter.from_pretrained(small_run.run).save_pretrained(tmp_path / "other")
    assert not stale.parent.exists()
    # And from there to another folder.
    opened.save_pretrained(tmp_path / "again")
    again = Segmenter.from_pretrained(tmp_path / "again", options=options)
    np.testing.assert_array_equal(again.predict(image, ["apple", "grass"]).maps.scores, expected)
