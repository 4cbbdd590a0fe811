"""Lines of a label file that gave no image: which of them are faults, and when there are too many to go on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation.data.targets import SkippedImage, SkipReason
from shared_runtime.errors import InputError


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
            f"{labels}: got {n_images:,} usable images of {n_images + len(faults):,} ({reasons}), expected most "
            f"of them; line {faults[0].line}: {faults[0].message}; image folders: {', '.join(map(str, folders))}. "
            f"Look at --images and --labels{go_on}"
        )
