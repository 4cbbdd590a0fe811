"""A segmenter needs no labels: what it learned it finds, whole, in windows, of the classes that compete."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from segmentation import PredictionOptions, ReferringPrediction, Segmenter
from segmentation.backbones.devices import Precision
from segmentation.cli import app
from segmentation.data.images import read_image
from segmentation.data.masks import read_index_mask
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.opening import open_truth
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.prediction.files import PredictionInputs, predict_files
from segmentation.runs.trained import identity
from segmentation.scores.contract import Viewing
from segmentation.segmenter.run import load_segmenter
from shared_runtime.errors import ExitCode, InputError, UsageError

PLAIN = PredictionOptions(refine=Refinement.NONE)
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")


@pytest.fixture(scope="module")
def segmenter(segmenter_run: Path) -> Segmenter:
    return Segmenter.from_pretrained(segmenter_run, options=PLAIN, device="cpu")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"refine": "nne"}, "refine: got 'nne', expected 'dense-crf', "),
        ({"scales": 1}, "scales: got 1, expected a valid tuple"),
        ({"refin": "none"}, "there is no option 'refin'. Did you mean 'refine'?"),
        (ReferringPrediction(), "options: got ReferringPrediction, expected PredictionOptions, such as"),
    ],
)
def test_options_are_checked_as_the_model_is_opened(segmenter_run: Path, options: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        Segmenter.from_pretrained(segmenter_run, options=options)
    assert str(error.value).startswith(told)
    assert Segmenter.from_pretrained(segmenter_run, options={"refine": "none"}).options == PLAIN


def test_a_bad_image_need_not_end_the_others(small_run: Any, segmenter: Segmenter, tmp_path: Path) -> None:
    good = sorted(small_run.images.iterdir())[:2]
    (tmp_path / "bad.png").write_bytes(b"no image")
    paths = [good[0], tmp_path / "bad.png", good[1]]
    first, bad, last = segmenter.predict_each(paths, errors="return")
    assert isinstance(bad, InputError)
    assert str(bad).startswith(f"images[1]: {tmp_path}/bad.png: ")
    for found, path in ((first, good[0]), (last, good[1])):
        assert not isinstance(found, InputError)
        assert np.array_equal(found.mask, segmenter.predict(path).mask)
    results = segmenter.predict_each(paths)
    assert np.array_equal(next(results).mask, first.mask), "it ends when the turn of the bad one comes"  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"images\[1\]: "):
        next(results)
    with pytest.raises(UsageError, match="errors: got 'skip', expected 'raise' or 'return'"):
        segmenter.predict_each(paths, errors="skip")  # type: ignore[call-overload]


def test_what_is_no_image_and_no_list_is_told(small_run: Any, segmenter: Segmenter) -> None:
    path = next(small_run.images.iterdir())
    with path.open("rb") as file, pytest.raises(UsageError, match="got an open file, expected an image: its path"):
        segmenter(file)
    with pytest.raises(UsageError, match=r"class 'apple,tv'\. Several are a list: classes=\['apple', 'tv'\]"):
        segmenter(path, classes="apple,tv")


def iou(one: Any, other: Any) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_it_finds_what_it_learned_without_being_told(small_run: Any, segmenter: Segmenter) -> None:
    assert not segmenter.needs_classes
    truth = open_truth(small_run.truth)
    for path in sorted(small_run.images.iterdir()):
        found = segmenter.predict(path)
        assert found.classes == ("apple",)
        assert found.scores["apple"] > 0.5
        assert iou(found.where("apple"), truth.mask(path.stem) > 0) > 0.6


def test_several_images_are_seen_together(small_run: Any, segmenter: Segmenter) -> None:
    paths = sorted(small_run.images.iterdir())
    pixels = read_image(paths[1])
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    images = [paths[1], pixels, pixels[:, : pixels.shape[0] // 4], tensor, Image.open(paths[1])]
    expected = [segmenter.predict(image) for image in images]
    seen: list[int] = []
    network = segmenter.model.network
    counted = network.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0])))
    together = segmenter(images, batch_size=3)
    counted.remove()
    # Four of one size, of which three fill a batch, and the one that was cut.
    assert sorted(seen) == [1, 1, 3]
    for one, found in zip(expected, together, strict=True):
        np.testing.assert_array_equal(found.image, one.image)
        np.testing.assert_array_equal(found.mask, one.mask)
        np.testing.assert_allclose(found.maps.scores, one.maps.scores, atol=1e-5)
    assert segmenter.predict([]) == []
    for path, found in zip(paths, segmenter.predict(paths, ["apple"]), strict=True):
        np.testing.assert_array_equal(found.image, read_image(path))
    with pytest.raises(InputError, match=r"^images\[1\]: .*no such image file"):
        segmenter.predict([paths[0], "nowhere.png"])
    with pytest.raises(UsageError, match="batch_size of 0"):
        segmenter.predict(paths, batch_size=0)
    # Results are themselves alone: they hold arrays, which say neither that they are equal nor that they are not.
    assert together[1] != together[3]
    assert len({*together, *[found.maps for found in together]}) == 10


def test_any_number_of_images_is_looked_at_a_few_at_a_time(small_run: Any, segmenter: Segmenter) -> None:
    paths = sorted(small_run.images.iterdir())
    asked: list[int] = []

    def images() -> Iterator[Any]:
        for number in range(60):
            asked.append(number)
            # Two sizes, in turns; the last one cannot be read.
            yield "nowhere.png" if number == 59 else read_image(paths[0])[: 20 if number % 2 else 40]

    found = segmenter.predict_each(images(), ["apple"], batch_size=3)
    first = next(found)
    assert len(asked) == 24
    expected = segmenter.predict([first.image, first.image[:20]], ["apple"])
    rest = [next(found) for _ in range(23)]
    assert len(asked) == 24
    for number, one in enumerate([first, *rest]):
        np.testing.assert_array_equal(one.image, expected[number % 2].image)
        np.testing.assert_array_equal(one.mask, expected[number % 2].mask)
    with pytest.raises(InputError, match=r"^images\[59\]: .*no such image file"):
        list(found)
    # Told when it is asked for, not when the first result is.
    for wrong in (lambda: segmenter.predict_each([], ["hat"]), lambda: segmenter.predict_each([], batch_size=0)):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(UsageError, match=r"got an iterator of images, .* Use predict_each"):
        segmenter.predict(iter(paths))


def test_images_of_a_list_are_read_by_a_thread_and_those_of_a_generator_are_not(
    small_run: Any, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = sorted(small_run.images.iterdir())[:3]
    readers: list[str] = []

    def reading(image: Any, _number: int | None) -> Any:
        readers.append(threading.current_thread().name)
        return read_image(image)

    monkeypatch.setattr("segmentation.prediction.segmenter._pixels", reading)
    ahead = [one.mask for one in segmenter.predict_each(paths)]
    assert readers == ["read-ahead"] * 3
    for one, expected in zip(segmenter.predict_each(path for path in paths), ahead, strict=True):
        np.testing.assert_array_equal(one.mask, expected)
    assert set(readers[3:]) == {threading.current_thread().name}
    # Whoever takes no more results leaves no thread behind.
    results = segmenter.predict_each(paths * 20, batch_size=1)
    next(results)
    results.close()  # type: ignore[attr-defined]
    del results
    assert "read-ahead" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    "image", ["a.png", Path("a.png"), Image.new("RGB", (4, 4)), np.zeros((4, 4, 3), np.uint8)]
)
def test_one_image_is_not_taken_for_many(segmenter: Segmenter, image: Any) -> None:
    with pytest.raises(UsageError, match=r"got one image, as \w+, expected several\. Use predict$"):
        segmenter.predict_each(image)


def test_an_image_that_takes_too_much_memory_is_named(
    small_run: Any, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.prediction.segmenter.bytes_per_process", lambda _: 10)
    path = min(small_run.images.iterdir())
    for given, name in ((path, str(path)), (read_image(path), "the image"), ([path], f"images[0]: {path}")):
        with pytest.raises(InputError, match=f"^{re.escape(name)}: too little memory for its mask: ") as told:
            segmenter.predict(given)
        assert "--processes" not in str(told.value)
        assert "PredictionOptions(refine=Refinement.NONE) takes less" in str(told.value)


def test_only_classes_that_are_given_compete(small_run: Any, segmenter: Segmenter) -> None:
    image = small_run.images / "000000000001.png"
    everything = segmenter.predict(image)
    told = segmenter.predict(image, ["apple"])
    assert told.scores["apple"] >= everything.scores["apple"]
    assert set(segmenter.predict(image, ["pizza"]).classes) <= {"pizza"}
    assert segmenter.predict(image, []).classes == ()
    with pytest.raises(UsageError, match="knows no class 'grass'"):
        segmenter.predict(image, ["grass"])
    for name, near in (
        ("sofa", r"Did you mean 'couch'\?"),
        ("television", r"Did you mean 'tv'\?"),
        ("baseball", r"Near it: baseball bat, baseball glove\."),
    ):
        with pytest.raises(
            UsageError, match=f"knows no class '{name}'. {near} The 80 classes that it knows stand"
        ):
            segmenter.predict(image, [name])
    with pytest.raises(UsageError, match="classes: got 17, expected names, such as 'person'"):
        segmenter.predict(image, [17])


def test_a_model_says_what_it_is_in_a_line(segmenter: Segmenter, segmenter_run: Path) -> None:
    said = f"<Segmenter of {segmenter_run}: tiny; device cpu>"
    assert repr(segmenter) == said


def test_two_may_hold_one_model_on_two_devices(segmenter: Segmenter, small_run: Any) -> None:
    """Torch's meta device stands for a GPU."""
    photo = next(small_run.images.iterdir())
    for one in (segmenter, Segmenter.from_pretrained(small_run.run, options=PLAIN, device="cpu")):
        before = one.predict(photo, ["apple"]).maps.scores
        _ = replace(one, device="meta").source  # moves its network there
        np.testing.assert_array_equal(one.predict(photo, ["apple"]).maps.scores, before)


