"""`capseg run`: all stages, gone on with from wherever they stopped, with the same bytes in the end."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.workflow.stages import Stage
from shared_runtime.errors import ExitCode
from tests.segmentation.conftest import SmallRun
from tests.segmentation.segmenter.test_segmenter_runs import stop_after

LOCALIZER = (
    "network.d_cls=8", "network.d_attr=8", "network.d_comp=8", "crop.size=33", "weights=random", "backbone=tiny",
    "training.epochs=2", "training.batch_size=2",
)  # fmt: skip
SEGMENTER = (
    "backbone=tiny", "weights=random", "crop.size=33", "network.rows=random", "training.epochs=2",
    "training.batch_size=2", "training.warmup_steps=0",
)  # fmt: skip


def run(paths: SmallRun, output: Path, *more: str) -> Any:
    arguments = ["run", "--images", str(paths.images), "--labels", str(paths.labels), "-o", str(output)]
    arguments += ["--localizer-config", "lite0-321-full", "--refine", "none", "--processes", "1"]
    arguments += ["--workers", "0", "--device", "cpu"]
    settings = [part for setting in LOCALIZER for part in ("--set-localizer", setting)]
    settings += [part for setting in SEGMENTER for part in ("--set-segmenter", setting)]
    return CliRunner().invoke(app, [*arguments, *settings, *more])


def content(folder: Path) -> dict[str, bytes]:
    """All files but logs, which hold times."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "metrics.jsonl")
    replaced = str(folder).encode()
    return {str(path.relative_to(folder)): path.read_bytes().replace(replaced, b"OUT") for path in files}


