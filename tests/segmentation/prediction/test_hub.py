"""Models go to the hub and come from there; backbones of `transformers` travel with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("huggingface_hub")

from segmentation import PredictionOptions, Segmenter
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.masks.refinement import Refinement
from segmentation.training.config import MachineOptions, TrainingOptions
from shared_runtime.errors import InputError
from tests.segmentation.backbones.tiny_hub_models import hub_model


class FakeHub:
    """What the hub is told."""

    def __init__(self, calls: list[tuple[str, Any]]) -> None:
        self.calls = calls

    def create_repo(self, name: str, *, private: bool, exist_ok: bool) -> str:
        self.calls.append(("create", (name, private, exist_ok)))
        if name == "somebody/else":
            raise OSError("403 Forbidden\nmore")
        return f"https://huggingface.co/{name}"

    def upload_folder(self, *, repo_id: str, folder_path: str) -> None:
        self.calls.append(("upload", (repo_id, sorted(path.name for path in Path(folder_path).iterdir()))))


def test_a_model_is_uploaded_as_it_is_saved(small_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, Any]] = []
    monkeypatch.setattr("huggingface_hub.HfApi", lambda: FakeHub(calls))
    segmenter = Segmenter.from_pretrained(small_run.run)
    assert segmenter.push_to_hub("me/apples", half=True) == "https://huggingface.co/me/apples"
    assert calls == [
        ("create", ("me/apples", True, True)),
        ("upload", ("me/apples", ["README.md", "config.json", "model.safetensors"])),
    ]
    with pytest.raises(InputError, match=r"the hub refuses it: 403 Forbidden\. Try: hf auth login"):
        segmenter.push_to_hub("somebody/else")


def test_a_name_is_looked_up_on_the_hub(small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Segmenter.from_pretrained(small_run.run).save_pretrained(tmp_path / "model")

    def downloaded(name: str, *, allow_patterns: list[str]) -> str:
        if name != "me/apples":
            raise OSError("no such repository\nmore")
        assert "model.safetensors" in allow_patterns
        return str(tmp_path / "model")

    monkeypatch.setattr("huggingface_hub.snapshot_download", downloaded)
    assert "apple" in Segmenter.from_pretrained("me/apples").classes
    with pytest.raises(
        InputError, match="me/pears: got neither a folder here nor a model of the hub: no such repo"
    ):
        Segmenter.from_pretrained("me/pears")


def test_a_backbone_of_transformers_travels_with_the_model(small_run: Any, tmp_path: Path) -> None:
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
    # And from there to another folder.
    opened.save_pretrained(tmp_path / "again")
    again = Segmenter.from_pretrained(tmp_path / "again", options=options)
    np.testing.assert_array_equal(again.predict(image, ["apple", "grass"]).maps.scores, expected)
