"""Folders of masks and predictions that earlier versions made, whose masks would be the same, are gone on with."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segmentation import PredictionOptions, Segmenter
from segmentation.localization.run import TrainedLocalizer
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.prediction.files import PredictionInputs, predict_files
from shared_runtime.errors import UsageError

MASKS = (
    "alpha gamma compounds positive_background absolute background_logit input_size scales flip propagation "
    "consensus refine crf_preset sharpness ignore_band conversion labels precision"
).split()
"""What records of masks said in November 2026, and those of predictions by a localizer."""
PREDICTIONS = "input_size scales flip window presence refine crf_preset precision".split()
"""And those of predictions by a segmenter."""


def as_earlier(folder: Path, names: list[str], **changed: object) -> None:
    record = json.loads((folder / "run.json").read_text())
    record["config"] = {name: record["config"][name] for name in names} | changed
    (folder / "run.json").write_text(json.dumps(record))


def made(run: Path, small_run: Any, output: Path, **options: Any) -> MaskCounts:
    asked = MaskOptions(refine=Refinement.NONE, **options)
    inputs = MaskInputs(run, [small_run.images], small_run.labels)
    return make_masks(inputs, output, asked, MaskMachine(device="cpu")).counts


def predicted(run: Path, small_run: Any, output: Path, **options: Any) -> MaskCounts:
    asked = PredictionOptions(refine=Refinement.NONE, **options)
    segmenter = Segmenter.from_pretrained(run, options=asked, device="cpu")
    inputs = PredictionInputs([small_run.images], classes=["apple"])
    return predict_files(segmenter, inputs, output).counts


@pytest.mark.parametrize(
    ("make", "options", "trained", "names"),
    [
        (made, {}, "localizer", MASKS),
        (made, {}, "segmenter", MASKS),
        (predicted, {}, "localizer", MASKS),
        # They left no class out.
        (predicted, {"min_score": 0}, "segmenter", PREDICTIONS),
    ],
)
def test_a_folder_is_gone_on_with(
    make: Callable[..., MaskCounts],
    options: dict[str, Any],
    trained: str,
    names: list[str],
    small_run: Any,
    segmenter_run: Path,
    tmp_path: Path,
) -> None:
    run = {"localizer": small_run.run, "segmenter": segmenter_run}[trained]
    assert make(run, small_run, tmp_path / "masks", **options).written == 4
    as_earlier(tmp_path / "masks", names)
    assert make(run, small_run, tmp_path / "masks", **options).present == 4


def test_another_presence_is_told(small_run: Any, segmenter_run: Path, tmp_path: Path) -> None:
    made(segmenter_run, small_run, tmp_path / "masks")
    with pytest.raises(UsageError, match=r"config\.presence: nothing in the folder, 0\.5 asked for"):
        made(segmenter_run, small_run, tmp_path / "masks", presence=0.5)


def test_predictions_that_left_no_class_out_are_told(small_run: Any, segmenter_run: Path, tmp_path: Path) -> None:
    predicted(segmenter_run, small_run, tmp_path / "masks", min_score=0)
    with pytest.raises(UsageError, match=r"config\.min_score: nothing in the folder, 0\.4 asked for"):
        predicted(segmenter_run, small_run, tmp_path / "masks")


def test_a_consensus_that_was_not_sought_decides_nothing(
    small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of networks that give no cells, such as one of referring expressions with GMP."""
    folder = tmp_path / "masks"
    made(small_run.run, small_run, folder, consensus=False)
    as_earlier(folder, MASKS, consensus=True)
    with pytest.raises(UsageError, match=r"config\.consensus: true in the folder, false asked for"):
        made(small_run.run, small_run, folder, consensus=False)
    traits = TrainedLocalizer.traits.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(
        TrainedLocalizer, "traits", property(lambda self: replace(traits(self), gives_cells=False))
    )
    assert made(small_run.run, small_run, folder).present == 4


def test_the_parameters_of_a_crf_are_those_that_suit_the_network(small_run: Any, segmenter_run: Path) -> None:
    def preset(run: Path, **options: Any) -> str:
        return Segmenter.from_pretrained(run, options=options, device="cpu").resolved.crf_preset

    assert preset(segmenter_run, refine="dense-crf") == "deeplab"
    assert preset(segmenter_run, refine="dense-crf", crf_preset="irn") == "irn"
    assert preset(small_run.run, refine="dense-crf") == "sec"
    # As records of earlier versions have it, whose masks are the same.
    assert preset(segmenter_run) == "sec"
