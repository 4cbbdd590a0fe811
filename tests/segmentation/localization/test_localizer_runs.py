"""Localizer runs: trained, resumed, refused, loaded back; and the command around them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from segmentation.backbones.loading import load_backbone, read_tensors
from segmentation.cli import app
from segmentation.data.label_rules import LabelRules
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import load_localizer, train_localizer
from segmentation.masks.run import MaskInputs, read_labels
from segmentation.training.config import MachineOptions
from shared_runtime.errors import ExitCode, InputError, UsageError
from shared_schemas import ImageLabels, load_label_space, write_labels
from tests.segmentation.conftest import SmallRun

SETTINGS = (
    "network.d_cls=8", "network.d_attr=8", "network.d_comp=8", "crop.size=33", "weights=random", "backbone=tiny",
)  # fmt: skip


def command(paths: SmallRun, output: Path, *more: str) -> list[str]:
    arguments = ["train-localizer", "--images", str(paths.images), "--labels", str(paths.labels)]
    arguments += ["--config", "lite0-321-full"]
    arguments += ["-o", str(output), "--batch-size", "2", "--epochs", "2", "--workers", "0", "--device", "cpu"]
    return [*arguments, *(part for setting in SETTINGS for part in ("--set", setting)), *more]


def run(paths: SmallRun, output: Path, *more: str) -> Any:
    return CliRunner().invoke(app, command(paths, output, *more))


def test_a_run_holds_what_it_was_made_from(small_run: SmallRun) -> None:
    record = json.loads((small_run.run / "run.json").read_text())
    assert record["command"] == "train-localizer"
    assert LocalizerConfig.model_validate(record["config"]).crop.size == 33
    assert record["samples"]["images"] == 4
    assert record["notes"]["versions"]["torch"] == torch.__version__
    assert sorted(path.name for path in small_run.run.iterdir()) == [
        "label_space.json",
        "metrics.jsonl",
        "model.safetensors",
        "run.json",
    ]


def test_a_loaded_network_has_the_trained_weights_and_knows_its_classes(small_run: SmallRun) -> None:
    localizer = load_localizer(small_run.run)
    assert not localizer.network.training
    assert localizer.vocabulary.label_space.by_name["apple"].id == 48
    weights = read_tensors(small_run.run / "model.safetensors")
    for name, tensor in localizer.network.state_dict().items():
        assert torch.equal(tensor, weights[name])


def test_the_loss_sinks_and_is_that_of_the_paper(small_run: SmallRun, tmp_path: Path) -> None:
    done = run(small_run, tmp_path / "run", "--epochs", "10", "--learning-rate", "0.02")
    assert done.exit_code == ExitCode.OK, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < rows[0]["loss"]
    for row in rows:
        parts = row["foreground"] + 0.1 * row["background"] + 0.1 * row["compound"]
        assert row["loss"] == pytest.approx(parts, rel=1e-4)


def test_projections_and_embeddings_learn_ten_times_as_fast(small_run: SmallRun, tmp_path: Path) -> None:
    def change(factor: int) -> dict[str, float]:
        output = tmp_path / str(factor)
        settings = ("--set", f"training.new_layer_factor={factor}", "--set", "training.weight_decay=0")
        assert run(small_run, output, *settings, "--batch-size", "8", "--learning-rate", "1e-4").exit_code == 0
        torch.manual_seed(0)
        config = LocalizerConfig.model_validate(json.loads((output / "run.json").read_text())["config"])
        assert config.training.seed == 0
        trained, begun = read_tensors(output / "model.safetensors"), read_tensors(begin / "model.safetensors")
        return {name: float((trained[name] - begun[name]).norm()) for name in trained}

    begin = tmp_path / "begin"
    assert run(small_run, begin, "--batch-size", "8", "--learning-rate", "1e-30").exit_code == 0
    one, ten = change(1), change(10)
    for name in ("project_cls.weight", "project_comp.weight", "classes.weight", "compounds.attributes"):
        assert ten[name] / one[name] == pytest.approx(10, rel=0.05), name
    assert ten["backbone.layers.0.0.weight"] / one["backbone.layers.0.0.weight"] == pytest.approx(1, rel=0.05)


def test_the_command_resumes_and_says_when_there_is_nothing_to_do(small_run: SmallRun, tmp_path: Path) -> None:
    first = run(small_run, tmp_path / "run")
    assert first.exit_code == ExitCode.OK, first.stderr
    assert "trained on 4 images, 4 of 4 steps now" in first.stderr
    again = run(small_run, tmp_path / "run")
    assert again.exit_code == ExitCode.OK
    assert "was finished before: nothing to do" in again.stderr
    changed = run(small_run, tmp_path / "run", "--seed", "1")
    assert changed.exit_code == ExitCode.USAGE
    assert "config.training.seed: 0 in the folder, 1 asked for" in changed.stderr
    anew = run(small_run, tmp_path / "run", "--seed", "1", "--overwrite", "--quiet")
    assert (anew.exit_code, anew.stderr) == (ExitCode.OK, "")


def test_images_without_a_label_are_learned_from_where_the_configuration_says_so(
    small_run: SmallRun, tmp_path: Path
) -> None:
    """Eq. 1: they stay in D, and count in the N of Eq. 7."""
    labels = tmp_path / "labels.jsonl"
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    records[0] |= {"foreground": [], "background": []}
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    given = small_run._replace(labels=labels)
    for kept, images in (("true", 4), ("false", 3)):
        done = run(given, tmp_path / kept, "--set", f"unlabelled_images={kept}")
        assert done.exit_code == ExitCode.OK, done.stderr
        assert json.loads((tmp_path / kept / "run.json").read_text())["samples"]["images"] == images


def test_changed_labels_are_another_run(small_run: SmallRun, tmp_path: Path) -> None:
    assert run(small_run, tmp_path / "run").exit_code == ExitCode.OK
    labels = tmp_path / "fewer.jsonl"
    labels.write_text("".join(small_run.labels.read_text().splitlines(keepends=True)[:-1]))
    changed = run(small_run._replace(labels=labels), tmp_path / "run")
    assert changed.exit_code == ExitCode.USAGE
    assert "samples.fingerprint: " in changed.stderr
    assert "samples.images: 4 in the folder, 3 asked for" in changed.stderr


def test_the_same_run_elsewhere_has_the_same_bytes(small_run: SmallRun, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(small_run, tmp_path / name).exit_code == ExitCode.OK
    for file in ("model.safetensors", "label_space.json", "run.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_unreadable_image_costs_that_image(small_run: SmallRun, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in small_run.images.iterdir():
        (images / path.name).write_bytes(path.read_bytes() if path.stem[-1] != "2" else b"no image")
    done = run(small_run._replace(images=images), tmp_path / "run")
    assert done.exit_code == ExitCode.PARTIAL
    assert "000000000002.png" in done.stderr
    assert "2 times; other images stood in for it" in done.stderr
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_missing_images_make_the_exit_code_partial_unless_allowed(small_run: SmallRun, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in sorted(small_run.images.iterdir())[:3]:
        (images / path.name).write_bytes(path.read_bytes())
    done = run(small_run._replace(images=images), tmp_path / "run")
    assert done.exit_code == ExitCode.PARTIAL
    assert "skipped: line 4: 000000000004.png: in none of the image folders" in done.stderr
    allowed = run(small_run._replace(images=images), tmp_path / "run", "--allow-missing")
    assert allowed.exit_code == ExitCode.OK
    assert "1 image is in none of the folders, which --allow-missing allows" in allowed.stderr


def test_the_label_space_is_that_of_the_labels(
    small_run: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    labels, mine = tmp_path / "mine.jsonl", tmp_path / "mine.json"
    mine.write_text(json.dumps({"name": "farm", "classes": [{"name": "hen", "synsets": ["hen.n.02"]}]}))
    space = load_label_space(mine)

    def known(reference: str, *options: str) -> object:
        record = ImageLabels(image_id=1, label_space=reference, captions=(), foreground=(), background=())
        write_labels(labels, [record])
        shown = run(small_run._replace(labels=labels), tmp_path / "run", "--dry-run", *options)
        return json.loads(shown.stdout)["label_space"]

    assert known(load_label_space("lvis").reference) == "lvis"
    assert known(space.reference) == "coco"
    (tmp_path / "mine.jsonl.summary.json").write_text(json.dumps({"config": {"label_space": "mine.json"}}))
    assert known(space.reference) == "mine.json"
    assert known(space.reference, "--label-space", "voc") == "voc"
    assert known(space.reference, "--set", "label_space=coco") == "coco"


def test_a_dry_run_prints_what_can_be_given_as_config(small_run: SmallRun, tmp_path: Path) -> None:
    shown = run(small_run, tmp_path / "run", "--dry-run")
    for wrong in ("backbone=resnet5", "training.accumulation=3"):
        assert run(small_run, tmp_path / "run", "--dry-run", "--set", wrong).exit_code == ExitCode.USAGE
    assert not (tmp_path / "run").exists()
    (tmp_path / "mine.json").write_text(shown.stdout)
    again = run(small_run, tmp_path / "run", "--dry-run", "--config", str(tmp_path / "mine.json"))
    assert again.stdout == shown.stdout
    assert json.loads(shown.stdout)["training"]["epochs"] == 2


def test_what_a_training_starts_from_is_not_written_over(small_run: SmallRun, tmp_path: Path) -> None:
    output = tmp_path / "run"
    assert run(small_run, output).exit_code == ExitCode.OK
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    for key, name in (("weights", "model.safetensors"), ("label_space", "label_space.json")):
        refused = run(small_run, output, "--overwrite", "--set", f"{key}={output / name}")
        assert refused.exit_code == ExitCode.USAGE
        assert "writing it would destroy it" in refused.stderr
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_weights_left_open_are_asked_for(small_run: SmallRun, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"leaves the weights of resnet50 open\. Give --weights FILE"):
        train_localizer([small_run.images], small_run.labels, tmp_path / "run", LocalizerConfig())
    assert not (tmp_path / "run").exists()


def test_missing_weights_are_told_before_a_folder_is_made(small_run: SmallRun, tmp_path: Path) -> None:
    weights = tmp_path / "tiny.pt"
    torch.save(load_backbone("tiny").state_dict(), weights)
    start = ("--set", f"weights={weights}")
    assert run(small_run, tmp_path / "run", *start).exit_code == ExitCode.OK
    weights.unlink()
    assert "nothing to do" in run(small_run, tmp_path / "run", *start).stderr
    for name, more in (("run", ["--overwrite"]), ("other", [])):
        done = run(small_run, tmp_path / name, *start, *more)
        assert done.exit_code == ExitCode.FAILURE
        assert f"{weights}: no such weights file" in done.stderr
    assert not (tmp_path / "other").exists()


def test_knowledge_needs_a_classifier(small_run: SmallRun, tmp_path: Path) -> None:
    done = run(small_run, tmp_path / "run", "--set", "network.knowledge=true")
    assert done.exit_code == ExitCode.USAGE
    assert "need pre-trained weights" in done.stderr


def test_a_device_that_is_not_there(small_run: SmallRun, tmp_path: Path) -> None:
    done = run(small_run, tmp_path / "run", "--device", "cuda:7")
    assert done.exit_code == ExitCode.USAGE
    assert "device 'cuda:7': " in done.stderr
    assert "Expected cpu, auto, or one that torch finds here" in done.stderr


def test_an_unfinished_or_foreign_run_is_not_loaded(small_run: SmallRun, tmp_path: Path) -> None:
    for name in ("run.json", "label_space.json"):
        (tmp_path / name).write_bytes((small_run.run / name).read_bytes())
    with pytest.raises(InputError, match="is not finished: run the same 'capseg train-localizer' command again"):
        load_localizer(tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**record, "command": "train-segmenter"}))
    with pytest.raises(
        InputError,
        match=r"of train-segmenter, not of train-localizer\. This one is for: capseg predict IMAGES --model",
    ):
        load_localizer(tmp_path)


def test_a_plain_classifier_is_trained_and_loaded_alike(small_run: SmallRun, tmp_path: Path) -> None:
    plain = ("--set", "network.architecture=plain-cam", "--set", "network.attributes=false")
    assert run(small_run, tmp_path / "run", *plain).exit_code == ExitCode.OK
    localizer = load_localizer(tmp_path / "run")
    maps = localizer.network(torch.from_numpy(np.zeros((1, 3, 33, 33), dtype=np.float32)))
    assert localizer.network.class_heatmaps(maps.cls, [48]).shape[:2] == (1, 1)


def test_tensorboard_files_are_written_where_asked(small_run: SmallRun, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    assert run(small_run, tmp_path / "run", "--tensorboard").exit_code == ExitCode.OK
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    logged = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [(event.step, pytest.approx(event.value)) for event in events.Scalars("loss")] == [
        (row["step"], row["loss"]) for row in logged
    ]


def test_the_workers_of_the_machine_change_nothing(small_run: SmallRun, tmp_path: Path) -> None:
    assert run(small_run, tmp_path / "none").exit_code == ExitCode.OK
    config = LocalizerConfig.model_validate(json.loads((tmp_path / "none" / "run.json").read_text())["config"])
    machine = MachineOptions(device="cpu", workers=2)
    train_localizer([small_run.images], small_run.labels, tmp_path / "two", config, machine)
    assert (tmp_path / "none" / "model.safetensors").read_bytes() == (
        tmp_path / "two" / "model.safetensors"
    ).read_bytes()


def test_attributes_of_another_set_are_learned_and_found_again(small_run: SmallRun, tmp_path: Path) -> None:
    """Table 9: "delicious" and "fresh" are none of the label space's attributes, which are not learned then."""
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    for record, name in zip(records, ("fresh", "delicious", "fresh", "red"), strict=True):
        record["attribute_set"] = "adjectives"
        record["foreground"][0]["attributes"] = [{"name": name, "votes": 1}]
    labels = tmp_path / "adjectives.jsonl"
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))

    done = run(small_run._replace(labels=labels), tmp_path / "run")
    assert done.exit_code == ExitCode.OK, done.stderr

    localizer = load_localizer(tmp_path / "run")
    assert localizer.vocabulary.attributes == ("fresh", "delicious", "red")
    assert localizer.network.state_dict()["compounds.attributes"].shape == (3, 8)
    inputs = MaskInputs(tmp_path / "run", [small_run.images], labels)
    _, of_its_own, _ = read_labels(inputs, localizer, LabelRules())
    assert [image.attributes for image in of_its_own] == [{48: (0,)}, {48: (1,)}, {48: (0,)}, {48: (2,)}]
    _, of_others, _ = read_labels(replace(inputs, labels=small_run.labels), localizer, LabelRules())
    assert [image.attributes for image in of_others] == [{48: (2,)}] * 4


