"""A network of referring expressions from images and true regions, in a run folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.data.folders import ImageFolders, UnsafeNameError
from segmentation.data.phrases import expression_text
from segmentation.data.referring.expressions import Expression, ExpressionSet
from segmentation.referring.config import ReferringConfig
from segmentation.referring.run import language_digest
from segmentation.runs.left_out import SHOWN
from segmentation.runs.soundness import step_doubts
from segmentation.runs.training import TrainingJob, TrainingRun, train_in_folder, training_record
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError, UsageError
from shared_schemas import load_label_space

if TYPE_CHECKING:
    from segmentation.training.loop import Progress


@dataclass(frozen=True, slots=True)
class LeftOutExpressions:
    """What of a truth was not learned from."""

    damaged: Sequence[str]
    missing: Sequence[str]
    """Images in none of the folders."""
    allow_missing: bool = False

    @property
    def faults(self) -> Sequence[str]:
        """Damaged entries, and missing images unless they are allowed."""
        return self.damaged if self.allow_missing else [*self.damaged, *self.missing]

    def lines(self) -> Iterator[str]:
        """What to tell a person, the faults first."""
        for fault in self.faults[:SHOWN]:
            yield f"skipped: {fault}"
        if len(self.faults) > SHOWN:
            yield f"skipped: {len(self.faults) - SHOWN:,} more entries of the truth or images"
        if self.allow_missing and self.missing:
            yield f"{len(self.missing):,} images are in none of the folders, which --allow-missing allows"


def train_on_regions(
    images: Sequence[Path],
    truth: ExpressionSet,
    output: Path,
    config: ReferringConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a network on the regions of `truth`, masks or boxes as `config.supervision` says, and write it to
    `output`.

    Continues an unfinished run of the same options and truth. Raises UsageError where `config` is for captions or
    `output` holds another run, with the differences; InputError where most images are missing; KeyboardInterrupt,
    after a checkpoint, when the process is asked to stop.
    """
    if config.supervision == "texts":
        raise UsageError("the configuration learns from captions. Give --labels, or --set supervision=masks")
    machine = machine or MachineOptions()
    space = load_label_space(config.label_space)
    found, missing = _found(truth, images)
    left_out = LeftOutExpressions([*map(str, truth.rejected)], missing, machine.allow_missing)
    if len(left_out.faults) > len(found) or not found:
        first = next(iter([*missing, *left_out.faults]), "none")
        raise InputError(
            f"{truth.path}: got {len(found):,} images of {len(found) + len(missing):,}, and "
            f"{len(truth.rejected):,} damaged entries; expected most to be usable. The first fault: {first}. "
            "Look at --images"
        )
    texts = [*dict.fromkeys(expression_text(of.text) for _, expressions in found for of in expressions)]
    numbers = {text: number for number, text in enumerate(texts)}

    from segmentation.referring.region_samples import RegionSamples
    from segmentation.referring.region_task import RegionTask
    from segmentation.referring.task import build_task

    digest = language_digest(config.text_folder())
    job = TrainingJob(
        training_record(
            config,
            [(*_content(expressions), digest) for _, expressions in found],
            {"images": [str(path) for path in images], "truth": str(truth.path)},
        ),
        space,
        config.training,
        RegionSamples(found, numbers, config.crop, config.expressions.per_image),
        lambda: RegionTask(build_task(config, space, texts), boxes=config.supervision == "boxes"),
        [*step_doubts(len(found), config.training)],
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(len(found), left_out, report)


def _found(truth: ExpressionSet, images: Sequence[Path]) -> tuple[list[tuple[Path, list[Expression]]], list[str]]:
    """The images that are there with their expressions, and why others are not."""
    folders = ImageFolders(images)
    found, missing = [], []
    for expressions in truth.by_image():
        first = expressions[0]
        try:
            path = folders.find(first.file_name, first.image_id)
        except UnsafeNameError as error:
            missing.append(str(error))
            continue
        if path is None:
            missing.append(f"{first.key}: in none of the image folders{folders.hint(first.key)}")
        else:
            found.append((path, expressions))
    return found, missing


def _content(expressions: Sequence[Expression]) -> tuple[object, ...]:
    """What is learned from an image."""
    return (expressions[0].key, [(of.text, of.region.counts.decode("ascii")) for of in expressions])
