"""What a run leaves out of what it was given: what of it is a fault, and when there is too much to go on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from segmentation.data.targets import SkippedImage, SkipReason
from shared_runtime.errors import InputError
from shared_runtime.wording import counted, numbered

SHOWN = 5
"""Faults that are told one by one."""


def fault_lines(what: str, faults: Sequence[object], rest: str = "") -> Iterator[str]:
    """The first of `faults`, each after `what` became of it, and how many more there are; `rest` says of what."""
    for fault in faults[:SHOWN]:
        yield f"{what}: {fault}"
    if len(faults) > SHOWN:
        yield f"{what}: {len(faults) - SHOWN:,} more{rest}"


class LeftOutImages(Protocol):
    """What a training was given and did not learn from."""

    @property
    def faults(self) -> Sequence[Any]:
        """Those from which it should have learned."""

    def lines(self) -> Iterator[str]:
        """What to tell a person, the faults first."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines of a label file that gave no image."""

    skipped: Sequence[SkippedImage]
    allow_missing: bool = False
    """Whether an image that is in none of the folders is no fault."""

    @property
    def unlabelled(self) -> list[SkippedImage]:
        """Images whose captions name no class: nothing can be learned or shown of them, and nothing is wrong."""
        return [image for image in self.skipped if image.reason is SkipReason.NO_LABELS]

    @property
    def faults(self) -> list[SkippedImage]:
        """All others, but for missing images where they are allowed."""
        no_faults = {SkipReason.NO_LABELS, *([SkipReason.MISSING_IMAGE] if self.allow_missing else [])}
        return [image for image in self.skipped if image.reason not in no_faults]

    def lines(self) -> Iterator[str]:
        """What to tell a person, the faults first."""
        lines = [f"line {image.line}: {image.message}" for image in self.faults]
        yield from fault_lines("skipped", lines, " of the label file")
        if self.unlabelled:
            unlabelled = numbered(len(self.unlabelled), "image has", "images have")
            yield f"{unlabelled} no class in the labels: nothing to learn from"
        absent = len(self.skipped) - len(self.faults) - len(self.unlabelled)
        if absent:
            missing = numbered(absent, "image is", "images are")
            yield f"{missing} in none of the folders, which --allow-missing allows"

    def check(self, n_images: int, labels: Path, folders: Sequence[Path]) -> None:
        """Raises InputError where more lines of `labels` are at fault than gave one of the `n_images`."""
        faults = self.faults
        if len(faults) <= n_images:
            return
        counts = Counter(str(image.reason) for image in faults)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.most_common())
        missing = counts[SkipReason.MISSING_IMAGE]
        go_on = "; to go on with those that are there: --allow-missing" if missing else ""
        raise InputError(
            f"{labels}: got {counted(n_images, 'usable image')} of {n_images + len(faults):,} ({reasons}), "
            f"expected most of them; line {faults[0].line}: {faults[0].message}; image folders: "
            f"{', '.join(map(str, folders))}. Look at --images and --labels{go_on}"
        )
