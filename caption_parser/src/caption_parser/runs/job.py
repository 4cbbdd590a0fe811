"""The corridor of a run: rows → images → batches → worker processes → label file → summary."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from caption_parser.config import ParserConfig
from caption_parser.readers import RejectedRow, RejectedWriter, Row
from caption_parser.runs.batches import (
    BATCH_CAPTIONS,
    SMALL_RUN,
    Batch,
    BatchLabeller,
    LabelImages,
    LabelledBatch,
    compressed,
    into_batches,
)
from caption_parser.runs.grouping import GroupedImages, Intake, group_by_image
from caption_parser.runs.options import RunOptions, process_count
from caption_parser.runs.previous import PreviousRun
from caption_parser.runs.state import FailedImage, RunCounts, RunSettings, RunState
from caption_parser.runs.summary import Estimate, RunSummary, Status, Timing
from shared_runtime.collection import rare_collection
from shared_runtime.files import shown_path
from shared_runtime.workers import WorkerPool

_REPORT_ROWS = 4096
_FIRST_OF_STREAM = 16
"""Captions of the first batch where somebody may read along."""
Workers = WorkerPool[Batch, LabelledBatch]


class Parser(Protocol):
    """What a run needs of a `CaptionParser`."""

    @property
    def versions(self) -> dict[str, str]:
        """What the labels depend on beside the configuration."""

    @property
    def label_images(self) -> LabelImages:
        """One record per image, in the same order."""


class LabelOutput(Protocol):
    """A label file that is being written; a context manager, to be completed within its block."""

    @property
    def counts(self) -> RunCounts:
        """Of all batches in the file."""

    @property
    def size(self) -> int:
        """Length of the file in bytes."""

    @property
    def failed(self) -> tuple[FailedImage, ...]:
        """The images that it could not take."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_exception: object) -> None: ...

    def append(self, batch: LabelledBatch) -> None:
        """Write a batch."""

    def complete(self, summary: bytes) -> None:
        """All batches are written."""

    def discard(self) -> None:
        """Nothing could be labelled: what stood under the name of the label file stays."""


class LabelDestination(Protocol):
    """Where a run writes."""

    @property
    def suffix(self) -> str:
        """`.gz`, `.zst` or another: how the labels are compressed."""

    @property
    def is_live(self) -> bool:
        """Whether somebody may read along: the first records must not wait for a full batch."""

    @property
    def rejected(self) -> Path | None:
        """Where rejected rows go; None: they are only counted."""

    def open(self, settings: RunSettings, previous: RunState | None) -> LabelOutput:
        """The label file, to be written on from where `previous` ended."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `total` is None where the number of captions is not known."""

    stage: str
    """What is being done: reading, labelling."""
    captions: int
    total: int | None
    note: str | None = None
    """What a person should know of how the input is read, such as which columns were taken; said once."""


class _Clock(NamedTuple):
    started: float
    loaded: float


