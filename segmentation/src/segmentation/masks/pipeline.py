"""Images → score maps → masks, one file per image, whatever the maps are made of."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, NamedTuple, Protocol

from segmentation.data.images import RgbImage
from segmentation.data.masks import has_mask, mask_path, place_for_mask
from segmentation.masks.batches import image_batches, seen
from segmentation.masks.finish import Finisher, RejectedImage, UnfinishedMask
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.memory import refinement_size
from segmentation.scores.contract import RequestT, RequestT_contra, Sizes
from shared_runtime.workers import map_ordered


class MapSource(Protocol[RequestT_contra]):
    """Whatever gives score maps of images."""

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""

    def maps(
        self, images: Sequence[RgbImage], requests: Sequence[RequestT_contra]
    ) -> Sequence[ScoreMaps | RejectedImage]:
        """Score maps of each image for what its request asks for, or why there are none."""


@dataclass(slots=True)
class MaskCounts:
    """What a run has done so far."""

    total: int
    written: int = 0
    present: int = 0
    """Masks that an earlier run wrote."""
    images_of: Counter[int] = field(default_factory=Counter)
    """Class id → masks that were written now and have the class."""
    without_class: int = 0
    """Masks that were written now and have none."""
    rejected: list[RejectedImage] = field(default_factory=list)
    reduced: int = 0
    """Images that were refined at a smaller size than their own, to save memory."""
    studied: int = 0
    """Images that the consensus has been learned from, of `to_study`."""
    to_study: int = 0

    @property
    def done(self) -> int:
        """Images that are dealt with."""
        return self.written + self.present + len(self.rejected)

    @property
    def progress(self) -> tuple[str, int, int]:
        """What is being done, how much of it is done, and how much there is to do."""
        if self.studied < self.to_study:
            return "images studied", self.studied, self.to_study
        return "images", self.done, self.total


class MaskPlan(NamedTuple, Generic[RequestT]):
    """Which images of a run still need their masks."""

    distinct: list[RequestT]
    """All images whose masks have names of their own."""
    todo: list[RequestT]
    """Those without a mask."""
    counts: MaskCounts


def plan_masks(
    requests: Sequence[RequestT], folder: Path, is_there: Callable[[RequestT, Path], bool] | None = None
) -> MaskPlan[RequestT]:
    """What is there in `folder` is not done again; `is_there` says so of a request and the path of its mask."""
    plan: MaskPlan[RequestT] = MaskPlan([], [], MaskCounts(len(requests)))
    by_path: dict[Path, RequestT] = {}
    for request in requests:
        path = mask_path(folder, request.key)
        first = by_path.setdefault(path, request)
        if first is not request:
            apart = "name a folder above both, whose masks lie in folders as its images do, or another output"
            if request.path.parent == first.path.parent:
                apart = "rename one of the two, or name another output"
            reason = (
                f"the mask of {request.path} would have the same name as that of {first.path}: {apart} for the one"
            )
            plan.counts.rejected.append(RejectedImage.of(request, reason))
            continue
        plan.distinct.append(request)
        if has_mask(path) if is_there is None else is_there(request, path):
            plan.counts.present += 1
        else:
            plan.todo.append(request)
    return plan


@dataclass(frozen=True, slots=True)
class MaskPipeline(Generic[RequestT]):
    """From images to masks, with `source` here and `finisher` in worker processes."""

    source: MapSource[RequestT]
    finisher: Finisher
    processes: int = 1
    batch_size: int = 8
    progress: Callable[[MaskCounts], None] = lambda _: None

    def run(self, todo: Iterable[RequestT], folder: Path, counts: MaskCounts) -> None:
        """Write the masks of the images `todo`, and count them.

        An image that cannot be read is rejected, and the run goes on. Raises OutputError where masks cannot be
        written, CapparseError where a worker process died.
        """
        # Spawned, not forked: torch has started threads in this process, which forked workers would wait for.
        for made in map_ordered(
            self.finisher, self._unfinished(todo, folder, counts), processes=self.processes, method="spawn"
        ):
            if isinstance(made, RejectedImage):
                counts.rejected.append(made)
            else:
                counts.written += 1
                counts.without_class += not made
                counts.images_of.update(made)
            self.progress(counts)

    def _unfinished(
        self, todo: Iterable[RequestT], folder: Path, counts: MaskCounts
    ) -> Iterator[UnfinishedMask | RejectedImage]:
        """All images, with their score maps; those that no mask can be made of as rejected ones."""
        for batch in image_batches(todo, self.source.sizes, self.batch_size):
            if isinstance(batch, RejectedImage):
                yield batch
                continue
            for image, request, maps in zip(*batch, seen(batch, self.source.maps), strict=True):
                if isinstance(maps, RejectedImage):
                    yield maps
                    continue
                size = image.shape[0], image.shape[1]
                counts.reduced += size != refinement_size(*size, len(maps.scores), self.finisher.refinement)
                yield UnfinishedMask(request, image, maps, place_for_mask(folder, request.key))
