"""A localizer predicts what it is told of, from its run or from a folder that it was saved in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmentation import ModelCard, PredictionOptions, Segmenter
from segmentation.data.images import read_image
from segmentation.data.masks import read_index_mask
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.prediction.model_card import Usage, card_text
from segmentation.scores.contract import NetworkTraits
from shared_runtime.errors import InputError, MissingResourceError, UsageError

PLAIN = PredictionOptions(refine=Refinement.NONE)


@pytest.fixture(scope="module")
def segmenter(small_run: Any) -> Segmenter:
    return Segmenter.from_pretrained(small_run.run, options=PLAIN, device="cpu")


@pytest.fixture(scope="module")
def photo(small_run: Any) -> Path:
    return Path(small_run.images / "000000000001.png")


def test_it_gives_the_masks_that_make_masks_makes(small_run: Any, segmenter: Segmenter, tmp_path: Path) -> None:
    options = MaskOptions(refine=Refinement.NONE, consensus=False, compounds=False)
    make_masks(MaskInputs(small_run.run, [small_run.images], small_run.labels), tmp_path / "masks", options)
    assert segmenter.needs_classes
    for mask in sorted((tmp_path / "masks").glob("*.png")):
        found = segmenter.predict(small_run.images / mask.name, classes=["apple", "grass"])
        np.testing.assert_array_equal(found.mask, read_index_mask(mask, 81))


def test_masks_are_fitted_to_edges_as_make_masks_does_by_itself() -> None:
    knows_background = NetworkTraits("efficientnet-lite0-head", True, 385, False, True, background_logit=1.0)
    by_itself = MaskOptions(consensus=False).resolved(knows_background)
    assert by_itself.refine is Refinement.PIXEL_WALK
    assert PredictionOptions().of_masks(knows_background) == by_itself
    does_not = replace(knows_background, background_logit=None)
    assert PredictionOptions().of_masks(does_not).refine is Refinement.PAMR
    assert PLAIN.of_masks(knows_background).refine is Refinement.NONE


def test_a_file_a_picture_and_an_array_are_the_same_image(segmenter: Segmenter, photo: Path) -> None:
    image = read_image(photo)
    of_file = segmenter.predict(photo, ["apple"])
    for other in (
        str(photo),
        Image.open(photo),
        image,
        np.dstack([image, np.full(image.shape[:2], 255, np.uint8)]),
    ):
        found = segmenter.predict(other, ["apple"])
        np.testing.assert_array_equal(found.mask, of_file.mask)
        np.testing.assert_array_equal(found.image, image)
    assert segmenter.predict(np.zeros((20, 30), dtype=np.uint8), ["apple"]).mask.shape == (20, 30)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((4, 4, 3)), r"array of float64 of shape \(4, 4, 3\), expected bytes"),
        (np.zeros((4, 4, 2), dtype=np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((0, 4, 3), dtype=np.uint8), "at least one pixel"),
        (b"bytes", "got 5 bytes that are no image of a known format"),
        ("nowhere.png", "no such image file"),
    ],
)
def test_what_is_no_image_is_told(segmenter: Segmenter, image: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        segmenter.predict(image, ["apple"])


def test_classes_that_it_does_not_know_are_told(segmenter: Segmenter, photo: Path) -> None:
    with pytest.raises(UsageError, match=r"knows no class 'aple'\. Did you mean 'apple'\?"):
        segmenter.predict(photo, ["aple"])
    with pytest.raises(UsageError, match="a localizer finds the classes that it is told of"):
        segmenter.predict(photo)
    with pytest.raises(UsageError, match="expected at least one"):
        segmenter.predict(photo, [])


def test_a_saved_model_predicts_the_same(segmenter: Segmenter, photo: Path, tmp_path: Path) -> None:
    card = ModelCard(title="Apples", data="four drawn images", licence="cc0-1.0", scores={"mIoU, drawn": 0.5})
    segmenter.save_pretrained(tmp_path / "model", card=card)
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    opened = Segmenter.from_pretrained(tmp_path / "model", options=PLAIN, device="cpu")
    assert opened.classes == segmenter.classes
    assert opened.needs_classes
    one, other = (of.predict(photo, ["apple", "grass"]) for of in (segmenter, opened))
    np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(one.maps.scores, other.maps.scores)


def test_the_configuration_is_what_the_hub_expects(segmenter: Segmenter, tmp_path: Path) -> None:
    segmenter.save_pretrained(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["architectures"] == ["LocalizationNetwork"]
    assert config["id2label"]["0"] == "background"
    assert config["id2label"]["1"] == "person"
    assert len(config["id2label"]) == config["num_labels"] == 81
    assert {config["label2id"][name] for name in config["id2label"].values()} == set(range(81))
    assert (config["backbone"], config["image_size"], config["output_stride"]) == ("tiny", 33, 4)
    assert str(tmp_path) not in json.dumps(config)


def test_a_card_says_what_it_was_given_and_stays(segmenter: Segmenter, tmp_path: Path) -> None:
    card = ModelCard(data="four drawn images", licence="cc0-1.0", scores={"mIoU": 0.5, "speed": "fast"})
    segmenter.save_pretrained(tmp_path / "one", card=card)
    Segmenter.from_pretrained(tmp_path / "one").save_pretrained(tmp_path / "two")
    first, second = ((tmp_path / name / "README.md").read_text() for name in ("one", "two"))
    assert first == second
    assert first.startswith("---\nlicense: cc0-1.0\n")
    assert "four drawn images" in first
    assert "| mIoU | 0.500 |" in first
    assert "| speed | fast |" in first
    assert "None were measured." in card_text(ModelCard(), {}, ["cat"], Usage.CLASSES)


def test_half_the_bits_take_half_the_space(segmenter: Segmenter, photo: Path, tmp_path: Path) -> None:
    segmenter.save_pretrained(tmp_path / "whole")
    segmenter.save_pretrained(tmp_path / "half", half=True)
    whole, half = ((tmp_path / name / "model.safetensors").stat().st_size for name in ("whole", "half"))
    assert half < 0.6 * whole
    one, other = (
        Segmenter.from_pretrained(tmp_path / name, options=PLAIN).predict(photo, ["apple", "grass"])
        for name in ("whole", "half")
    )
    np.testing.assert_allclose(one.maps.scores, other.maps.scores, atol=0.02)


def test_a_folder_with_other_files_is_left_alone(segmenter: Segmenter, small_run: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        segmenter.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="holds other files"):
        segmenter.save_pretrained(small_run.run)
    # A model of transformers, as the backbone may be, has a file of the same name.
    (tmp_path / "vit").mkdir()
    (tmp_path / "vit" / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(UsageError, match="holds other files"):
        segmenter.save_pretrained(tmp_path / "vit")
    with pytest.raises(UsageError, match="a file is in the way"):
        segmenter.save_pretrained(tmp_path / "notes.txt")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / ".DS_Store").touch()
    segmenter.save_pretrained(tmp_path / "shown")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ('{"model_type": "resnet"}', "a configuration without 'capseg'"),
        ('{"capseg": {"format": 2, "command": "x", "config": {}, "label_space": {}}}', "by a newer version"),
    ],
)
def test_other_configurations_are_told(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(InputError, match=message):
        Segmenter.from_pretrained(tmp_path)


def test_a_part_of_a_model_is_told(segmenter: Segmenter, tmp_path: Path) -> None:
    segmenter.save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"got no model\.safetensors"):
        Segmenter.from_pretrained(tmp_path / "model")


def test_what_is_no_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"got neither, expected the folder of a finished run"):
        Segmenter.from_pretrained(tmp_path)
    (tmp_path / "segmenter").mkdir()
    (tmp_path / "segmenter" / "model.safetensors").touch()
    with pytest.raises(InputError, match=rf"got neither, .*\. Did you mean {tmp_path}/segmenter\?"):
        Segmenter.from_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"got nothing there, .*\. Did you mean 'segmenter'\?"):
        Segmenter.from_pretrained(tmp_path / "segmentor")
    with pytest.raises(UsageError, match="device 'cuda:7': "):
        Segmenter.from_pretrained(device="cuda:7")
    monkeypatch.setattr("segmentation.prediction.opening.SHIPPED", tmp_path / "models")
    with pytest.raises(MissingResourceError, match="Name one: the folder of a finished"):
        Segmenter.from_pretrained()


def test_the_model_that_ships_is_taken_without_a_path(
    segmenter: Segmenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segmenter.save_pretrained(tmp_path / "shipped")
    monkeypatch.setattr("segmentation.prediction.opening.SHIPPED", tmp_path / "shipped")
    assert Segmenter.from_pretrained().classes == segmenter.classes