def test_apples_of_a_large_image_are_found_in_windows(segmenter_run: Path) -> None:
    image = np.full((400, 900, 3), (40, 160, 60), dtype=np.uint8)
    truth = np.zeros((400, 900), dtype=bool)
    for top, left in ((20, 30), (190, 440), (350, 860)):
        image[top : top + 20, left : left + 20] = (220, 30, 30)
        truth[top : top + 20, left : left + 20] = True
    options = PLAIN.model_copy(update={"input_size": "original"})
    whole, windows = (
        Segmenter.from_pretrained(segmenter_run, options=options.model_copy(update={"window": window})).predict(
            image
        )
        for window in (2000, 129)
    )
    assert iou(windows.where("apple"), truth) > 0.6
    assert (windows.mask != whole.mask).mean() < 0.001


def test_scales_and_mirror_images_are_averaged(small_run: Any, segmenter_run: Path) -> None:
    options = PLAIN.model_copy(update={"scales": (0.8, 1.0, 1.25), "flip": True})
    several = Segmenter.from_pretrained(segmenter_run, options=options)
    found = several.predict(small_run.images / "000000000001.png")
    assert iou(found.where("apple"), open_truth(small_run.truth).mask("000000000001") > 0) > 0.6


def test_in_16_bits_it_sees_the_same_nearly(small_run: Any, segmenter_run: Path) -> None:
    image = read_image(small_run.images / "000000000001.png")
    for run, classes in ((segmenter_run, None), (small_run.run, ["apple", "grass"])):
        exact, rough = (
            Segmenter.from_pretrained(run, options=PLAIN.model_copy(update={"precision": precision})).predict(
                image, classes
            )
            for precision in PRECISIONS
        )
        assert rough.maps.scores.dtype == np.float32
        assert rough.maps.ids == exact.maps.ids
        assert 0 < np.abs(rough.maps.scores - exact.maps.scores).max() < 0.1
    # As the masks of a label file are made, by the same networks.
    requests = [ImageTargets(1, None, small_run.images, foreground=(48,), background=())]
    exact_maps, rough_maps = (
        load_segmenter(segmenter_run)
        .score_source(Viewing(33, precision=precision), "cpu")
        .scores([image], requests)
        for precision in PRECISIONS
    )
    differs = np.abs(exact_maps[0].heatmaps.classes[48] - rough_maps[0].heatmaps.classes[48])
    assert 0 < differs.max() < 0.1


