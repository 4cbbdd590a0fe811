"""`capseg refer train` and `refer predict`, and the class that users hold, on squares that captions speak of."""

import copy
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from PIL import Image  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from segmentation import Referrer, ReferringPrediction, Segmenter  # noqa: E402
from segmentation.backbones.loading import read_tensors  # noqa: E402
from segmentation.cli import app  # noqa: E402
from segmentation.masks.refinement import Refinement  # noqa: E402
from segmentation.prediction.expression_files import predict_expressions  # noqa: E402
from segmentation.referring.latest_vectors import LatestVectors  # noqa: E402
from segmentation.referring.predict import ExpressionPredictor  # noqa: E402
from segmentation.referring.run import load_referring  # noqa: E402
from segmentation.scores.grid import upscale  # noqa: E402
from segmentation.training.config import MachineOptions  # noqa: E402
from segmentation.training.stepper import Stepper  # noqa: E402
from shared_runtime.errors import ExitCode, InputError, UsageError  # noqa: E402
from tests.segmentation.referring.conftest import Captioned  # noqa: E402

SETTINGS = (
    "network.knowledge=false", "frozen_views=0", "network.dimension=16", "network.offset=0.0",
    "network.scale=5.0", "expressions.class_names=none", "training.optimizer=adamw", "training.warmup_steps=0",
    "network.text.trained=true",
)  # fmt: skip
Train = Callable[..., Any]
UNREFINED = ReferringPrediction(refine=Refinement.NONE)


def train(data: Captioned, bert: Path | str, run: Path, *more: str, epochs: int = 2) -> Any:
    arguments = ["refer", "train", "--images", str(data.images), "--labels", str(data.labels), "-o", str(run)]
    arguments += [
        "--backbone",
        "tiny",
        "--weights",
        "random",
        "--text-encoder",
        str(bert),
        "--epochs",
        str(epochs),
    ]
    arguments += ["--batch-size", "4", "--image-size", "33", "--workers", "0", "--device", "cpu", "-q"]
    arguments += [part for setting in SETTINGS for part in ("--set", setting)]
    return CliRunner().invoke(app, [*arguments, *more])


@pytest.fixture(scope="module")
def run(captioned: Captioned, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has learned what is red and what is blue."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("refer") / "run"
    found = train(captioned, tiny_bert, folder, "--learning-rate", "0.003", epochs=40)
    torch.set_num_threads(threads)
    assert found.exit_code == 0, found.output
    return folder


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--localizer", "runA"], "error: --localizer: got runA, which would change nothing: class names start"),
        (["--set", "training.epochs=5"], "error: --set training.epochs=5: another option says 2 for it. Give one"),
    ],
)
def test_options_that_contradict_each_other(
    captioned: Captioned, tmp_path: Path, options: list[str], told: str
) -> None:
    refused = train(captioned, "packaged", tmp_path / "run", *options)
    assert refused.exit_code == ExitCode.USAGE
    assert told in refused.stderr
    assert not (tmp_path / "run").exists()


def test_it_finds_what_a_text_refers_to(run: Path, captioned: Captioned) -> None:
    path = captioned.images / f"{3:012}.png"
    referrer = Referrer.from_pretrained(run, options=UNREFINED, device="cpu").set_image(path)
    red, blue = referrer.predict(["A small red apple.", "small blue dog"])
    assert red.score > 0.8 > 0.4 > blue.score
    # In the cells of the square, rows 2 to 5 and columns 2 to 5 of 9.
    assert red.map[3:5, 3:5].min() > 0.5 > blue.map[3:5, 3:5].max()
    assert red.mask[12:24, 14:26].all()
    assert not blue.mask[12:24, 14:26].any()
    # One by one, from an array, it is the same: expressions of MPA do not see each other.
    alone = referrer.set_image(np.asarray(Image.open(path))).predict("small red apple")
    assert np.array_equal(alone.mask, red.mask)
    assert alone.score == pytest.approx(red.score, abs=1e-6)
    assert red.overlay().size == (48, 40)
    with pytest.raises(UsageError, match="which has no word"):
        referrer.predict(" ")
    with pytest.raises(UsageError, match=r"'\.\.', which has no word"):
        predict_expressions(referrer, [path], ["a dog", ".."], run / "predicted")
    assert not (run / "predicted").exists()
    with pytest.raises(UsageError, match="Call set_image first"):
        Referrer.from_pretrained(run).predict("dog")


