"""What `evaluate` returns and `--json` prints: stable names, ratios in [0, 1], null where undefined."""

from enum import StrEnum

from pydantic import Field

from caption_parser.evaluation.masks import PixelSource
from shared_runtime.configuration import FrozenModel


class Missing(StrEnum):
    """What becomes of images of the truth that have no record."""

    NOTHING = "nothing"
    """They are scored as nothing predicted, so that leaving out hard images earns nothing."""
    SKIP = "skip"
    """They are not scored."""


class MacroScores(FrozenModel):
    """Means over the classes that occur in the truth."""

    miou: float | None
    precision: float | None
    recall: float | None
    pixel_recall: float | None = Field(description="Null: the truth has no masks.")
    average_precision: float | None = Field(None, description="By confidence; null: labels have none.")


class MicroScores(FrozenModel):
    """Ratios of counts that were summed over all classes."""

    iou: float | None
    precision: float | None
    recall: float | None
    pixel_recall: float | None


class ClassScores(FrozenModel):
    """One class; counts are of images."""

    id: int = Field(description="Contiguous class id in the label space.")
    name: str
    tp: int
    fp: int
    fn: int
    iou: float | None = Field(description="Null: neither predicted nor there.")
    precision: float | None = Field(description="Null: never predicted; the macro mean counts it as 0.")
    recall: float | None = Field(description="Null: in no image of the truth; the macro means leave it out.")
    pixel_recall: float | None
    average_precision: float | None = Field(None, description="Of the images ranked by confidence.")


class ClassDifference(FrozenModel):
    """IoU of one class in two label files; `difference` is the first's minus the second's."""

    id: int
    name: str
    iou: float | None
    against_iou: float | None
    difference: float = Field(description="An undefined IoU counts as 0.")


class Comparison(FrozenModel):
    """The label file beside another one."""

    against: str = Field(description="The other label file.")
    macro: MacroScores = Field(description="Of the other label file.")
    micro: MicroScores = Field(description="Of the other label file.")
    classes: tuple[ClassDifference, ...] = Field(description="Largest absolute difference first.")


class ReliabilityBin(FrozenModel):
    """The labels whose confidence lies in [low, high)."""

    low: float
    high: float
    labels: int
    mean_confidence: float
    correct: float = Field(description="Share of the labels that are right.")


class Reliability(FrozenModel):
    """How far confidence is the share of labels that are right."""

    labels: int = Field(description="Of images and classes of the truth.")
    mean_confidence: float
    correct: float = Field(description="Share of the labels that are right.")
    expected_calibration_error: float = Field(
        description="Mean absolute difference of both shares over the bins, weighted by labels."
    )
    bins: tuple[ReliabilityBin, ...] = Field(description="Ten of equal widths; empty ones are left out.")


class Protocol(FrozenModel):
    """How the figures came about, so that two of them can be compared."""

    labels: str = Field(description="The label file.")
    truth: str = Field(description="The ground truth file.")
    label_space: str = Field(description="The label space that was scored in, with its hash.")
    labels_made_with: str = Field(description="The label space that the label file names.")
    min_votes: int = Field(description="Captions that must assert a class for it to count as predicted.")
    include_crowd: bool = Field(description="Whether crowd regions count as their class.")
    macro_classes: int = Field(description="Classes that occur in the truth: the macro means are over these.")
    never_predicted: int = Field(description="Those among them that no record names; their precision is 0.")
    images_in_truth: int
    images_without_record: int = Field(description="Images of the truth that the label file has no record of.")
    missing: Missing = Field(description="How images without a record were scored.")
    records_outside_truth: int = Field(description="Records left out since the truth lacks their image.")
    pixel_source: PixelSource | None = Field(description="What pixel recall was computed from.")
    truth_flaws: tuple[str, ...] = Field((), description="Annotations without a usable mask, with their places.")


class Evaluation(FrozenModel):
    """The quality of one label file."""

    macro: MacroScores
    micro: MicroScores
    images: int = Field(
        description="Images of the truth that were scored; all, unless those without a record are skipped."
    )
    protocol: Protocol
    classes: tuple[ClassScores, ...] = Field(description="In the order of ids.")
    reliability: Reliability | None = Field(None, description="Null: labels have no confidence.")
    comparison: Comparison | None = None
