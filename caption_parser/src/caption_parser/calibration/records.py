"""What a fitted calibration holds, as the JSON file between `calibrate fit` and `calibrate apply`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt

from caption_parser.calibration.evidence import FEATURES
from caption_parser.json_file import read_json_file
from caption_parser.runs.state import RunCounts
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError
from shared_runtime.files import short_digest

LOWEST = 0.001
"""Confidence has three digits in label files, and captions prove nothing: it stays within [LOWEST, 1 - LOWEST]."""


class _Finite(FrozenModel):
    model_config = ConfigDict(allow_inf_nan=False)


class ConfidenceScores(_Finite):
    """How good the confidence of labels is against the truth."""

    log_loss: float = Field(description="Mean over labels, in nats.")
    expected_calibration_error: float
    average_precision: float | None = Field(description="Mean over the classes that occur.")


class CrossValidation(_Finite):
    """Scores of labels by models that have not seen their images."""

    folds: PositiveInt
    before: ConfidenceScores | None = Field(description="Of the file's own confidence; null: labels have none.")
    after: ConfidenceScores


class Training(_Finite):
    """What a calibration was fitted on."""

    labels: str = Field(description="The label file.")
    truth: str = Field(description="The ground truth file.")
    include_crowd: bool = Field(description="Whether crowd regions count as their class.")
    label_space: str = Field(description="The label space of the labels, with its hash.")
    images: PositiveInt
    judged_labels: PositiveInt = Field(description="Foreground classes of those images.")
    correct: float = Field(description="Share of them that the truth shows.")


class Calibration(_Finite):
    """A logistic model of whether a label is right, given the evidence in its record."""

    version: Literal[1] = 1
    training: Training
    cross_validation: CrossValidation
    intercept: float
    weights: dict[str, float] = Field(description="By feature of the evidence.")
    class_offsets: dict[str, float] = Field(description="By class; 0 for a class that is not listed.")

    @property
    def digest(self) -> str:
        """A short name of the model: equal for equal content."""
        return short_digest(self.model_dump_json().encode(), size=4)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The calibration in `path`; raises `InputError` if it holds none that this version can apply."""
        calibration = read_json_file(path, cls, "capparse calibrate fit")
        expected = {feature.name for feature in FEATURES}
        if differing := expected ^ calibration.weights.keys():
            raise InputError(
                f"{path}: weights: got other features than this version knows ({', '.join(sorted(differing))}), "
                "expected its own. Fit again: capparse calibrate fit"
            )
        return calibration


class CalibrationReference(_Finite):
    """Which calibration made the confidence of a label file."""

    file: str
    digest: str
    training: Training


class CalibratedSummary(RunCounts):
    """What stands beside a calibrated label file, `OUT.summary.json`."""

    status: Literal["calibrated"] = "calibrated"
    labels: str = Field(description="The label file whose confidence was replaced.")
    calibration: CalibrationReference
    calibrated_labels: NonNegativeInt
    kept_labels: NonNegativeInt = Field(description="Background classes: their confidence is as it was.")
    damaged_lines: NonNegativeInt = Field(description="Lines that are not records, and were left out.")
    bytes: NonNegativeInt
    config: dict[str, str] = Field(default_factory=dict, description="The label space of the labels.")
