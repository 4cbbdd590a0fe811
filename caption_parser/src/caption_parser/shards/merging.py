"""`merge_shards`: what all shards of a plan say together, checked against the plan. What `capparse merge` does."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj

from pydantic import BaseModel

from caption_parser.readers.rows import check_rejected_file
from caption_parser.runs.job import Progress
from caption_parser.runs.output_paths import OutputPaths
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.scattered import image_key
from caption_parser.runs.state import InputSettings, RunCounts
from caption_parser.runs.summary import RunSummary
from caption_parser.shards.labelling import shards_folder
from caption_parser.shards.plan import PLAN, Plan, load_plan, shown_numbers
from caption_parser.shards.receipts import (
    Receipt,
    WrittenFile,
    label_command,
    labels_name,
    lost_file,
    receipt_name,
    receipt_of,
    rejected_name,
)
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import check_output
from shared_runtime.storage import Folder, is_url
from shared_schemas.compression import compress, decompress


def merge_shards(
    plan: str | Path,
    output: str | Path,
    *,
    shards: str | Path | None = None,
    verify: bool = False,
    overwrite: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> RunSummary:
    """Check that all shards of the plan in `plan` are there and add up, and write what they say together.

    Args:
        plan: path or URL of a folder that `make_plan` filled.
        output: a label file (`.jsonl`, `.jsonl.gz`, `.jsonl.zst`), which becomes the one that a single run over
            the input would have written, beside `OUTPUT.summary.json` and `OUTPUT.rejected.jsonl`; or a name that
            ends in `.json`, for the summary alone: the shards themselves stay what is worked with.
        shards: path or URL of the folder of the shards; None: `labels` in that of the plan.
        verify: also read every shard: its hash, and its records, images and captions counted anew.
        overwrite: replace `output`.
        progress: called now and then.

    Raises:
        UsageError: there is no plan, `output` does not fit, or the shards were made with different settings.
        InputError: shards are missing, damaged, or do not add up.
        OutputError: `output` cannot be written.
    """
    place, folder = Folder(plan), shards_folder(plan, shards)
    planned = load_plan(place)
    if shards is not None and folder.local is not None and not folder.local.is_dir():
        raise UsageError(f"--shards {shards}: there is no such folder. Expected the one that labels went to")
    merge = _Merge(planned, place, folder)
    target = _Target(str(output), merge, overwrite)
    receipts = merge.receipts()
    merge.check_sums(receipts)
    if verify:
        merge.verify(receipts, progress)
    summary = _summary(planned, receipts)
    if not target.is_summary:
        if any(receipt.rejected for receipt in receipts):
            summary = summary.model_copy(update={"rejected_file": target.write_rejected(receipts)})
        if summary.status != "complete":
            # As a single run: what stood there stays.
            return summary
        summary = summary.model_copy(update={"bytes": target.write_labels(receipts, progress)})
    target.write_summary(summary)
    _tidy(folder)
    return summary


@dataclass(frozen=True, slots=True)
class _Merge:
    """What is put together: a plan, and the folder of its shards."""

    plan: Plan
    place: Folder
    """Of the plan."""
    folder: Folder
    """Of the shards."""

    def receipts(self) -> list[Receipt]:
        """Those of all shards, made in the same way. Raises `InputError` and `UsageError`."""
        found = [receipt_of(number, self.plan, self.place, self.folder) for number in range(len(self.plan.shards))]
        if missing := [number for number, receipt in enumerate(found) if receipt is None]:
            raise InputError(
                f"{self.folder}: {len(missing)} of {len(found)} shards have no receipt. Try:"
                f" {self._label(shown_numbers(missing))}, with the options of the others"
            )
        receipts = [receipt for receipt in found if receipt is not None]
        for receipt in receipts[1:]:
            advice = f"Label one of them again: {self._label(str(receipt.shard), overwrite=True)}"
            receipts[0].made_by.check_same(receipt.made_by, self.folder.of(receipts[0].labels.name), advice)
        return receipts

    def check_sums(self, receipts: Sequence[Receipt]) -> None:
        """Raises `InputError` where a file is not as it was written, or a caption is missing."""
        for receipt in receipts:
            if lost := lost_file(receipt, self.folder):
                raise self._damaged(receipt.shard, lost)
            summary, shard = receipt.summary, self.plan.shards[receipt.shard]
            captions = summary.captions + sum(len(failed.captions) for failed in summary.failed)
            if captions != shard.fingerprint.rows:
                what = f"{captions:,} captions, expected {shard.fingerprint.rows:,} as planned"
                raise self._damaged(receipt.shard, what)

    def verify(self, receipts: Sequence[Receipt], progress: Callable[[Progress], None]) -> None:
        """Raises `InputError`: a file has another hash, or not the records it should; an image came twice."""
        with Repeats() as images:
            captions = 0
            for receipt in receipts:
                if receipt.rejected:
                    self.content(receipt, receipt.rejected)
                counted = [0, 0]
                for record in self._records(receipt):
                    images.add(image_key(record.image_id))
                    counted[0] += 1
                    counted[1] += len(record.captions)
                expected = [receipt.summary.images, receipt.summary.captions]
                if counted != expected:
                    raise self._damaged(receipt.shard, f"images and captions: {counted}, expected {expected}")
                captions += counted[1]
                progress(Progress("verifying", captions, None))
            self._check_repeats(receipts, images.found())

    def _check_repeats(self, receipts: Sequence[Receipt], hashes: Set[int] | None) -> None:
        """Raises `InputError` where an image came twice; `hashes`: of those that may have (see `Repeats`)."""
        if not hashes and hashes is not None:
            return
        seen: set[int | str] = set()
        for receipt in receipts:
            for record in self._records(receipt):
                if hashes is not None and hash(image_key(record.image_id)) not in hashes:
                    continue
                if record.image_id in seen:
                    raise InputError(
                        f"{self.folder}: the image {record.image_id!r} stands in two shards, although none was"
                        f" planned so. Plan anew: {self.plan.command(self.place)}"
                    )
                seen.add(record.image_id)

    def _records(self, receipt: Receipt) -> "Iterator[_Counted]":
        with decompress(BytesIO(self.content(receipt, receipt.labels)), ".zst") as lines:
            yield from map(_Counted.model_validate_json, lines)

    def content(self, receipt: Receipt, file: WrittenFile) -> bytes:
        """All of a file of a shard, which one process has held before. Raises `InputError` where it changed."""
        content = self.folder.read(file.name)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise self._damaged(receipt.shard, f"{file.name}: its bytes changed")
        return content

    def files(self) -> Iterator[tuple[str, str]]:
        """What is never written over, its place and its name for messages: inputs, plan and shards."""
        for one in self.plan.inputs:
            yield one.path, f"the input {one.path}"
        for name in (PLAN, *sorted(self.plan.copies)):
            yield self.place.of(name), f"{name} of the plan"
        for number in range(len(self.plan.shards)):
            for name in (labels_name(number), rejected_name(number), receipt_name(number)):
                yield self.folder.of(name), f"{name} of shard {number}"

    def _label(self, shards: str, *, overwrite: bool = False) -> str:
        return label_command(self.place, self.folder, shards, overwrite=overwrite)

    def _damaged(self, shard: int, what: str) -> InputError:
        again = self._label(str(shard), overwrite=True)
        return InputError(
            f"{self.folder}: shard {shard} is not what its receipt says: {what}. Label it again, with the options"
            f" of the others: {again}"
        )


class _Counted(BaseModel):
    """What is counted of a record; the rest of it is parsed, and no objects are made of it."""

    image_id: int | str
    captions: list[str]


def _summary(plan: Plan, receipts: Sequence[Receipt]) -> RunSummary:
    """That of a single run over the input."""
    summaries = [receipt.summary for receipt in receipts]
    counts = sum((RunCounts(**_counts(one)) for one in summaries), RunCounts())
    rejected = _total(one.rejected for one in summaries)
    return RunSummary(
        **counts.model_dump(),
        status="nothing labelled" if rejected and not counts.images else "complete",
        rows_read=plan.rows,
        rejected=rejected,
        bytes=sum(one.bytes for one in summaries),
        config=summaries[0].config,
        config_hash=summaries[0].config_hash,
        versions=summaries[0].versions,
        input=InputSettings(path=plan.path, **plan.reading.model_dump()),
        fingerprint=plan.fingerprint,
        failed=tuple(failed for one in summaries for failed in one.failed),
        left_out=_total(one.left_out for one in summaries),
    )


def _counts(summary: RunSummary) -> Mapping[str, object]:
    return {name: getattr(summary, name) for name in RunCounts.model_fields}


def _total(numbers: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in numbers:
        total.update(one)
    return dict(sorted(total.items()))


class _Target:
    """What is written: a label file with its companions, or a summary alone; here or elsewhere."""

    def __init__(self, output: str, merge: _Merge, overwrite: bool) -> None:
        self._merge = merge
        place, slash, self.name = output.rpartition("/")
        self._folder = Folder(place + slash or ".")
        suffixes = Path(self.name).suffixes
        self.is_summary = suffixes[-1:] == [".json"]
        if not self.is_summary and suffixes[-1:] != [".jsonl"] and suffixes[-2:-1] != [".jsonl"]:
            raise UsageError(
                f"{output}: expected a name that ends in .jsonl, .jsonl.gz or .jsonl.zst (labels), or in .json"
                " (the summary alone)"
            )
        for name in (self.name, *(() if self.is_summary else (self._rejected, self._summary))):
            self._check(name)
        if self._folder.exists(self.name) and not overwrite:
            raise UsageError(f"{output} exists already. Choose another file, or --overwrite to replace it")
        if not self.is_summary and self._folder.local is not None:
            check_rejected_file(self._folder.local / self._rejected, overwrite=overwrite, option="OUT")
            OutputPaths(self._folder.local / self.name).check_summary(overwrite=overwrite)

    @property
    def _rejected(self) -> str:
        return f"{self.name}.rejected.jsonl"

    @property
    def _summary(self) -> str:
        return f"{self.name}.summary.json"

    def _check(self, name: str) -> None:
        """Raises `UsageError` for a file that is read: of the plan, of a shard, or an input."""
        output = self._folder.local
        # There may be many files, and only what is there can be lost.
        if output is not None:
            read = self._merge.files() if (output / name).exists() else ()
            files = {what: Path(place) for place, what in read if not is_url(place)}
            check_output(output / name, files, option="OUT")
            return
        for place, what in self._merge.files():
            if place == self._folder.of(name):
                raise UsageError(f"{place} is {what}; writing it would destroy it. Choose another file")

    def write_labels(self, receipts: Sequence[Receipt], progress: Callable[[Progress], None]) -> int:
        """The label files of all shards behind each other; the size in bytes."""
        suffix, captions = Path(self.name).suffix, 0
        with self._folder.adding(self.name) as unfinished:
            with unfinished.open("wb") as raw, ExitStack() as stack:
                # Frames of zstandard behind each other are one file: the bytes are those of the shards.
                stream = raw if suffix == ".zst" else stack.enter_context(compress(raw, suffix))
                for receipt in receipts:
                    content = self._merge.content(receipt, receipt.labels)
                    if suffix == ".zst":
                        stream.write(content)
                    else:
                        with decompress(BytesIO(content), ".zst") as lines:
                            copyfileobj(lines, stream)
                    captions += receipt.summary.captions
                    progress(Progress("merging", captions, None))
            return unfinished.stat().st_size

    def write_rejected(self, receipts: Sequence[Receipt]) -> str:
        """The rejected rows of all shards behind each other; where they are."""
        with self._folder.adding(self._rejected) as unfinished, unfinished.open("wb") as file:
            for receipt in receipts:
                if receipt.rejected:
                    file.write(self._merge.content(receipt, receipt.rejected))
        return self._folder.of(self._rejected)

    def write_summary(self, summary: RunSummary) -> None:
        """As `OUTPUT.summary.json`, or under the name asked for."""
        name = self.name if self.is_summary else self._summary
        self._folder.write(name, summary.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")


def _tidy(folder: Folder) -> None:
    """Remove what killed workers left under temporary names: all shards are done."""
    if folder.local is not None:
        for file in folder.local.glob(".[0-9][0-9][0-9][0-9][0-9].*"):
            file.unlink(missing_ok=True)