def test_edges_are_fitted_by_the_refinements_of_masks(small_run: Any, segmenter_run: Path) -> None:
    options = PLAIN.model_copy(update={"refine": Refinement.MEAN_FIELD})
    refined = Segmenter.from_pretrained(segmenter_run, options=options)
    truth = open_truth(small_run.truth)
    path = small_run.images / "000000000001.png"
    assert iou(refined.predict(path).where("apple"), truth.mask(path.stem) > 0) > 0.9


def test_a_saved_segmenter_is_the_same(segmenter: Segmenter, small_run: Any, tmp_path: Path) -> None:
    segmenter.save_pretrained(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["architectures"] == ["SegmentationNetwork"]
    assert "masks" not in config["capseg"]["config"]["label_space"]
    opened = Segmenter.from_pretrained(tmp_path / "model", options=PLAIN)
    image = small_run.images / "000000000002.png"
    np.testing.assert_array_equal(opened.predict(image).maps.scores, segmenter.predict(image).maps.scores)
    card = (tmp_path / "model" / "README.md").read_text()
    assert "capseg train-segmenter" in card
    assert "has to be told" not in card


def test_predictions_of_one_model_are_not_gone_on_with_by_another(
    segmenter: Segmenter, small_run: Any, tmp_path: Path
) -> None:
    """Of the same weights: what is not trained, such as propagation, stands in the configuration alone."""
    model: Any = segmenter.model
    network = model.config.network.model_copy(update={"propagation": 4})
    other = replace(model, config=model.config.model_copy(update={"network": network}))
    for name, one in (("plain", model), ("carried", other)):
        Segmenter(one, PLAIN).save_pretrained(tmp_path / name)

    def predict(name: str, number: int) -> MaskCounts:
        opened = Segmenter.from_pretrained(tmp_path / name, options=PLAIN, device="cpu")
        inputs = PredictionInputs([small_run.images / f"{number:012}.png"])
        return predict_files(opened, inputs, tmp_path / "out").counts

    assert predict("plain", 1).written == 1
    with pytest.raises(UsageError, match=r"samples\.model\.network\.propagation: 0 in the folder, 4 asked for"):
        predict("carried", 2)
    # Wherever the same model lies, and by whatever path it was trained.
    (tmp_path / "plain").rename(tmp_path / "moved")
    assert predict("moved", 2).written == 1
    assert identity(Segmenter.from_pretrained(tmp_path / "moved").model) == identity(model)


def test_predictions_with_labels_are_the_masks_of_make_masks(
    small_run: Any, segmenter_run: Path, tmp_path: Path
) -> None:
    """One network looks at an image in one way, whichever command asks."""
    options = MaskOptions(refine=Refinement.PAMR, scales=(1.0, 1.5), flip=True)
    inputs = MaskInputs(segmenter_run, [small_run.images], small_run.labels)
    made = make_masks(inputs, tmp_path / "made", options, MaskMachine(device="cpu", batch_size=3))
    viewed = PredictionOptions(refine=Refinement.PAMR, scales=(1.0, 1.5), flip=True)
    segmenter = Segmenter.from_pretrained(segmenter_run, options=viewed, device="cpu")
    asked = PredictionInputs([small_run.images], small_run.labels)
    predicted = predict_files(segmenter, asked, tmp_path / "predicted")
    assert made.counts.written == predicted.counts.written == 4
    for path in small_run.images.iterdir():
        one, other = (read_index_mask(tmp_path / name / path.name, 81) for name in ("made", "predicted"))
        np.testing.assert_array_equal(one, other)
        assert one.any()


def capseg(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="capseg")


def test_the_command_predicts_with_labels_and_without(small_run: Any, segmenter_run: Path, tmp_path: Path) -> None:
    common = ("predict", small_run.images, "--model", segmenter_run, "--refine", "none", "--device", "cpu")
    alone = capseg(*common, "-o", tmp_path / "alone")
    assert alone.exit_code == ExitCode.OK, alone.output
    scored = capseg("evaluate", tmp_path / "alone", "--truth", small_run.truth, "--json")
    assert json.loads(scored.stdout)["miou"] > 0.7
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    records[0]["foreground"] = []
    (tmp_path / "labels.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    told = capseg(*common, "-o", tmp_path / "told", "--labels", tmp_path / "labels.jsonl")
    assert told.exit_code == ExitCode.OK, told.output
    assert ": 4 masks written; refinement: none\n" in told.stdout
    # Captions that name no class leave the background alone.
    assert not read_index_mask(tmp_path / "told" / "000000000001.png", 81).any()
    assert read_index_mask(tmp_path / "told" / "000000000002.png", 81).any()


def test_no_prediction_joins_the_processes_of_a_training(
    small_run: Any, segmenter_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("Accelerate was asked")

    monkeypatch.setattr("accelerate.state.PartialState.__init__", asked)
    for name in ("LOCAL_RANK", "RANK", "WORLD_SIZE"):
        monkeypatch.setenv(name, str(int(name == "WORLD_SIZE")))
    image = small_run.images / "000000000001.png"
    for run, classes in ((segmenter_run, None), (small_run.run, ["apple"])):
        assert Segmenter.from_pretrained(run, options=PLAIN).predict(image, classes).mask.any()