def test_several_images_are_asked_side_by_side(run: Path, captioned: Captioned) -> None:
    referrer = Referrer.from_pretrained(run, options=UNREFINED, device="cpu")
    red, blue = (captioned.images / f"{number:012}.png" for number in (3, 4))
    first, second = referrer.encode(red), referrer.encode(blue)
    expected = [referrer.set_image(path).predict("small red apple") for path in (red, blue)]
    for one, seen, path in zip(expected, (first, second), (red, blue), strict=True):
        for found in (seen.predict("small red apple"), referrer(path, "small red apple")):
            assert np.array_equal(found.map, one.map)
            assert np.array_equal(found.image, one.image)
    assert not np.array_equal(expected[0].image, expected[1].image)
    assert first.predict([]) == []
    options = UNREFINED.model_copy(update={"precision": "bfloat16"})
    rough = Referrer.from_pretrained(run, options=options, device="cpu")(red, "small red apple")
    assert rough.map.dtype == np.float32
    assert 0 < np.abs(rough.map - expected[0].map).max() < 0.1
    assert len({first, second, *expected}) == 4
    for other in (copy.deepcopy(referrer), pickle.loads(pickle.dumps(referrer))):
        assert np.array_equal(other(red, "small red apple").map, expected[0].map)


def test_vectors_that_were_asked_for_last_are_kept() -> None:
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> torch.Tensor:
        asked.extend(texts)
        return torch.tensor([[float(len(text)), 1.0] for text in texts])

    vectors = LatestVectors(most=2)
    for texts in (["a", "bb"], ["a"], ["ccc", "a"], ["bb", "ccc", "a", "bb"]):
        assert vectors.of(texts, encode).tolist() == [[len(text), 1] for text in texts]
        assert len(vectors) == 2
    # bb was the oldest when ccc came; a table of them all keeps none of the others alive.
    assert asked == ["a", "bb", "ccc", "bb"]
    assert vectors.of(["bb"], encode).untyped_storage().nbytes() == 8
    # Copies have what is known, and a lock of their own.
    for other in (copy.deepcopy(vectors), pickle.loads(pickle.dumps(vectors))):
        other.of(["dddd"], encode)
        assert len(other) == 2
        assert asked.pop() == "dddd"
        vectors.of(["bb"], encode)
    assert asked == ["a", "bb", "ccc", "bb"]


def test_maps_of_mirrored_images_are_mirrored(run: Path, captioned: Captioned) -> None:
    image = np.asarray(Image.open(captioned.images / f"{1:012}.png"))
    texts = ["small red apple", "dog"]
    plain = load_referring(run).predictor(UNREFINED.model_copy(update={"flip": True}), "cpu")
    one, other = (plain.maps(plain.encode(np.ascontiguousarray(of)), texts) for of in (image, image[:, ::-1]))
    assert one.logits.shape == (2, 9, 9)
    np.testing.assert_allclose(one.logits, other.logits[..., ::-1], atol=1e-4)
    np.testing.assert_allclose(one.shares, 1 / (1 + np.exp(-one.logits)), atol=1e-6)
    # Read as class activation maps: foreground where M > (1 - M)^4, M relative to its maximum.
    relative = load_referring(run).predictor(UNREFINED.model_copy(update={"relative": True}), "cpu")
    maps = relative.maps(relative.encode(image), texts)
    found = relative.masks(image, maps)
    for mask, logits in zip(found, maps.logits, strict=True):
        own = np.maximum(logits, 0) / (np.maximum(logits, 0).max() + 1e-5)
        expected = upscale(own, 40, 48, maps.margin) > upscale((1 - own) ** 4, 40, 48, maps.margin)
        assert (mask != expected).mean() < 0.001
    assert not np.array_equal(found, plain.masks(image, maps))


@pytest.mark.parametrize("kind", ["spa", "gap"])
def test_masks_of_other_poolings(kind: str, captioned: Captioned, tiny_bert: Path, tmp_path: Path) -> None:
    found = train(captioned, tiny_bert, tmp_path / "run", "--pooling", kind, "--set", "network.text.trained=false")
    assert found.exit_code == 0, found.output
    predictor = load_referring(tmp_path / "run").predictor(UNREFINED, "cpu")
    image = np.asarray(Image.open(captioned.images / f"{1:012}.png"))
    maps = predictor.maps(predictor.encode(image), ["small red apple", "small blue dog", "grass"])
    masks = predictor.masks(image, maps)
    if kind == "spa":
        assert masks.sum(axis=0).max() <= 1
        _check_class_masks(tmp_path, captioned, predictor)
        np.testing.assert_allclose(
            maps.shares.sum(axis=0), 1 - 1 / (1 + np.exp(maps.logits).sum(axis=0)), atol=1e-5
        )
    else:
        # M > (1 - M)^4 for M relative to its maximum: the highest cell always is, whatever the score.
        assert all(mask.any() == bool((logits > 0).any()) for mask, logits in zip(masks, maps.logits, strict=True))


