"""Segmenter runs: trained, resumed, refused, opened again; and the command around them."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.backbones.loading import read_tensors
from segmentation.data.masks import write_index_mask
from segmentation.runs.trained import open_trained
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.run import load_segmenter, train_segmenter
from segmentation.training.config import MachineOptions
from shared_runtime.errors import ExitCode, UsageError
from shared_schemas import load_label_space
from tests.segmentation.conftest import SmallRun
from tests.segmentation.segmenter.conftest import APPLE, Masked, Train


def test_a_run_holds_what_it_was_made_from(masked: Masked, train: Train, tmp_path: Path) -> None:
    done = train(masked, "run")
    assert done.exit_code == ExitCode.OK, done.stderr
    assert "trained on 4 images, 4 of 4 steps now" in done.stderr
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["command"] == "train-segmenter"
    assert record["samples"]["images"] == 4
    assert SegmenterConfig.model_validate(record["config"]).network.dilations == (1, 2)
    segmenter = load_segmenter(tmp_path / "run")
    assert segmenter.vocabulary.label_space.by_name["apple"].id == APPLE
    assert not segmenter.network.training
    weights = read_tensors(tmp_path / "run" / "model.safetensors")
    for name, tensor in segmenter.network.state_dict().items():
        assert torch.equal(tensor, weights[name])
    assert open_trained(tmp_path / "run").traits.own_background


def test_it_learns_where_the_apple_is(masked: Masked, train: Train, tmp_path: Path) -> None:
    options = ("--epochs", "40", "--learning-rate", "0.03", "--set", "network.dropout=0")
    options += ("--set", "network.head=linear")
    assert train(masked, "run", *options).exit_code == ExitCode.OK
    rows = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < 0.1 * rows[0]["loss"]
    assert rows[-1]["used"] == 1
    network = load_segmenter(tmp_path / "run").network
    image = np.asarray(Image.open(masked.images / "000000000001.png").convert("RGB"))
    with torch.no_grad():
        logits = network(torch.from_numpy(image.copy()).permute(2, 0, 1)[None])
    predicted = logits.argmax(dim=1)[0]
    assert predicted[5, 4] == APPLE  # pixel (20, 16), in the square
    assert predicted[10, 14] == 0


def test_the_command_resumes_and_says_when_there_is_nothing_to_do(masked: Masked, train: Train) -> None:
    assert train(masked, "run").exit_code == ExitCode.OK
    again = train(masked, "run")
    assert again.exit_code == ExitCode.OK
    assert "was finished before: nothing to do" in again.stderr
    changed = train(masked, "run", "--set", "loss.noise.contradiction=0.7")
    assert changed.exit_code == ExitCode.USAGE
    assert "config.loss.noise.contradiction: null in the folder, 0.7 asked for" in changed.stderr


@pytest.mark.parametrize("noise", ["contradiction=0.9", "mixture=true", "worst_images=0.5"])
def test_an_interrupted_run_goes_on_to_the_same_bytes(
    masked: Masked, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noise: str
) -> None:
    """Filters of noise depend on how far the training is, and on nothing else that would have to be remembered."""
    options = (
        "--set",
        f"loss.noise.{noise}",
        "--set",
        "loss.noise.mixture_begin=0",
        "--set",
        "network.dropout=0.5",
    )
    assert train(masked, "whole", *options).exit_code == ExitCode.OK
    stop_after(monkeypatch, 3)
    assert train(masked, "parts", *options).exit_code == ExitCode.INTERRUPTED
    monkeypatch.undo()
    assert (tmp_path / "parts" / "checkpoint.pt").is_file()
    assert train(masked, "parts", *options).exit_code == ExitCode.OK
    for name in ("model.safetensors", "run.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Ask a training to stop after so many steps, as Ctrl-C does."""
    from contextlib import contextmanager

    from segmentation.training import loop

    @contextmanager
    def requests() -> Any:
        calls = iter(range(1, 1000))
        yield lambda: next(calls) == steps

    monkeypatch.setattr(loop, "stop_requests", requests)


