"""Grounding models trained by the command, continued, and asked for masks both ways."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from segmentation.backbones.loading import read_tensors
from segmentation.cli import app
from segmentation.data.crops import CropOptions
from segmentation.data.masks import read_index_mask
from segmentation.data.targets import ImageTargets, UnknownAttributes, read_targets
from segmentation.grounding.run import load_grounding
from segmentation.grounding.samples import CaptionedSamples
from segmentation.grounding.words import WordTable
from segmentation.masks.maps import ScoreRules, class_maps, score_maps
from segmentation.scores.contract import Viewing
from segmentation.training.kept_cells import FrozenViews, KeptCells
from shared_runtime.errors import ExitCode
from tests.segmentation.referring.conftest import Captioned
from tests.segmentation.segmenter.test_segmenter_runs import stop_after

APPLE, DOG = 48, 17
SETTINGS = (
    "backbone=tiny", "weights=random", "crop.size=33", "frozen_views=0", "texts=both", "network.dimension=16",
    "network.dropout=0.1", "network.top=8", "network.text.word_channels=8", "network.text.layers=1",
    "network.pooling.k=3", "training.warmup_steps=0",
)  # fmt: skip


def capseg(*arguments: object) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)])


def train(captioned: Captioned, run: Path, *more: str) -> Any:
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    return capseg(
        "train-grounding", "--images", captioned.images, "--labels", captioned.labels, "-o", run, "--workers", 0,
        "--device", "cpu", "--epochs", 15, "--batch-size", 4, "--learning-rate", 0.01, *settings, *more,
    )  # fmt: skip


def test_all_captions_of_an_image_are_learned_from_one_view_of_a_frozen_backbone() -> None:
    texts = ["one", "two", "three"]
    target = ImageTargets(1, None, Path("1.png"), (), ())
    samples = CaptionedSamples([target], [texts], WordTable(texts), CropOptions())
    cells, state = np.zeros((1, 1, 2, 2, 3), dtype=np.float16), np.ones((1, 1), dtype=np.uint8)
    kept = KeptCells(samples, FrozenViews(1, seed=0), cells, state)
    assert len({tuple(kept.sample(0, np.random.default_rng(epoch)).text) for epoch in range(30)}) == 3


@pytest.fixture(scope="module")
def run(captioned: Captioned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grounding") / "run"
    done = train(captioned, folder)
    assert done.exit_code == ExitCode.OK, done.output + done.stderr
    return folder


def test_it_finds_what_captions_speak_of(run: Path, captioned: Captioned, monkeypatch: pytest.MonkeyPatch) -> None:
    log = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert log[-1]["loss"] < 0.5 * log[0]["loss"]
    trained = load_grounding(run)
    assert not trained.network.training
    space = trained.vocabulary.label_space
    _, targets, _ = read_targets(
        captioned.labels,
        [captioned.images],
        label_space=space,
        unknown_attributes=UnknownAttributes.DROP,
        phrases=True,
    )
    source = trained.score_source(Viewing(33), "cpu")
    apple = next(target for target in targets if target.foreground == (space.by_name["apple"].id,))
    pixels = np.full((40, 48, 3), 128, dtype=np.uint8)
    pixels[8:28, 4:24] = (220, 30, 30)
    (scores,) = source.scores([pixels], [apple])
    maps = scores.heatmaps
    assert list(maps.classes) == [apple.foreground[0]]
    assert [class_id for class_id, _ in maps.compounds] == [apple.foreground[0]]  # "small red apple"
    # Eq. 9 adds the phrase to the name, as it does compounds.
    both = class_maps(maps)[apple.foreground[0]]
    np.testing.assert_allclose(both, sum([*maps.classes.values(), *maps.compounds.values()]), rtol=1e-6)
    # The middle of the square, and the corner opposite to it.
    assert both[3, 2] > both[-1, -1]
    # Words stay, whatever is asked next; and in 16 bits it sees the same, nearly.
    monkeypatch.setattr(WordTable, "from_tensor", None)
    (half,) = trained.score_source(Viewing(33, precision="bfloat16"), "cpu").scores([pixels], [apple])
    rough = half.heatmaps.classes[apple.foreground[0]]
    exact = maps.classes[apple.foreground[0]]
    assert rough.dtype == np.float32
    assert 0 < np.abs(rough - exact).max() < 0.05 * np.abs(exact).max()
    (plain,) = trained.score_source(Viewing(33, compounds=False), "cpu").scores([pixels], [apple])
    assert not plain.heatmaps.compounds
    # As the masks are made: half way between least and greatest, beside a background of 0.
    found = score_maps(plain.heatmaps, len(space.foreground), ScoreRules(4.0, midpoint=True)).scores
    heatmap = plain.heatmaps.classes[apple.foreground[0]]
    assert not found[0].any()
    np.testing.assert_allclose(found[1], heatmap - (heatmap.max() + heatmap.min()) / 2, rtol=1e-6)


def test_masks_are_made_both_ways(run: Path, captioned: Captioned, tmp_path: Path) -> None:
    given = ("make-masks", run, "--images", captioned.images, "--labels", captioned.labels, "--processes", 1)
    done = capseg(*given, "-o", tmp_path / "masks", "--alpha", 4, "--refine", "none")
    assert done.exit_code == ExitCode.OK, done.output + done.stderr
    done = capseg(*given, "-o", tmp_path / "midpoint", "--conversion", "midpoint", "--refine", "none")
    assert done.exit_code == ExitCode.OK, done.output + done.stderr
    for name in ("masks", "midpoint"):
        masks = [read_index_mask(path, 256) for path in sorted((tmp_path / name).glob("*.png"))]
        assert len(masks) == 8
        assert all(len(np.unique(mask)) == 2 for mask in masks)
    refined = capseg(*given, "-o", tmp_path / "refined", "--conversion", "midpoint")
    assert refined.exit_code == ExitCode.USAGE
    assert "--conversion: got 'midpoint'" in refined.stderr


def test_an_interrupted_run_ends_with_the_same_bytes(
    run: Path, captioned: Captioned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(monkeypatch, 7)
    assert train(captioned, tmp_path / "parts").exit_code == ExitCode.INTERRUPTED
    monkeypatch.undo()
    assert train(captioned, tmp_path / "parts").exit_code == ExitCode.OK
    whole, parts = (read_tensors(folder / "model.safetensors") for folder in (run, tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    changed = train(captioned, run, "--set", "loss.margin=0.3")
    assert changed.exit_code == ExitCode.USAGE
    assert "config.loss.margin: 0.2 in the folder, 0.3 asked for" in changed.stderr