def test_large_losses_are_left_out_from_the_second_epoch_on(small_run: SmallRun, tmp_path: Path) -> None:
    runs = {"plain": (), "rejecting": ("--set", "network.rejection=0.2")}
    for name, more in runs.items():
        assert run(small_run, tmp_path / name, "--epochs", "1", *more).exit_code == ExitCode.OK
    plain, rejecting = (read_tensors(tmp_path / name / "model.safetensors") for name in runs)
    assert all(torch.equal(plain[name], rejecting[name]) for name in plain)
    for name, more in runs.items():
        assert run(small_run, tmp_path / name, "--overwrite", *more).exit_code == ExitCode.OK
    plain, rejecting = (read_tensors(tmp_path / name / "model.safetensors") for name in runs)
    assert not torch.equal(plain["classes.weight"], rejecting["classes.weight"])


def test_labels_that_are_not_believed_are_another_training(small_run: SmallRun, tmp_path: Path) -> None:
    assert (
        run(small_run, tmp_path / "run", "--dry-run", "--min-votes", "2", "--doubt-outvoted").exit_code
        == ExitCode.OK
    )
    doubted = run(small_run, tmp_path / "run", "--min-confidence", "0.5")
    # The labels state no confidence: all are believed.
    assert doubted.exit_code == ExitCode.OK
    again = run(small_run, tmp_path / "run")
    assert again.exit_code == ExitCode.USAGE
    assert "config.labels.min_confidence: 0.5 in the folder, 0.0 asked for" in again.stderr
