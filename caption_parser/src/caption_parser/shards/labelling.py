"""`label_shards`: shards of a plan, each to a label file of its own. What `capparse label --plan` does."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import BinaryIO, Self

from caption_parser.config import ParserConfig
from caption_parser.readers import Row
from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.formats import format_named
from caption_parser.readers.read import InputPart, read_part
from caption_parser.readers.stretches import Stretch
from caption_parser.runs.batches import BATCH_CAPTIONS, SMALL_RUN
from caption_parser.runs.files_read import files_of_config
from caption_parser.runs.job import LabelJob, Parser, Progress, Workers, label_workers
from caption_parser.runs.options import OF_ONE_FILE, RunOptions, process_count
from caption_parser.runs.output import UnresumedFile
from caption_parser.runs.run import load_parser
from caption_parser.runs.state import InputSettings, RunSettings, RunState
from caption_parser.runs.summary import RunSummary
from caption_parser.shards.copies import read_copied
from caption_parser.shards.plan import Plan, PlannedInput, Shard, load_plan
from caption_parser.shards.receipts import (
    LABELS,
    MadeBy,
    Receipt,
    WrittenFile,
    done_receipt,
    is_of_shard,
    labels_name,
    receipt_name,
    rejected_name,
)
from shared_runtime.errors import CapparseError, InputError, MissingResourceError, OutputError, UsageError
from shared_runtime.files import check_no_stream, file_digest
from shared_runtime.storage import Folder, file_size, is_url
from shared_runtime.wording import counted


@dataclass(frozen=True, slots=True)
class ShardRun:
    """What became of the shards that were asked for."""

    done: tuple[Receipt, ...]
    """Labelled now."""
    before: tuple[int, ...]
    """Labelled before."""
    failed: dict[int, str] = field(default_factory=dict)
    """Why a shard could not be labelled; the others were."""


def shards_folder(plan: str | Path, output: str | Path | None) -> Folder:
    """The folder of the shards: `output`, or the one in the folder of the plan. Raises `UsageError` for `-`."""
    if output is not None:
        check_no_stream(output)
    return Folder(Folder(plan).of(LABELS) if output is None else output)


def label_shards(
    plan: str | Path,
    output: str | Path | None = None,
    config: ParserConfig | None = None,
    *,
    shards: str | None = None,
    run: RunOptions | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    build_parser: Callable[[ParserConfig], Parser] = load_parser,
) -> ShardRun:
    """Label shards of the plan in the folder `plan`, one after the other, with the models loaded once.

    A shard's labels, `NNNNN.jsonl.zst`, and its rejected rows, `NNNNN.rejected.jsonl`, appear whole; its receipt,
    `NNNNN.receipt.json`, comes last, and shards that have one are left alone. Any number of these calls may run at
    the same time, on any machines: a shard is the same bytes whoever labels it.

    Args:
        plan: path or URL of a folder that `make_plan` filled.
        output: path or URL of the folder of the shards; None: `labels` in that of the plan.
        config: what decides the labels.
        shards: which ones (`7`, `0,4,8-11`); None: all.
        run: how the work is done; `overwrite` labels shards again, `strict` and `max_errors` hold for each.
        progress: called now and then.
        build_parser: makes what labels.

    Raises:
        UsageError: there is no plan, no such shard, a shard was made with other settings, or `run` has an option
            that is for a single file (`rejected`, `dry_run`).
        OutputError: `output` cannot be written; what is done stays done.
        MissingResourceError: a model or a package is missing.
    """
    config, run = config or ParserConfig(), run or RunOptions()
    for name in OF_ONE_FILE:
        if getattr(run, name):
            raise UsageError(
                f"label_shards(run=…): {name} is for a single label file; shards have files of their own"
            )
    place = Folder(plan)
    planned, folder = load_plan(place), shards_folder(plan, output)
    numbers = planned.numbers(shards)
    _check_not_read(folder, planned.files_of_inputs() | files_of_config(config))
    receipts = {number: done_receipt(number, planned, place, folder) for number in numbers if not run.overwrite}
    parser = build_parser(config)
    made_by = MadeBy(config=config, versions=parser.versions)
    before = _made_alike(receipts, made_by, folder)
    left = [number for number in numbers if number not in before]
    if not left:
        return ShardRun((), tuple(before))
    sizes = [planned.shards[number].fingerprint.rows for number in left]
    most = ceil(max(sizes, default=0) / BATCH_CAPTIONS)
    processes = process_count(run.processes, small=sum(sizes) < SMALL_RUN, batches=most)
    labeller = _ShardLabeller(planned, place, folder, made_by, run, parser, build_parser)
    done: list[Receipt] = []
    failed: dict[int, str] = {}
    # The same processes for all shards: in new ones the first thousands of captions are slower.
    with labeller.workers(processes) as workers:
        for number in left:
            at = f"shard {number} of {len(planned.shards)}"
            try:
                done.append(labeller.label(number, workers, partial(_report, progress, at)))
            except OutputError as error:
                # No other shard would fare better.
                raise OutputError(
                    f"{error}. Done now: {counted(len(done), 'shard')}; the same command goes on"
                ) from error
            except MissingResourceError:
                raise
            except CapparseError as error:
                failed[number] = str(error)
    return ShardRun(tuple(done), tuple(before), failed)


def _check_not_read(folder: Folder, files: Mapping[str, Path]) -> None:
    """Raise `UsageError` where a shard would be written over one of the files, which are named by their roles."""
    if folder.local is None:
        return
    for role, path in files.items():
        if path.resolve().parent == folder.local.resolve() and is_of_shard(path.name):
            raise UsageError(f"{path} is {role}; a shard would be written over it. Choose another -o")


def _made_alike(receipts: Mapping[int, Receipt | None], made_by: MadeBy, folder: Folder) -> dict[int, Receipt]:
    """The receipts that there are. Raises `UsageError` for a shard that was made with other settings."""
    there = {number: receipt for number, receipt in receipts.items() if receipt is not None}
    for number, receipt in there.items():
        advice = "Use another -o, or --overwrite to label it again"
        receipt.made_by.check_same(made_by, f"{folder.of(labels_name(number))}", advice)
    return there


def _report(report: Callable[[Progress], None], shard: str, at: Progress) -> None:
    report(replace(at, stage=f"{shard}: {at.stage}"))


@dataclass(frozen=True, slots=True)
class _ShardLabeller:
    plan: Plan
    place: Folder
    """Of the plan."""
    folder: Folder
    """Of the shards."""
    made_by: MadeBy
    options: RunOptions
    parser: Parser
    build_parser: Callable[[ParserConfig], Parser]

    def workers(self, processes: int) -> Workers:
        """What labels the batches of any shard."""
        return label_workers(self._settings, self.parser, self.build_parser, _ShardFile.suffix, processes)

    def label(self, number: int, workers: Workers, progress: Callable[[Progress], None]) -> Receipt:
        """Label a shard; its receipt is written. Raises `InputError` where the captions are not those planned."""
        started = time.monotonic()
        shard = self.plan.shards[number]
        with self.folder.adding(labels_name(number)) as unfinished:
            file = _ShardFile(unfinished)
            job = LabelJob(self._settings, self.parser, self.build_parser, file, self.options, None, progress)
            try:
                summary = job.run(self._rows(shard), started, workers)
                self._check(shard, summary)
                labels = WrittenFile(name=labels_name(number), bytes=file.size, sha256=file.sha256)
                rejected = self._keep_rejected(number, file.rejected)
            finally:
                file.rejected.unlink(missing_ok=True)
        receipt = Receipt(plan=self.plan.hash, shard=number, labels=labels, rejected=rejected, summary=summary)
        self.folder.write(receipt_name(number), receipt.model_dump_json(indent=1, exclude_none=True).encode())
        return receipt

    def _rows(self, shard: Shard) -> Iterator[Row]:
        for piece in shard.pieces:
            if piece.copied is not None:
                yield from read_copied(self.place, piece.copied)
            elif piece.input is not None:
                yield from read_part(self._part(self.plan.inputs[piece.input], piece.stretch))

    @property
    def _settings(self) -> RunSettings:
        return RunSettings(
            config=self.made_by.config,
            versions=self.made_by.versions,
            input=InputSettings(path=self._path, grouped=True, **self.plan.reading.model_dump()),
        )

    @property
    def _path(self) -> str:
        """For rows that do not name their input: there is one alone."""
        return self.plan.inputs[0].path if len(self.plan.inputs) == 1 else str(self.place)

    def _part(self, planned: PlannedInput, stretch: Stretch | None) -> InputPart:
        try:
            size = file_size(planned.path)
        except InputError as error:
            raise InputError(f"{error}{self._made_elsewhere(planned.path)}") from None
        if size != planned.bytes:
            raise InputError(
                f"{planned.path} has {size:,} bytes, {planned.bytes:,} when it was planned: it changed. Plan anew:"
                f" {self.plan.command(self.place)}"
            )
        reading = self.plan.reading
        choice = FieldChoice(reading.caption_field, reading.image_field, reading.all_captions)
        several = len(self.plan.inputs) > 1
        chosen = format_named(planned.format)
        return InputPart(planned.path, chosen, choice, several, stretch, image=planned.image)

    def _check(self, shard: Shard, summary: RunSummary) -> None:
        if summary.fingerprint != shard.fingerprint or summary.rows_read != shard.rows:
            raise InputError(
                f"got {summary.rows_read:,} rows with {summary.fingerprint.rows:,} captions"
                f" ({summary.fingerprint.digest[:12]}), expected {shard.rows:,} with {shard.fingerprint.rows:,}"
                f" ({shard.fingerprint.digest[:12]}): the input is not what was planned. Plan anew:"
                f" {self.plan.command(self.place)}"
            )

    def _made_elsewhere(self, path: str) -> str:
        if is_url(path) or Path(path).is_absolute():
            return ""
        return (
            f" in {Path.cwd()}. The plan names it as it was given to capparse plan, so that labels are the same"
            " everywhere: run this in the folder where the plan was made"
        )

    def _keep_rejected(self, number: int, rejected: Path) -> WrittenFile | None:
        if not rejected.exists():
            return None
        name = rejected_name(number)
        written = WrittenFile(name=name, bytes=rejected.stat().st_size, sha256=file_digest(rejected))
        with self.folder.adding(name) as unfinished:
            rejected.replace(unfinished)
        return written


class _ShardFile(UnresumedFile):
    """The label file of a shard, under a temporary name; its summary is part of the receipt."""

    suffix = ".zst"
    is_live = False

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.rejected = path.with_name(f"{path.name}.rejected")
        self._path = path
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._digest.hexdigest()

    def open(self, settings: RunSettings, previous: RunState | None) -> Self:  # noqa: ARG002
        """A shard is written anew, and opened as it is entered."""
        return self

    def __enter__(self) -> Self:
        self._file: BinaryIO = self._path.open("wb")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._file.close()

    def _write(self, lines: bytes) -> None:
        self._file.write(lines)
        self._digest.update(lines)
