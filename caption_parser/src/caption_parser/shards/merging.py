"""`merge_shards`: what all shards of a plan say together, checked against the plan. What `capparse merge` does."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj

from pydantic import BaseModel

from caption_parser.runs.job import Progress
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.state import InputSettings, RunCounts
from caption_parser.runs.summary import RunSummary
from caption_parser.shards.labelling import shards_folder
from caption_parser.shards.plan import Plan, load_plan, shown_numbers
from caption_parser.shards.receipts import Receipt, WrittenFile, receipt_of
from shared_runtime.errors import InputError, UsageError
from shared_runtime.storage import Folder, file_size, is_url
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
    planned, folder = load_plan(Folder(plan)), shards_folder(plan, shards)
    target = _Target(str(output), planned, overwrite)
    receipts = _receipts(planned, folder)
    _check_sums(planned, receipts, folder)
    if verify:
        _verify(receipts, folder, progress)
    summary = _summary(planned, receipts)
    if not target.is_summary:
        summary = summary.model_copy(update={"bytes": target.write_labels(receipts, folder, progress)})
        if any(receipt.rejected for receipt in receipts):
            summary = summary.model_copy(update={"rejected_file": target.write_rejected(receipts, folder)})
    target.write_summary(summary)
    _tidy(folder)
    return summary


def _receipts(plan: Plan, folder: Folder) -> list[Receipt]:
    """Those of all shards, made in the same way. Raises `InputError` and `UsageError`."""
    found = [receipt_of(number, plan, folder) for number in range(len(plan.shards))]
    if missing := [number for number, receipt in enumerate(found) if receipt is None]:
        raise InputError(
            f"{folder}: {len(missing)} of {len(found)} shards have no receipt. Try: capparse label --plan PLAN"
            f" --shard {shown_numbers(missing)}, with the options of the others"
        )
    receipts = [receipt for receipt in found if receipt is not None]
    for receipt in receipts[1:]:
        advice = f"Label one of them again: capparse label --plan PLAN --shard {receipt.shard} --overwrite"
        receipts[0].made_by.check_same(receipt.made_by, f"{folder.of(receipts[0].labels.name)}", advice)
    return receipts


def _check_sums(plan: Plan, receipts: Sequence[Receipt], folder: Folder) -> None:
    for receipt in receipts:
        for file in filter(None, (receipt.labels, receipt.rejected)):
            size = file_size(folder.of(file.name))
            if size != file.bytes:
                raise _damaged(folder, receipt.shard, f"{file.name}: {size:,} bytes, expected {file.bytes:,}")
        summary, shard = receipt.summary, plan.shards[receipt.shard]
        captions = summary.captions + sum(len(failed.captions) for failed in summary.failed)
        if (summary.rows_read, captions) != (shard.rows, shard.fingerprint.rows):
            got = f"{summary.rows_read:,} rows with {captions:,} captions"
            expected = f"{shard.rows:,} with {shard.fingerprint.rows:,}"
            raise _damaged(folder, receipt.shard, f"{got}, expected {expected} as planned")


def _damaged(folder: Folder, shard: int, what: str) -> InputError:
    again = f"Label it again: capparse label --plan PLAN --shard {shard} --overwrite"
    return InputError(f"{folder}: shard {shard} is not what its receipt says: {what}. {again}")


class _Counted(BaseModel):
    """What is counted of a record; the rest of it is parsed, and no objects are made of it."""

    image_id: int | str
    captions: list[str]


def _verify(receipts: Sequence[Receipt], folder: Folder, progress: Callable[[Progress], None]) -> None:
    """Raises `InputError`: a file has another hash, or not the records that it should; an image came twice."""
    with Repeats() as images:
        captions = 0
        for receipt in receipts:
            if receipt.rejected:
                _content(receipt, receipt.rejected, folder)
            counted = [0, 0]
            with decompress(BytesIO(_content(receipt, receipt.labels, folder)), ".zst") as lines:
                for line in lines:
                    record = _Counted.model_validate_json(line)
                    images.add(record.image_id)
                    counted[0] += 1
                    counted[1] += len(record.captions)
            expected = [receipt.summary.images, receipt.summary.captions]
            if counted != expected:
                raise _damaged(folder, receipt.shard, f"images and captions: {counted}, expected {expected}")
            captions += counted[1]
            progress(Progress("verifying", captions, None))
        if images.found() != frozenset():
            raise InputError(f"{folder}: an image stands in two shards, although none was planned so. Plan anew")


def _content(receipt: Receipt, file: WrittenFile, folder: Folder) -> bytes:
    """All of a file of a shard, which one process has held before. Raises `InputError` where it changed."""
    content = folder.read(file.name)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _damaged(folder, receipt.shard, f"{file.name}: its bytes changed")
    return content


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

    def __init__(self, output: str, plan: Plan, overwrite: bool) -> None:
        place, slash, self.name = output.rpartition("/")
        self._folder = Folder(place if slash else ".")
        suffixes = Path(self.name).suffixes
        self.is_summary = suffixes[-1:] == [".json"]
        if not self.is_summary and suffixes[-1:] != [".jsonl"] and suffixes[-2:-1] != [".jsonl"]:
            raise UsageError(
                f"{output}: expected a name that ends in .jsonl, .jsonl.gz or .jsonl.zst (labels), or in .json"
                " (the summary alone)"
            )
        if not is_url(output):
            plan.check_no_input(Path(output))
        if self._folder.exists(self.name) and not overwrite:
            raise UsageError(f"{output} exists already. Choose another file, or --overwrite to replace it")

    def write_labels(
        self, receipts: Sequence[Receipt], folder: Folder, progress: Callable[[Progress], None]
    ) -> int:
        """The label files of all shards behind each other; the size in bytes."""
        suffix, captions = Path(self.name).suffix, 0
        with self._folder.adding(self.name) as unfinished:
            with unfinished.open("wb") as raw, ExitStack() as stack:
                # Frames of zstandard behind each other are one file: the bytes are those of the shards.
                stream = raw if suffix == ".zst" else stack.enter_context(compress(raw, suffix))
                for receipt in receipts:
                    content = _content(receipt, receipt.labels, folder)
                    if suffix == ".zst":
                        stream.write(content)
                    else:
                        with decompress(BytesIO(content), ".zst") as lines:
                            copyfileobj(lines, stream)
                    captions += receipt.summary.captions
                    progress(Progress("merging", captions, None))
            return unfinished.stat().st_size

    def write_rejected(self, receipts: Sequence[Receipt], folder: Folder) -> str:
        """The rejected rows of all shards behind each other; where they are."""
        name = f"{self.name}.rejected.jsonl"
        with self._folder.adding(name) as unfinished, unfinished.open("wb") as file:
            for receipt in receipts:
                if receipt.rejected:
                    file.write(_content(receipt, receipt.rejected, folder))
        return self._folder.of(name)

    def write_summary(self, summary: RunSummary) -> None:
        """As `OUTPUT.summary.json`, or under the name asked for."""
        name = self.name if self.is_summary else f"{self.name}.summary.json"
        self._folder.write(name, summary.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")


def _tidy(folder: Folder) -> None:
    """Remove what killed workers left under temporary names: all shards are done."""
    if folder.local is not None:
        for file in folder.local.glob(".[0-9][0-9][0-9][0-9][0-9].*"):
            file.unlink(missing_ok=True)