def test_changed_masks_are_another_run(masked: Masked, train: Train) -> None:
    assert train(masked, "run").exit_code == ExitCode.OK
    write_index_mask(masked.masks / "000000000004.png", np.full((40, 40), APPLE, dtype=np.uint8))
    changed = train(masked, "run")
    assert changed.exit_code == ExitCode.USAGE
    assert "samples.fingerprint: " in changed.stderr
    assert "asked for (other labels or masks, or other images)" in changed.stderr


def test_images_without_a_mask_are_counted_and_left_out(masked: Masked, train: Train) -> None:
    (masked.masks / "000000000002.png").unlink()
    done = train(masked, "run")
    assert done.exit_code == ExitCode.OK
    assert "1 image has no mask: nothing to learn from" in done.stderr
    assert "trained on 3 images" in done.stderr


@pytest.mark.parametrize("kind", ["damaged", "another size", "a class that is none"])
def test_a_bad_mask_costs_its_image(masked: Masked, train: Train, tmp_path: Path, kind: str) -> None:
    path = masked.masks / "000000000003.png"
    if kind == "damaged":
        path.write_bytes(path.read_bytes()[:60])
    elif kind == "another size":
        write_index_mask(path, np.zeros((48, 63), dtype=np.uint8))
    else:
        write_index_mask(path, np.full((48, 64), 81, dtype=np.uint8))
    done = train(masked, "run")
    assert done.exit_code == ExitCode.PARTIAL, done.stderr
    assert "000000000003.png" in done.stderr
    assert "2 times; other images stood in for it" in done.stderr
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_masks_without_an_image_are_a_fault_unless_allowed(masked: Masked, train: Train) -> None:
    write_index_mask(masked.masks / "elsewhere.png", np.zeros((9, 9), dtype=np.uint8))
    done = train(masked, "run")
    assert done.exit_code == ExitCode.PARTIAL
    assert "skipped: mask elsewhere.png: its image is in none of the image folders" in done.stderr
    allowed = train(masked, "run", "--allow-missing")
    assert allowed.exit_code == ExitCode.OK
    assert "1 mask has no image in the folders, which --allow-missing allows" in allowed.stderr


def test_images_of_one_name_are_a_fault(masked: Masked, train: Train, tmp_path: Path) -> None:
    name = "000000000001.png"
    (tmp_path / "more").mkdir()
    shutil.copyfile(masked.images / name, tmp_path / "more" / name)
    done = train(masked, "run", "--images", str(tmp_path / "more"))
    assert done.exit_code == ExitCode.PARTIAL
    assert f"skipped: {tmp_path}/more/{name}: it has the name of {masked.images / name}, whose mask" in done.stderr
    # The same file on another way is no other image.
    (tmp_path / "more" / name).unlink()
    (tmp_path / "more" / name).symlink_to(masked.images / name)
    assert train(masked, "other", "--images", str(tmp_path / "more")).exit_code == ExitCode.OK


