"""What an evaluation returns and `--json` prints: stable names, ratios in [0, 1], null where undefined."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import Field

from shared_runtime.configuration import FrozenModel
from shared_runtime.wording import numbered

_NAMED = 6


class Missing(StrEnum):
    """What becomes of images of the truth that have no mask."""

    BACKGROUND = "background"
    """They are scored as all background, so that leaving out hard images earns nothing."""
    SKIP = "skip"
    """They are not scored."""


class ClassScores(FrozenModel):
    """One class; pixels are those that the truth does not ignore."""

    id: int = Field(description="Value in masks: 0 is background, then contiguous class ids.")
    name: str
    iou: float | None = Field(description="Null: neither in the truth nor predicted.")
    precision: float | None = Field(description="Null: never predicted; the mean counts it as 0.")
    recall: float | None = Field(description="Null: not in the truth.")
    true_pixels: int
    predicted_pixels: int


class BadMask(FrozenModel):
    """A mask that could not be scored."""

    key: str = Field(description="Stem of the image's file.")
    reason: str


class EvaluationProtocol(FrozenModel):
    """How the figures came about, so that two of them can be compared."""

    masks: str
    truth: str
    label_space: str = Field(description="With its content hash.")
    classes_transferred: int | None = Field(
        description="Classes of the masks that the truth has too, the others being background; null: all the same."
    )
    masks_say_their_classes: bool = Field(
        description="By their folder or by an option; false: taken for the truth's."
    )
    truth_rules: str = Field(description="How the masks of the truth were made.")
    truth_flaws: tuple[str, ...] = Field(description="What of the truth was skipped, with its place.")
    images_in_truth: int
    images_scored: int
    images_without_mask: int
    missing: Missing = Field(description="How images without a mask, or with a bad one, were scored.")
    bad_masks: tuple[BadMask, ...] = Field(description="Scored like images without a mask.")
    bad_truth: tuple[BadMask, ...] = Field(description="Images left out since their truth cannot be read.")
    masks_outside_truth: int
    classes: int = Field(description="Background included.")
    classes_in_truth: int = Field(description="The means are over these.")
    ignored_pixels: int = Field(description="Void in the truth (255): not scored.")
    abstained_pixels: int = Field(description="255 in a mask where the truth has a class: counted as missed.")

    def line(self) -> str:
        """The protocol as one line to print beside a figure."""
        missing = {Missing.BACKGROUND: "scored as background", Missing.SKIP: "left out"}[self.missing]
        transferred = (
            ""
            if self.classes_transferred is None
            else f"{self.classes_transferred} classes of the masks transferred; where a mask shows another one, "
            "that is background, not the next best class; "
        )
        unsaid = "" if self.masks_say_their_classes else ", which the masks are taken to have, too"
        unscored = self.images_without_mask + len(self.bad_masks)
        return (
            f"{self.images_scored} of {self.images_in_truth} images, {unscored} without a usable mask: {missing}; "
            f"one confusion matrix; mean over the {self.classes_in_truth} of {self.classes} classes that "
            f"are in the truth, background included; {self.ignored_pixels} void pixels left out, "
            f"{self.abstained_pixels} abstained pixels counted as missed; {transferred}{self.truth_rules}; "
            f"{self.label_space}{unsaid}"
        )

    def warnings(self) -> Iterator[str]:
        """What changes the figures and may surprise, a sentence each."""
        if self.images_without_mask:
            done = {
                Missing.BACKGROUND: "scored as all background; --missing skip leaves them out",
                Missing.SKIP: "left out; --missing background scores them as all background",
            }
            share = f"{self.images_without_mask:,} of {self.images_in_truth:,} images"
            yield f"{share} have no mask: {done[self.missing]}"
        if self.truth_flaws:
            flaws = numbered(len(self.truth_flaws), "annotation was", "annotations were")
            yield f"{flaws} skipped in the truth (--strict refuses them); the first: {self.truth_flaws[0]}"


class MaskEvaluation(FrozenModel):
    """The quality of a folder of masks."""

    miou: float = Field(description="Mean IoU over the classes that are in the truth, background included.")
    miou_with_absent: float = Field(description="Mean IoU over all classes; absent from truth and masks: 0.")
    precision: float = Field(description="Mean over the classes in the truth.")
    recall: float = Field(description="Mean over the classes in the truth.")
    protocol: EvaluationProtocol
    classes: tuple[ClassScores, ...] = Field(description="In the order of ids, background first.")


def score_table(evaluation: MaskEvaluation) -> Iterator[str]:
    """Lines of a table: the classes that are in the truth and in the masks, the means, and which are left out.

    Classes that no mask shows, or only masks, have no rows of .000, but a line together.
    """
    present = [scores for scores in evaluation.classes if scores.true_pixels or scores.predicted_pixels]
    missed = [scores for scores in present if not scores.predicted_pixels]
    alone = [scores for scores in present if not scores.true_pixels]
    shown = [scores for scores in present if scores.true_pixels and scores.predicted_pixels]
    width = max(len(name) for name in ("class", *(scores.name for scores in shown)))
    yield f"{'class':{width}}  {'IoU':>6}  {'precision':>9}  {'recall':>6}  {'share of truth':>14}"
    total = max(sum(scores.true_pixels for scores in present), 1)
    for scores in shown:
        ratios = f"{ratio(scores.iou):>6}  {ratio(scores.precision):>9}  {ratio(scores.recall):>6}"
        yield f"{scores.name:{width}}  {ratios}  {scores.true_pixels / total:>14.2%}"
    yield (
        f"{'mean':{width}}  {ratio(evaluation.miou):>6}  {ratio(evaluation.precision):>9}  "
        f"{ratio(evaluation.recall):>6}"
    )
    if missed:
        share = sum(scores.true_pixels for scores in missed) / total
        part = f"with {share:.2%} of the truth"
        classes = numbered(len(missed), f"class {part} appears", f"classes {part} appear")
        yield f"{classes} in no mask, IoU and recall .000: {_names(missed)}"
    if alone:
        classes = numbered(len(alone), "class appears", "classes appear")
        yield f"{classes} in masks alone, with no part in the means: {_names(alone)}"
    if absent := len(evaluation.classes) - len(present):
        yield f"{numbered(absent, 'class appears', 'classes appear')} in neither truth nor masks"


def _names(classes: Sequence[ClassScores]) -> str:
    more = ", …" if len(classes) > _NAMED else ""
    return f"{', '.join(scores.name for scores in classes[:_NAMED])}{more} (--json has a row for each)"


def ratio(value: float | None) -> str:
    """Three digits as in papers, .123; a dash where it is undefined."""
    if value is None:
        return "-"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"