def _check_class_masks(folder: Path, data: Captioned, predictor: ExpressionPredictor) -> None:
    """`make-masks` asks a network for the classes of an image, by their names."""
    call = ["make-masks", str(folder / "run"), "--images", str(data.images), "--labels", str(data.labels)]
    call += ["-o", str(folder / "masks"), "--refine", "none", "--no-consensus", "--device", "cpu", "-q"]
    call += ["--propagation", "0", "--input-size", "33"]
    found = CliRunner().invoke(app, call)
    assert found.exit_code == 0, found.output
    name = f"{1:012}.png"
    image = np.asarray(Image.open(data.images / name))
    expected = predictor.masks(image, predictor.maps(predictor.encode(image), ["apple"]))[0]
    assert np.array_equal(np.asarray(Image.open(folder / "masks" / name)), np.where(expected, 48, 0))


def saving_always(**options: Any) -> MachineOptions:
    """A checkpoint after every step."""
    return MachineOptions(**options, checkpoint_minutes=0.0)


def test_an_interrupted_run_ends_with_the_same_bytes(
    captioned: Captioned, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(captioned, tiny_bert, tmp_path / "whole").exit_code == 0
    steps, step = 0, Stepper.run

    def stopping(self: Any, parts: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise KeyboardInterrupt
        step(self, parts)

    monkeypatch.setattr(Stepper, "run", stopping)
    monkeypatch.setattr("segmentation.cli.training.MachineOptions", saving_always)
    stopped = train(captioned, tiny_bert, tmp_path / "parts")
    assert stopped.exit_code == ExitCode.INTERRUPTED
    assert (tmp_path / "parts" / "checkpoint.pt").is_file()
    monkeypatch.undo()
    assert train(captioned, tiny_bert, tmp_path / "parts").exit_code == 0
    whole, parts = (read_tensors(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    changed = train(captioned, tiny_bert, tmp_path / "parts", "--pooling", "spa")
    assert changed.exit_code == ExitCode.USAGE
    assert 'pooling.kind: "mpa" in the folder' in changed.output + changed.stderr


def test_predictions_of_files(run: Path, captioned: Captioned, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for number in (1, 2):
        (images / f"{number}.png").write_bytes((captioned.images / f"{number:012}.png").read_bytes())
    (images / "bad.png").write_bytes(b"no image")
    call = [
        "refer",
        "predict",
        str(images),
        "--text",
        "small red apple",
        "--text",
        "dog/grass",
        "--model",
        str(run),
    ]
    call += ["-o", str(tmp_path / "out"), "--refine", "none", "--device", "cpu"]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == ExitCode.PARTIAL, first.output
    assert "no masks: bad.png" in first.stderr
    mask = np.asarray(Image.open(tmp_path / "out" / "1" / "1-small-red-apple.png"))
    assert (mask.shape, set(np.unique(mask))) == ((40, 48), {0, 255})
    assert (tmp_path / "out" / "overlays" / "2" / "2-dog-grass.jpg").is_file()
    scores = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert [row["file_name"] for row in scores["rejected"]] == ["bad.png"]
    row = scores["images"]["1"][0]
    assert (row["text"], row["mask"]) == ("small red apple", "1-small-red-apple.png")
    assert row["share"] == pytest.approx((mask > 0).mean(), abs=1e-6)
    again = CliRunner().invoke(app, call)
    assert "0 images done, 2 were there already" in again.output
    assert json.loads((tmp_path / "out" / "scores.json").read_text()) == scores
    other = CliRunner().invoke(app, [*call[:3], *call[5:]])
    assert other.exit_code == ExitCode.USAGE


def test_two_images_of_one_name_are_not_written_over(run: Path, captioned: Captioned, tmp_path: Path) -> None:
    images = [tmp_path / folder / "x.png" for folder in ("p", "q")]
    for number, path in enumerate(images, 1):
        path.parent.mkdir()
        path.write_bytes((captioned.images / f"{number:012}.png").read_bytes())
    referrer = Referrer.from_pretrained(run, options=UNREFINED, device="cpu").set_image(images[1])
    before = referrer.predict("dog")
    for written, present in ((1, 0), (0, 1)):
        done = predict_expressions(referrer, images, ["dog"], tmp_path / "out")
        assert np.array_equal(referrer.predict("dog").image, before.image), "the image of set_image stays"
        assert (done.written, done.present) == (written, present)
        ((name, reason),) = done.rejected
        assert name == "x.png"
        assert f"{images[1]} would have the same name as that of {images[0]}: name a folder above both" in reason
    used = json.loads((tmp_path / "out" / "run.json").read_text())["config"]
    assert (used["input_size"], used["relative"], used["alpha"], used["refine"]) == (33, False, 4, "none")
    # Another language model makes another network of the same weights; so do options that are not trained.
    config = referrer.model.config
    text = config.network.text.model_copy(update={"trained": False})
    frozen = config.model_copy(update={"network": config.network.model_copy(update={"text": text})})
    with pytest.raises(UsageError, match=r"samples\.model\.network\.text\.encoder: null in the folder, \""):
        predict_expressions(
            replace(referrer, model=replace(referrer.model, config=frozen)), images, ["dog"], tmp_path / "out"
        )


def test_a_saved_model_is_the_same_without_its_run(run: Path, captioned: Captioned, tmp_path: Path) -> None:
    image = captioned.images / f"{5:012}.png"
    before = Referrer.from_pretrained(run, options=UNREFINED, device="cpu")
    before.save_pretrained(tmp_path / "saved")
    config = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert config["capseg"]["config"]["network"]["text"]["encoder"] == "text"
    assert str(run.parent) not in (tmp_path / "saved" / "config.json").read_text()
    assert 'referrer.predict("a small' in (tmp_path / "saved" / "README.md").read_text()
    # The language model was trained, so that its weights are among the others.
    assert not (tmp_path / "saved" / "text" / "model.safetensors").exists()
    after = Referrer.from_pretrained(tmp_path / "saved", options=UNREFINED, device="cpu")
    one, other = (of.set_image(image).predict("small red apple") for of in (before, after))
    assert np.array_equal(one.map, other.map)
    with pytest.raises(
        InputError, match=r"got a model of 'refer train', expected .*\. This one is for: capseg refer predict"
    ):
        Segmenter.from_pretrained(tmp_path / "saved")


def test_classes_without_a_language(captioned: Captioned, tmp_path: Path) -> None:
    found = train(captioned, "classes", tmp_path / "run", "--set", "expressions.source=classes")
    assert found.exit_code == 0, found.output
    network = load_referring(tmp_path / "run").network
    assert network.project_text.in_features == 80
    predictor = load_referring(tmp_path / "run").predictor(UNREFINED, "cpu")
    image = np.asarray(Image.open(captioned.images / f"{1:012}.png"))
    assert predictor.maps(predictor.encode(image), ["apple"]).logits.shape == (1, 9, 9)
    with pytest.raises(UsageError, match="class names alone, and no 'red apple'"):
        predictor.maps(predictor.encode(image), ["red apple"])
    refused = train(captioned, "classes", tmp_path / "other")
    assert refused.exit_code == ExitCode.USAGE
    assert "know no phrases" in refused.stderr


def test_options_of_a_truth_do_not_go_with_labels(captioned: Captioned, tiny_bert: Path, tmp_path: Path) -> None:
    for option in (("--split", "train"), ("--instances", "instances.json")):
        refused = train(captioned, tiny_bert, tmp_path / "run", *option)
        assert refused.exit_code == ExitCode.USAGE
        assert f"{option[0]} is about a --truth" in refused.stderr


def test_labels_without_phrases_are_told(captioned: Captioned, tiny_bert: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    records = [json.loads(line) | {"mentions": []} for line in captioned.labels.read_text().splitlines()]
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    found = train(Captioned(captioned.images, labels), tiny_bert, tmp_path / "run")
    assert found.exit_code == ExitCode.FAILURE
    assert "got no referring phrase in 8 records" in found.stderr
    for names in ("none", "foreground"):
        few = ("--set", "expressions.share=1e-9", "--set", f"expressions.class_names={names}")
        found = train(captioned, tiny_bert, tmp_path / "run", *few)
        assert (found.exit_code, "a share of 1e-09 of 8 images" in found.stderr) == (ExitCode.FAILURE, True)