@dataclass(frozen=True, slots=True)
class LabelJob:
    """A run, checked and ready to start."""

    settings: RunSettings
    parser: Parser
    build_parser: Callable[[ParserConfig], Parser]
    destination: LabelDestination
    options: RunOptions
    previous: PreviousRun | None
    progress: Callable[[Progress], None]

    def run(self, rows: Iterable[Row], started: float, workers: Workers | None = None) -> RunSummary:
        """Label what the previous run left; in a dry run, only estimate what that takes.

        `started`: when loading the models began, by `time.monotonic`; `workers`: those of `label_workers`, where
        they go on to other jobs; None: the job has its own.
        """
        clock = _Clock(started, time.monotonic())
        with ExitStack() as stack:
            intake = Intake(self._reporting(rows), self._open_rejected(stack), self.options.allowed_errors)
            grouped = self.settings.input.grouped
            images = stack.enter_context(group_by_image(intake, already_grouped=grouped))
            is_live = grouped and self.destination.is_live and not self.options.dry_run
            batches = into_batches(images, _FIRST_OF_STREAM if is_live else BATCH_CAPTIONS)
            self._skip_labelled(batches, images)
            for failed in self.previous.state.failed if self.previous else ():
                intake.reject(failed.rejected(self.settings.input.path))
            if self.previous and self.previous.summary:
                found = {"status": "up to date", "rejected_file": self._rejected_file(intake)}
                return self.previous.summary.model_copy(update=found)
            if self.options.dry_run:
                return self._estimate(batches, intake, images)
            if workers is None:
                asked = self.options.processes
                # How much there is matters where nobody said how many, or more may be idle.
                head = _head(batches) if asked == "auto" or (asked > 1 and not is_live) else []
                is_small = sum(batch.captions for batch in head) < SMALL_RUN
                known = len(head) if head and is_small else None
                processes = process_count(self.options.processes, small=is_small, batches=known)
                workers = stack.enter_context(self._workers(processes))
                batches = chain(head, batches)
            return self._label(batches, intake, images, clock, workers)

    def _skip_labelled(self, batches: Iterator[Batch], images: GroupedImages) -> None:
        """Pass over what the previous run labelled, and make sure that it was the same."""
        if not self.previous:
            return
        remaining = self.previous.state.images
        while remaining > 0 and (batch := next(batches, None)):
            remaining -= len(batch.images)
        if self.previous.summary:
            deque(batches, maxlen=0)
        self.previous.check_input(images.fingerprint)

    def _label(
        self, batches: Iterator[Batch], intake: Intake, images: GroupedImages, clock: _Clock, workers: Workers
    ) -> RunSummary:
        with rare_collection(freeze=True), self._open_output() as file, closing(workers.map(batches)) as labelled:
            for batch in labelled:
                file.append(batch)
                for failed in batch.failed:
                    intake.reject(failed.rejected(self.settings.input.path))
                self.progress(Progress("labelling", file.counts.captions, images.captions))
            if not file.size:
                # Without any image, a compressed file still is one.
                empty = compressed(b"", self.destination.suffix)
                file.append(LabelledBatch(empty, RunCounts(), images.fingerprint))
            seconds = time.monotonic() - clock.loaded
            labelled_now = file.counts.captions - self.counts_before.captions
            timing = Timing(
                loading_seconds=round(clock.loaded - clock.started, 3),
                seconds=round(seconds, 3),
                captions_per_second=round(labelled_now / seconds, 1),
                processes=workers.processes,
                resumed_after_images=self.counts_before.images,
            )
            status: Status = "nothing labelled" if intake.rejected and not file.counts.images else "complete"
            summary = self._summary(status, intake, images, file.counts, file.size, timing=timing)
            summary = summary.model_copy(update={"failed": file.failed})
            if status == "complete":
                file.complete(summary.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")
            else:
                file.discard()
        return summary

    def _estimate(self, batches: Iterator[Batch], intake: Intake, images: GroupedImages) -> RunSummary:
        """Label the next batch for the clock, and count the others."""
        first = next(batches, None) or Batch((), images.fingerprint)
        begun = time.monotonic()
        size = len(self._task()(first).lines)
        seconds = time.monotonic() - begun
        image_count, captions = len(first.images), first.captions
        for batch in batches:
            image_count += len(batch.images)
            captions += batch.captions
        processes = process_count(self.options.processes, small=captions < SMALL_RUN)
        scale = captions / max(first.captions, 1)
        estimate = Estimate(
            images=image_count,
            captions=captions,
            seconds=round(seconds * scale / processes, 1),
            bytes=round(size * scale),
            processes=processes,
        )
        return self._summary("dry run", intake, images, self.counts_before, 0, estimate=estimate)

    @property
    def counts_before(self) -> RunCounts:
        """What the previous run left."""
        return self.previous.state.counts if self.previous else RunCounts()

    def _task(self) -> BatchLabeller:
        return BatchLabeller(self.parser.label_images, self.settings.input.path, self.destination.suffix)

    def _workers(self, processes: int) -> Workers:
        suffix = self.destination.suffix
        return label_workers(self.settings, self.parser, self.build_parser, suffix, processes)

    def _open_output(self) -> LabelOutput:
        return self.destination.open(self.settings, self.previous.state if self.previous else None)

    def _open_rejected(self, stack: ExitStack) -> Callable[[RejectedRow], None]:
        path = self.destination.rejected
        if path is None or self.options.dry_run:
            return lambda _: None
        # All rows are read again, after an interruption too; the file is begun anew.
        return stack.enter_context(RejectedWriter(path)).write

    def _reporting(self, rows: Iterable[Row]) -> Iterator[Row]:
        for number, row in enumerate(rows, 1):
            if number % _REPORT_ROWS == 0 and not self.settings.input.grouped:
                self.progress(Progress("reading", number, None))
            yield row

    def _rejected_file(self, intake: Intake) -> str | None:
        """Where the rejected rows stand, if there are any, for the summary."""
        path = self.destination.rejected
        return shown_path(path) if path and intake.rejected else None

    def _summary(
        self,
        status: Status,
        intake: Intake,
        images: GroupedImages,
        counts: RunCounts,
        size: int,
        *,
        timing: Timing | None = None,
        estimate: Estimate | None = None,
    ) -> RunSummary:
        return RunSummary(
            **counts.model_dump(),
            status=status,
            rows_read=intake.rows_read,
            rejected=dict(sorted(intake.rejected.items())),
            rejected_file=None if self.options.dry_run else self._rejected_file(intake),
            bytes=size,
            config=self.settings.config,
            config_hash=self.settings.config_hash,
            versions=self.settings.versions,
            input=self.settings.input,
            fingerprint=images.fingerprint,
            timing=timing,
            estimate=estimate,
            left_out=dict(sorted(intake.left_out.items())),
        )


def _head(batches: Iterator[Batch]) -> list[Batch]:
    """The first batches: all of them in a small run."""
    head: list[Batch] = []
    while sum(batch.captions for batch in head) < SMALL_RUN and (batch := next(batches, None)):
        head.append(batch)
    return head


def label_workers(
    settings: RunSettings,
    parser: Parser,
    build_parser: Callable[[ParserConfig], Parser],
    suffix: str,
    processes: int,
) -> Workers:
    """What labels batches of the input of `settings`; `suffix` is that of the label file."""
    task = BatchLabeller(parser.label_images, settings.input.path, suffix)
    rebuild = partial(_rebuild_task, build_parser, settings.config, task.source, task.suffix)
    return WorkerPool(task, processes=processes, rebuild_task=rebuild)


def _rebuild_task(
    build_parser: Callable[[ParserConfig], Parser], config: ParserConfig, source: str, suffix: str
) -> BatchLabeller:
    return BatchLabeller(build_parser(config).label_images, source, suffix)
