"""A localizer as a segmenter: its heatmaps against the background that it learned to beat."""

from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from segmentation import Segmenter
from segmentation.cli import app
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import load_localizer, train_localizer
from segmentation.masks.maps import absolute_scores
from segmentation.masks.refinement import Refinement
from segmentation.runs.folder import TRAIN_LOCALIZER, RunFolder
from segmentation.segmenter.of_localizer import SHARPNESS, segmenter_of
from segmentation.training.config import MachineOptions
from shared_runtime.errors import UsageError
from tests.segmentation.conftest import SmallRun


@pytest.fixture
def weighted_run(small_run: SmallRun, tmp_path: Path) -> Path:
    """A tiny localizer whose classes compete with a background of logit 1, trained for an epoch."""
    of_small_run = RunFolder(small_run.run).read_finished(TRAIN_LOCALIZER).config
    config = LocalizerConfig.model_validate(of_small_run)
    pooled = config.network.model_copy(update={"class_pooling": "weighted"})
    run = tmp_path / "weighted"
    machine = MachineOptions(device="cpu", workers=0)
    train_localizer(
        [small_run.images], small_run.labels, run, config.model_copy(update={"network": pooled}), machine
    )
    return run


def test_every_class_competes_with_the_background_of_the_training(weighted_run: Path) -> None:
    model, localizer = segmenter_of(weighted_run), load_localizer(weighted_run).network
    images = torch.randint(256, (1, 3, 33, 49), dtype=torch.uint8)
    with torch.no_grad():
        heatmaps = localizer.class_heatmaps(localizer(images).cls, range(1, 81))[0].numpy()
        probabilities = (model.network(images) / SHARPNESS).softmax(dim=1)[0].numpy()
    np.testing.assert_allclose(probabilities, absolute_scores(heatmaps, heatmaps[:0], 1.0), rtol=1e-4, atol=1e-6)


def test_the_command_writes_a_model_that_needs_no_classes(weighted_run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    arguments = [str(weighted_run), "-o", str(folder), "--propagation", "1", "--background-logit", "2.5"]
    done = CliRunner().invoke(app, ["convert", *arguments])
    assert done.exit_code == 0, done.output
    read = Segmenter.from_pretrained(folder)
    assert not read.needs_classes
    assert read.model.network.propagation == 1
    assert read.model.network.head.classifier.bias[0].item() == 2.5 * SHARPNESS
    image = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    of_run = Segmenter.from_localizer(weighted_run, propagation=1, background_logit=2.5)
    assert np.array_equal(read.predict(image).mask, of_run.predict(image).mask)
    with pytest.raises(UsageError, match="device 'nowhere'"):
        Segmenter.from_localizer(weighted_run, device="nowhere")
    unrefined = Segmenter.from_localizer(weighted_run, options={"refine": "none"}, device="cpu")
    assert (unrefined.resolved.refine, unrefined.device) == (Refinement.NONE, "cpu")
    for more, message in (
        ([], "holds a model already"),
        (["--background-logit", "nan", "--overwrite"], "expected a number"),
        (["--propagation", "100000"], "--propagation"),
    ):
        refused = CliRunner().invoke(app, ["convert", *arguments, *more])
        assert refused.exit_code == 2
        assert message in refused.stderr
    assert CliRunner().invoke(app, ["convert", *arguments, "--overwrite"]).exit_code == 0


def test_maps_that_light_up_everywhere_make_no_segmenter(small_run: SmallRun) -> None:
    with pytest.raises(UsageError, match="class_pooling=weighted"):
        segmenter_of(small_run.run)
