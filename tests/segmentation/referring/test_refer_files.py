"""Folders of `refer predict`: started over with other texts, and images whose names are taken."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation import Referrer
from segmentation.prediction.expression_files import predict_expressions
from segmentation.referring.predict import ExpressionMaps
from segmentation.referring.run import load_referring
from shared_runtime.errors import InputError, UsageError
from tests.segmentation.referring.conftest import Captioned
from tests.segmentation.referring.test_refer_runs import UNREFINED, train


@pytest.fixture(scope="module")
def referrer(captioned: Captioned, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Referrer:
    folder = tmp_path_factory.mktemp("refer_files") / "run"
    assert train(captioned, tiny_bert, folder, epochs=1).exit_code == 0
    return Referrer.from_pretrained(folder, options=UNREFINED, device="cpu")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def images(captioned: Captioned, folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((captioned.images / f"{number:012}.png").read_bytes())
    return folder


def test_what_other_texts_made_is_removed(referrer: Any, captioned: Captioned, tmp_path: Path) -> None:
    given = images(captioned, tmp_path / "images", "a.png", "a/b.png")
    output = tmp_path / "out"
    assert predict_expressions(referrer, [given], ["dog", "grass"], output).written == 2
    (output / "a" / "notes.txt").write_text("mine")
    (output / "mine").mkdir()
    (output / "mine" / "scores.json").write_text("[1]")
    # The same texts: what is there of other images stays, also in a folder below.
    assert predict_expressions(referrer, [given / "a.png"], ["dog", "grass"], output, overwrite=True).written == 1
    assert {"a/b/1-dog.png", "overlays/a/b/2-grass.jpg", "a/2-grass.png"} <= files(output)
    assert predict_expressions(referrer, [given / "a.png"], ["apple"], output, overwrite=True).written == 1
    assert files(output) == {
        *("a/1-apple.png", "a/scores.json", "a/notes.txt", "overlays/a/1-apple.jpg"),
        "mine/scores.json",
        *("run.json", "scores.json"),
    }
    assert [*json.loads((output / "scores.json").read_text())["images"]] == ["a"]


def test_the_list_of_scores_keeps_what_it_said_of_other_images(
    referrer: Any, captioned: Captioned, tmp_path: Path
) -> None:
    given = images(captioned, tmp_path / "images", "a.png", "b/a.png", "c.png")
    (given / "c.png").write_bytes(b"no image")
    output = tmp_path / "out"

    def told() -> tuple[list[str], list[str]]:
        summary = json.loads((output / "scores.json").read_text())
        return [*summary["images"]], [row["file_name"] for row in summary["rejected"]]

    assert predict_expressions(referrer, [given], ["dog"], output).written == 2
    assert told() == (["a", "b/a"], ["c.png"])
    more = images(captioned, tmp_path / "more", "d.png")
    (more / "e.png").write_bytes(b"neither")
    assert predict_expressions(referrer, [more], ["dog"], output).written == 1
    assert told() == (["a", "b/a", "d"], ["c.png", "e.png"])
    # Mended; and one whose masks are gone.
    (given / "c.png").write_bytes((given / "a.png").read_bytes())
    (output / "d" / "scores.json").unlink()
    assert predict_expressions(referrer, [given / "c.png"], ["dog"], output, overwrite=True).written == 1
    assert told() == (["a", "b/a", "c"], ["e.png"])
    assert predict_expressions(referrer, [given / "a.png"], ["sky"], output, overwrite=True).written == 1
    assert told() == (["a"], [])
    (output / "scores.json").write_text("[]")
    before = files(output)
    with pytest.raises(InputError, match=r"scores\.json: not a list of scores .* Remove it"):
        predict_expressions(referrer, [given], ["sky"], output)
    assert files(output) == before
    assert predict_expressions(referrer, [given], ["sky"], output, overwrite=True).written == 3
    assert told() == (["a", "c", "b/a"], [])
    # What is not there, or no longer.
    (given / "c.png").write_bytes(b"no image")
    predict_expressions(referrer, [given], ["sky"], output, overwrite=True)
    assert told() == (["a", "b/a"], ["c.png"])
    (given / "c.png").unlink()
    predict_expressions(referrer, [more], ["sky"], output)
    assert told() == (["a", "b/a", "d"], ["e.png"])


@pytest.mark.parametrize("damaged", ["scores.json", "1-dog.png"])
def test_masks_that_are_damaged_are_made_again(
    referrer: Any, captioned: Captioned, tmp_path: Path, damaged: str
) -> None:
    given, output = images(captioned, tmp_path / "images", "a.png"), tmp_path / "out"
    predict_expressions(referrer, [given], ["dog"], output)
    whole = files(output)
    (output / "a" / damaged).write_bytes(b"")
    assert predict_expressions(referrer, [given], ["dog"], output).written == 1
    assert files(output) == whole


def test_masks_of_a_text_that_had_no_rival_are_made_anew(
    referrer: Any, captioned: Captioned, tmp_path: Path
) -> None:
    """Earlier versions gave it the whole image; beside a rival its masks were the same."""
    given = images(captioned, tmp_path / "images", "a.png")
    beside = replace(referrer, options=UNREFINED.model_copy(update={"rivals": "image"}))

    def again(output: Path, *texts: str) -> int:
        predict_expressions(beside, [given], texts, output)
        record = json.loads((output / "run.json").read_text())
        record["samples"].pop("without_rivals", None)
        (output / "run.json").write_text(json.dumps(record))
        return predict_expressions(beside, [given], texts, output).present

    assert again(tmp_path / "rivals", "dog", "apple") == 1
    for number, texts in enumerate((["dog"], ["dog", "apple", "a dog and an apple"])):
        with pytest.raises(UsageError, match="without a rival competes with the background now"):
            again(tmp_path / f"alone-{number}", *texts)


def test_a_run_finds_its_language_model_from_any_folder(
    captioned: Captioned, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_bert.parent)
    assert train(captioned, tiny_bert.name, tmp_path / "run", epochs=1).exit_code == 0
    monkeypatch.chdir(tmp_path)
    assert load_referring(tmp_path / "run").config.network.text.encoder == str(tiny_bert)
    assert train(captioned, tiny_bert, tmp_path / "run", epochs=1).exit_code == 0
    images_of = images(captioned, tmp_path / "images", "a.png")
    made = Referrer.from_pretrained(tmp_path / "run", options=UNREFINED, device="cpu")
    assert predict_expressions(made, [images_of], ["dog"], tmp_path / "out").written == 1


def test_images_with_the_name_of_a_file_cost_themselves(
    referrer: Any, captioned: Captioned, tmp_path: Path
) -> None:
    names = ("scores.json.jpg", "run.json.jpg", "overlays.jpg", "a.png", "a/scores.json.png")
    given = images(captioned, tmp_path / "images", *names)
    for written, present in ((1, 0), (0, 1)):
        done = predict_expressions(referrer, [given], ["dog"], tmp_path / "out")
        assert (done.written, done.present) == (written, present)
        assert {name for name, _ in done.rejected} == {*names[:3], names[4]}
    assert dict(done.rejected)["run.json.jpg"].startswith("it is named 'run.json', as a file of the results is")


def test_what_is_no_text_is_told(referrer: Any, captioned: Captioned) -> None:
    seen = referrer.encode(captioned.images / f"{0:012}.png")
    for wrong, message in (
        ([5], "got 5, expected a text"),
        (None, "got None, expected a text, or several in a list"),
    ):
        with pytest.raises(UsageError, match=message):
            seen.predict(wrong)
    with pytest.raises(UsageError, match="got a list of images, expected one"):
        referrer([seen.encoded.image], "dog")
    assert repr(referrer).startswith("<Referrer of ")
    assert len(repr(referrer)) < 300


def test_texts_that_score_too_little_have_an_empty_mask(
    referrer: Any, captioned: Captioned, tmp_path: Path
) -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    # Logits of 2, 0 and -2: .88, .5 and .12.
    maps = ExpressionMaps(np.ones((3, 2, 2)), np.full((3, 2, 2), 0.9), np.array([2.0, 0.0, -2.0]), 0.0)
    for min_score, expected in ((0.0, [1, 1, 1]), (0.5, [1, 1, 0]), (0.8, [1, 0, 0]), (1.0, [0, 0, 0])):
        options = UNREFINED.model_copy(update={"min_score": min_score})
        predictor = referrer.model.predictor(options, "cpu")
        assert predictor.masks(image, maps).mean(axis=(1, 2)).tolist() == expected
    # Folders of earlier versions, which did not know of it, go on.
    strict = replace(referrer, options=UNREFINED.model_copy(update={"min_score": 0.5}))
    photo = images(captioned, tmp_path / "images", "a.png") / "a.png"
    for asked, name in ((referrer, "plain"), (strict, "strict")):
        predict_expressions(asked, [photo], ["dog"], tmp_path / name)
        config = json.loads((tmp_path / name / "run.json").read_text())["config"]
        assert config.get("min_score") == (0.5 if asked is strict else None)
