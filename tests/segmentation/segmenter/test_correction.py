"""Early-learning correction: curves by hand, labels by hand, and a training that corrects what it has learned."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from segmentation.backbones.loading import read_tensors
from segmentation.data.masks import write_index_mask
from segmentation.segmenter.config import CorrectionOptions
from segmentation.segmenter.correction import Curve, confident, corrected, fitted_curve, learned, overlaps
from segmentation.segmenter.early_learning import EarlyLearning
from segmentation.segmenter.losses import CellGrid
from shared_runtime.errors import ExitCode
from tests.segmentation.segmenter.conftest import APPLE, Masked, Train
from tests.segmentation.segmenter.test_segmenter_runs import stop_after


def test_a_curve_levels_off_as_its_slope_says() -> None:
    curve = Curve(0.8, 1.0, 1.0)
    assert curve(2) == pytest.approx(0.8 * (1 - math.exp(-2)))
    # f'(t) = .8 e^-t: at t = 3 it has e^-2 of what it had at 1.
    assert curve.slope(3) == pytest.approx(0.8 * math.exp(-3))
    assert curve.flattening(1) == 0
    assert curve.flattening(3) == pytest.approx(1 - math.exp(-2))
    slow = Curve(0.5, 0.3, 0.5)
    between = (slow(4 + 1e-5) - slow(4 - 1e-5)) / 2e-5
    assert slow.slope(4) == pytest.approx(between, rel=1e-6)
    assert Curve(0.0, 1.0, 1.0).flattening(9) == 0


@pytest.mark.parametrize("curve", [Curve(0.7, 0.5, 0.8), Curve(0.9, 1.5, 1.0), Curve(0.4, 0.05, 0.6)])
def test_the_fit_finds_the_curve_that_points_lie_on(curve: Curve) -> None:
    ious = [curve(epoch) for epoch in range(1, 11)]
    found = fitted_curve(ious)
    assert [found(epoch) for epoch in range(1, 11)] == pytest.approx(ious, abs=2e-3)
    assert found.flattening(10) == pytest.approx(curve.flattening(10), abs=0.02)


def test_a_class_is_learned_when_its_curve_is_flat() -> None:
    fast, slow = Curve(0.8, 1.0, 1.0), Curve(0.8, 0.05, 1.0)
    ious = np.array([[fast(t), slow(t), math.nan] for t in (1, 2, 3, 4)])
    # By then 1 - e^-3 = .95 of the first slope is gone, and of the other 1 - e^-.15 = .14.
    assert learned(ious, 0.9).tolist() == [True, False, False]
    assert learned(ious, 0.97).tolist() == [False] * 3
    assert learned(ious[:2], 0.9).tolist() == [False] * 3  # two epochs tell nothing
    with pytest.raises(ValueError, match="got 2 epochs"):
        fitted_curve([0.1, 0.2])


def test_overlaps_count_labelled_points_alone() -> None:
    labels = torch.tensor([0, 0, 1, 1, 2, 255])
    predicted = torch.tensor([0, 1, 1, 1, 0, 2])
    assert overlaps(labels, predicted, 3).tolist() == [[1, 2, 0], [3, 3, 1]]


def test_sure_predictions_take_over_for_learned_classes() -> None:
    probabilities = torch.tensor([[0.9, 0.5, 0.1], [0.05, 0.4, 0.1], [0.05, 0.1, 0.8]])[None, :, None]
    assert confident(probabilities, 0.75).tolist() == [[[0, 255, 2]]]
    assert confident(probabilities, 0.8).tolist() == [[[0, 255, 255]]]
    labels = torch.tensor([[[1, 0, 2, 1, 255, 0]]], dtype=torch.uint8)
    suggested = torch.tensor([[[0, 1, 0, 255, 1, 2]]], dtype=torch.uint8)
    learned_class = torch.tensor([False, True, False])
    # Class 1 gives a point to the background and takes one from it; class 2 keeps and takes none.
    assert corrected(labels, suggested, learned_class).tolist() == [[[0, 1, 2, 1, 255, 0]]]


def test_a_cell_corrects_the_pixels_around_its_centre() -> None:
    class Sure(torch.nn.Module):
        """Of class 1 in the middle one of three by three cells, of the background elsewhere."""

        def forward(self, _images: torch.Tensor) -> torch.Tensor:
            logits = torch.tensor([9.0, -9.0])[None, :, None, None].repeat(1, 1, 3, 3)
            logits[0, :, 1, 1] *= -1
            return logits

    early = EarlyLearning(2, CellGrid(16), CorrectionOptions(enabled=True, scales=(1.0,)))
    masks, images = torch.zeros(1, 33, 33, dtype=torch.uint8), torch.zeros(1, 3, 33, 33)
    assert early.corrected(masks, Sure(), images) is masks
    early.memory["learned"][1] = True
    found = early.corrected(masks, Sure(), images)
    assert found[0, 8:24, 8:24].eq(1).all()
    assert found.sum() == 16 * 16


def test_a_training_corrects_and_goes_on_to_the_same_bytes(
    masked: Masked, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The masks miss a part of the apple; what the network learned of the others is more than they say."""
    mask = np.zeros((48, 64), dtype=np.uint8)
    mask[10:30, 8:12] = APPLE
    write_index_mask(masked.masks / "000000000003.png", mask)
    options = ["--epochs", "12", "--learning-rate", "0.03"]
    correction = ("enabled=true", "flattening=0.1", "confidence=0.4", "scales=[1.0, 1.5]", "consistency=1")
    for setting in (*(f"loss.correction.{of}" for of in correction), "network.head=linear", "network.dropout=0"):
        options += ["--set", setting]
    assert train(masked, "whole", *options).exit_code == ExitCode.OK
    log = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
    assert log[0]["corrected"] < log[-1]["corrected"] < 0.5
    assert log[-1]["inconsistency"] > 0

    stop_after(monkeypatch, 14)
    assert train(masked, "parts", *options).exit_code == ExitCode.INTERRUPTED
    monkeypatch.undo()
    assert train(masked, "parts", *options).exit_code == ExitCode.OK
    whole, parts = (read_tensors(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    for more, said in (
        ((), "set loss.correction.consistency=0"),
        (("--set", "loss.correction.consistency=0"), "set loss.correction.scales=[1.0]"),
    ):
        frozen = train(masked, "frozen", *options, "--set", "frozen_views=1", *more)
        assert frozen.exit_code == ExitCode.USAGE
        assert said in frozen.stderr
    alone = train(masked, "alone", *options, "--set", "loss.correction.scales=[1.0]")
    assert alone.exit_code == ExitCode.USAGE
    assert "consistency compares scale 1 with others" in alone.stderr