def test_folders_that_do_not_belong_together(masked: Masked, train: Train, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for given, message in (
        (masked._replace(images=tmp_path / "empty"), "got 0 images of 4 masks, expected most of them"),
        (masked._replace(masks=tmp_path / "empty"), "got no file *.png, expected a folder of index masks"),
        (masked._replace(masks=tmp_path / "gone"), "got no folder, expected one of masks"),
    ):
        refused = train(given, "run")
        assert refused.exit_code == ExitCode.FAILURE
        assert message in refused.stderr.replace("\n", " ")
    same = train(masked._replace(images=masked.masks), "run")
    assert same.exit_code == ExitCode.USAGE
    assert "is given as --masks and as --images" in same.stderr
    assert not (tmp_path / "run").exists()


def test_masks_say_their_classes_and_others_are_refused(masked: Masked, train: Train, tmp_path: Path) -> None:
    refused = train(masked, "run", "--label-space", "voc")
    assert refused.exit_code == ExitCode.USAGE
    assert "got masks of label space 'coco'" in refused.stderr
    for name in ("run.json", "label_space.json"):
        (masked.masks / name).unlink()
    # Without their record nothing says so: COCO's are taken, or what is given.
    assert train(masked, "coco").exit_code == ExitCode.OK
    assert load_segmenter(tmp_path / "coco").vocabulary.label_space == load_label_space("coco")


def test_crops_that_do_not_end_with_a_cell_are_refused(masked: Masked, train: Train, tmp_path: Path) -> None:
    refused = train(masked, "run", "--set", "crop.size=34")
    assert refused.exit_code == ExitCode.USAGE
    assert "Give --image-size 33" in refused.stderr
    assert not (tmp_path / "run").exists()


def test_a_long_warm_up_is_doubted(masked: Masked, train: Train, caplog: pytest.LogCaptureFixture) -> None:
    assert train(masked, "run", "--set", "training.warmup_steps=4").exit_code == ExitCode.OK
    assert "the learning rate rises over 4 steps, and there are 4" in caplog.text


def test_it_starts_from_the_backbone_of_a_localizer(
    masked: Masked, train: Train, small_run: SmallRun, tmp_path: Path
) -> None:
    done = train(masked, "run", "--localizer", str(small_run.run), "--learning-rate", "1e-30")
    assert done.exit_code == ExitCode.OK, done.stderr
    begun, trained = (read_tensors(folder / "model.safetensors") for folder in (small_run.run, tmp_path / "run"))
    own = [name for name in trained if name.startswith("backbone.")]
    assert own
    for name in own:
        torch.testing.assert_close(trained[name], begun[name])
    other = train(masked, "other", "--localizer", str(small_run.run), "--set", "backbone=efficientnet-lite0")
    assert other.exit_code == ExitCode.FAILURE
    assert "the localizer has another backbone" in other.stderr.replace("\n", " ")


def test_rows_of_a_localizer_give_its_heatmaps(
    masked: Masked, train: Train, small_run: SmallRun, tmp_path: Path
) -> None:
    linear = ("--set", "network.head=linear", "--set", "network.rows=localizer", "--learning-rate", "1e-30")
    assert "need one. Give --localizer RUN" in train(masked, "none", *linear).stderr.replace("\n", " ")
    assert train(masked, "run", *linear, "--localizer", str(small_run.run)).exit_code == ExitCode.OK
    network = load_segmenter(tmp_path / "run").network
    localizer = open_trained(small_run.run).network
    images = torch.randint(0, 256, (1, 3, 33, 33), dtype=torch.uint8)
    with torch.no_grad():
        logits = network(images)
        heatmaps = localizer.class_heatmaps(localizer(images).cls, range(1, 81))
    torch.testing.assert_close(logits[:, 1:], heatmaps, rtol=1e-4, atol=1e-5)
    assert float(logits[:, 0].abs().max()) < 1e-20


def test_one_start_is_enough(small_run: SmallRun, masked: Masked, train: Train) -> None:
    both = train(masked, "run", "--localizer", str(small_run.run), "--weights", "random")
    assert both.exit_code == ExitCode.USAGE
    assert "Give one of them" in both.stderr


def test_weights_left_open_are_asked_for(masked: Masked, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"leaves the weights of vgg16-deeplab open\. Give --weights FILE"):
        train_segmenter([masked.images], masked.masks, tmp_path / "run", SegmenterConfig())
    assert not (tmp_path / "run").exists()


def test_the_workers_of_the_machine_change_nothing(masked: Masked, train: Train, tmp_path: Path) -> None:
    assert train(masked, "none").exit_code == ExitCode.OK
    config = SegmenterConfig.model_validate(json.loads((tmp_path / "none" / "run.json").read_text())["config"])
    machine = MachineOptions(device="cpu", workers=2)
    train_segmenter([masked.images], masked.masks, tmp_path / "two", config, machine)
    assert (tmp_path / "none" / "model.safetensors").read_bytes() == (
        tmp_path / "two" / "model.safetensors"
    ).read_bytes()
