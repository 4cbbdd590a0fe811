"""A network of referring expressions from a data set of them, in a run folder: of its texts, masks or boxes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.data.folders import ImageFolders
from segmentation.data.phrases import Phrase, expression_text
from segmentation.data.referring.expressions import Expression, ExpressionSet
from segmentation.data.targets import ImageTargets
from segmentation.referring.config import ReferringConfig
from segmentation.referring.expressions import expression_table, shared
from segmentation.referring.run import of_table
from segmentation.referring.text_folder import language_digest
from segmentation.runs.left_out import fault_lines
from segmentation.runs.training import Prepared, TrainingRun, train_run
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError
from shared_runtime.wording import counted, numbered
from shared_schemas import LabelSpace, load_label_space

if TYPE_CHECKING:
    from segmentation.training.loop import Progress


Found = list[tuple[Path, list[Expression]]]
"""Images with their expressions."""


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
        yield from fault_lines("skipped", self.faults)
        if self.allow_missing and self.missing:
            missing = numbered(len(self.missing), "image is", "images are")
            yield f"{missing} in none of the folders, which --allow-missing allows"


def train_on_expressions(
    images: Sequence[Path],
    truth: ExpressionSet,
    output: Path,
    config: ReferringConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a network on the expressions of `truth` and write it to `output`: on what they say alone, or on where
    they refer to, as `config.supervision` says.

    Continues an unfinished run of the same options and truth. Raises UsageError where `output` holds another run,
    with the differences; InputError where most images are missing; KeyboardInterrupt, after a checkpoint, when the
    process is asked to stop.
    """

    def prepare(allow_missing: bool) -> Prepared:
        space = load_label_space(config.label_space)
        found, missing = _found(truth, images, config.expressions.share)
        left_out = LeftOutExpressions([*map(str, truth.rejected)], missing, allow_missing)
        if len(left_out.faults) > len(found) or not found:
            first = next(iter([*missing, *left_out.faults]), "none")
            raise InputError(
                f"{truth.path}: got {counted(len(found), 'image')} of {len(found) + len(missing):,}, and "
                f"{len(truth.rejected):,} damaged entries; expected most to be usable. The first fault: {first}. "
                "Look at --images"
            )
        digest = language_digest(config.text_folder())
        content = [(*_content(expressions), digest) for _, expressions in found]
        learned = _weak if config.supervision == "texts" else _with_regions
        return Prepared(space, content, left_out, lambda: learned(found, config, space))

    inputs = {"the truth": truth.path, "the label space": Path(config.label_space)}
    notes = {"images": [str(path) for path in images], "truth": str(truth.path)}
    return train_run(
        config, config.training, output, inputs, notes, prepare, machine, overwrite=overwrite, show=show
    )


def _weak(found: Found, config: ReferringConfig, space: LabelSpace) -> tuple[Any, Callable[[Any], Any]]:
    """Samples and task of what is said of images, and no more."""
    table = expression_table([_targets(*image) for image in found], space, config.expressions)
    return of_table(table, config, space)


def _with_regions(found: Found, config: ReferringConfig, space: LabelSpace) -> tuple[Any, Callable[[Any], Any]]:
    """Samples and task of where expressions refer to."""
    from segmentation.referring.region_samples import RegionSamples
    from segmentation.referring.region_task import RegionTask
    from segmentation.referring.task import build_task

    texts = [
        *dict.fromkeys(expression_text(expression.text) for _, expressions in found for expression in expressions)
    ]
    samples = RegionSamples(found, texts, config.crop, config.expressions.per_image)
    boxes = config.supervision == "boxes"
    return samples, lambda device: RegionTask(build_task(config, space, texts, device), boxes=boxes)


def _found(truth: ExpressionSet, images: Sequence[Path], share: float) -> tuple[Found, list[str]]:
    """The images that are there with their expressions, and why others are not; of `share` of the images."""
    folders = ImageFolders(images)
    found, missing = [], []
    worded = [
        [expression for expression in expressions if expression_text(expression.text)]
        for expressions in truth.by_image()
    ]
    for expressions in shared([*filter(None, worded)], lambda said: said[0].key, share, truth.path):
        first = expressions[0]
        path = folders.look_up(first.file_name, first.image_id)
        if isinstance(path, str):
            missing.append(f"{first.key}: {path}")
        else:
            found.append((path, expressions))
    return found, missing


def _targets(path: Path, expressions: Sequence[Expression]) -> ImageTargets:
    """What a label file would say of an image."""
    texts = dict.fromkeys(expression_text(expression.text) for expression in expressions)
    first = expressions[0]
    said = tuple(Phrase(text, None) for text in texts)
    return ImageTargets(first.image_id, first.file_name, path, (), (), key=first.key, phrases=said)


def _content(expressions: Sequence[Expression]) -> tuple[object, ...]:
    """What is learned from an image."""
    return (
        expressions[0].key,
        [(expression.text, expression.region.counts.decode("ascii")) for expression in expressions],
    )