@pytest.fixture(scope="module")
def whole(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("workflow") / "whole"
    done = run(small_run, output, "--truth", str(small_run.truth))
    assert done.exit_code == ExitCode.OK, done.stderr
    assert "trained on 4 images, 4 of 4 steps now" in done.stderr
    assert "4 masks written" in done.stderr
    return output


def test_every_stage_has_its_place(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == {*map(str, list(Stage)[:-1]), "report.html"}
    for folder in ("masks", "predictions"):
        assert len(list((whole / folder).glob("*.png"))) == 4
    assert "000000000001" in (whole / "report.html").read_text(encoding="utf-8")


def test_what_is_done_is_not_done_again(small_run: SmallRun, whole: Path) -> None:
    before = content(whole)
    again = run(small_run, whole, "--truth", str(small_run.truth))
    assert again.exit_code == ExitCode.OK
    assert again.stderr.count("was finished before: nothing to do") == 2
    assert again.stderr.count("0 masks written, 4 were already there") == 2
    assert content(whole) == before


def test_it_goes_on_from_a_training_that_was_stopped(
    small_run: SmallRun, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the localizer, gone on with, stopped in the segmenter, gone on with."""
    for _ in range(2):
        # Of four: the second time the localizer has one step left, and the segmenter is stopped.
        stop_after(monkeypatch, 3)
        stopped = run(small_run, tmp_path / "parts", "--truth", str(small_run.truth))
        assert stopped.exit_code == ExitCode.INTERRUPTED
        assert "run the same command again to continue" in stopped.stderr
        monkeypatch.undo()
    assert (tmp_path / "parts" / "segmenter" / "checkpoint.pt").is_file()
    assert run(small_run, tmp_path / "parts", "--truth", str(small_run.truth)).exit_code == ExitCode.OK
    assert content(tmp_path / "parts") == content(whole)


def test_starting_over_can_be_stopped_at_any_stage(
    small_run: SmallRun, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another localizer, of which the masks and the segmenter that are there know nothing."""
    output = tmp_path / "copy"
    shutil.copytree(whole, output)
    other = ("--set-localizer", "training.seed=1")
    refused = run(small_run._replace(labels=tmp_path / "none.jsonl"), output, *other, "--overwrite")
    assert refused.exit_code != ExitCode.OK
    assert len(content(output)) == len(content(whole))
    for more in (("--overwrite",), ()):
        stop_after(monkeypatch, 3)
        stopped = run(small_run, output, *other, *more)
        assert stopped.exit_code == ExitCode.INTERRUPTED
        again = "the same command without --overwrite" if more else "the same command again"
        assert f"interrupted; run {again} to continue" in stopped.stderr
        monkeypatch.undo()
    assert run(small_run, output, *other).exit_code == ExitCode.OK
    assert run(small_run, tmp_path / "new", *other).exit_code == ExitCode.OK
    assert content(output) == content(tmp_path / "new")


def test_lost_masks_are_made_again_alone(small_run: SmallRun, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "copy")
    (tmp_path / "copy" / "predictions" / "000000000003.png").unlink()
    (tmp_path / "copy" / "report.html").unlink()
    done = run(small_run, tmp_path / "copy", "--truth", str(small_run.truth))
    assert done.exit_code == ExitCode.OK, done.stderr
    assert "1 mask written, 3 were already there" in done.stderr
    assert content(tmp_path / "copy").keys() == content(whole).keys()


def test_without_truth_the_page_shows_captions_and_has_no_score(
    small_run: SmallRun, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "copy")
    done = run(small_run, tmp_path / "copy")
    assert done.exit_code == ExitCode.OK, done.stderr
    page = (tmp_path / "copy" / "report.html").read_text(encoding="utf-8")
    assert (str(tmp_path / "copy" / "masks") in page, "mIoU" in page, "No captions" in page) == (False,) * 3
    assert "a red apple on grass" in page


def test_an_unreadable_image_is_told_at_every_stage(small_run: SmallRun, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in small_run.images.iterdir():
        (images / path.name).write_bytes(path.read_bytes() if path.stem[-1] != "2" else b"no image")
    done = run(small_run._replace(images=images), tmp_path / "out")
    assert done.exit_code == ExitCode.PARTIAL, done.stderr
    assert done.stderr.count("1 image got no mask, all listed in rejected.jsonl") == 2
    assert len(list((tmp_path / "out" / "predictions").glob("*.png"))) == 3
    bad = next(path for path in images.iterdir() if path.read_bytes() == b"no image")
    bad.unlink()
    over = run(small_run._replace(images=images), tmp_path / "out", "--overwrite", "--allow-missing")
    assert over.exit_code == ExitCode.OK, over.stderr
    assert not (tmp_path / "out" / "predictions" / "rejected.jsonl").exists()


def test_changed_options_are_refused_by_their_stage(small_run: SmallRun, whole: Path) -> None:
    refused = run(small_run, whole, "--set-segmenter", "training.seed=1")
    assert refused.exit_code == ExitCode.USAGE
    assert "config.training.seed: 0 in the folder, 1 asked for" in refused.stderr
    assert f"anew with these: rm -r {whole}/segmenter {whole}/predictions. --overwrite starts" in refused.stderr
    refused = run(small_run, whole, "--refine", "pamr")
    assert f"rm -r {whole}/masks {whole}/segmenter {whole}/predictions. " in refused.stderr


def test_options_of_trainings_have_other_names_here(small_run: SmallRun, tmp_path: Path) -> None:
    for setting, option in (("training.accumulation=3", "--batch-size"), ("frozen_views=2", "--weights")):
        refused = run(small_run, tmp_path / "run", "--set-localizer", setting)
        assert refused.exit_code == ExitCode.USAGE
        assert option in refused.stderr
        assert "In capseg run such options are --set-localizer KEY=VALUE" in refused.stderr


def test_masks_do_not_become_images(small_run: SmallRun, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    Image.fromarray(np.zeros((9, 9, 3), dtype=np.uint8)).save(images / "one.png")
    for output in (images, images / "out", tmp_path):
        refused = run(small_run._replace(images=images), output)
        assert refused.exit_code == ExitCode.USAGE
        assert "lie in one another" in refused.stderr.replace("\n", " ")


def test_a_localizer_that_knows_the_background_is_the_segmenter(small_run: SmallRun, tmp_path: Path) -> None:
    """By itself, and the same again; asked for with what would not make one, it is refused before any training."""
    arguments = [
        "run",
        "--images",
        str(small_run.images),
        "--labels",
        str(small_run.labels),
        "-o",
        str(tmp_path / "out"),
    ]
    arguments += ["--refine", "none", "--processes", "1", "--workers", "0", "--device", "cpu"]
    settings = ("network.knowledge=false", "frozen_views=0", *LOCALIZER[3:])
    arguments += [part for setting in settings for part in ("--set-localizer", setting)]
    made, again = (CliRunner().invoke(app, arguments) for _ in range(2))
    assert made.exit_code == again.exit_code == ExitCode.OK, made.stderr
    assert "segmenter: the localizer as a segmenter of 80 classes" in made.stderr
    assert (tmp_path / "out" / "segmenter" / "config.json").is_file()
    assert again.stderr.count("0 masks written, 4 were already there") == 2
    anew = CliRunner().invoke(app, [*arguments, "--set-localizer", "training.seed=1", "--overwrite"])
    assert anew.exit_code == ExitCode.OK, anew.stderr
    assert anew.stderr.count("4 masks written") == 2
    # A trained one in its place, and back again: nothing is trained before it is refused, or does not fit.
    before = content(tmp_path / "out")
    training = ["--segmenter-config", "lite0-segmenter"]
    training += [part for setting in SEGMENTER for part in ("--set-segmenter", setting)]
    refused = CliRunner().invoke(app, [*arguments, *training])
    assert refused.exit_code == ExitCode.USAGE
    assert "got a segmenter that was converted, expected one that is trained" in refused.stderr
    notes = tmp_path / "out" / "segmenter" / "notes.txt"
    notes.write_text("mine")
    refused = CliRunner().invoke(app, [*arguments, *training, "--overwrite"])
    assert refused.exit_code == ExitCode.USAGE
    assert f"{notes}: got a file that is none of the segmenter's" in refused.stderr
    notes.unlink()
    assert content(tmp_path / "out") == before
    # What file managers and killed processes leave is in nobody's way.
    (notes.parent / ".DS_Store").write_bytes(b"\0")
    (notes.parent / ".checkpoint.pt.42.0a1b2c3d").write_bytes(b"")
    trained = CliRunner().invoke(app, [*arguments, *training, "--overwrite"])
    assert trained.exit_code == ExitCode.OK, trained.stderr
    assert "trained on 4 images, 4 of 4 steps now" in trained.stderr
    assert not (tmp_path / "out" / "segmenter" / "config.json").exists()
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == ExitCode.USAGE
    assert "got a segmenter that was trained, expected one that is converted" in refused.stderr
    back = CliRunner().invoke(app, [*arguments, "--overwrite"])
    assert back.exit_code == ExitCode.OK, back.stderr
    left = {path.name for path in notes.parent.iterdir()}
    assert left == {"config.json", "model.safetensors", "README.md", ".DS_Store"}
    refused = run(small_run, tmp_path / "refused", "--segmenter-config", "convert")
    assert refused.exit_code == ExitCode.USAGE
    assert "trains nothing that --set-segmenter could set" in refused.stderr
    weldon = [*arguments, "--segmenter-config", "convert", "--set-localizer", "network.class_pooling=weldon"]
    refused = CliRunner().invoke(app, [of.replace("/out", "/weldon") for of in weldon])
    assert refused.exit_code == ExitCode.USAGE
    assert "will not compete with a background" in refused.stderr
    assert not (tmp_path / "weldon").exists()


def test_images_without_labels_are_predicted_unless_only_labelled_ones_are_asked_for(
    small_run: SmallRun, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    shutil.copytree(small_run.images, images)
    first = min(images.iterdir())
    shutil.copy(first, images / f"another{first.suffix}")
    paths = small_run._replace(images=images)
    done = run(paths, tmp_path / "all")
    assert "4 labelled images to learn from; all 5 images of the folders are predicted (--only-" in done.stderr
    assert (tmp_path / "all" / "predictions" / "another.png").is_file()
    done = run(paths, tmp_path / "some", "--only-labelled")
    assert "4 labelled images to learn from, which are predicted" in done.stderr
    assert len(list((tmp_path / "some" / "predictions").glob("*.png"))) == 4
