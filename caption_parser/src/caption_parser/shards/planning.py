"""`make_plan`: one pass over the input cuts it into shards. What `capparse plan` does.

Shards end where the batches of a single run end (`runs.batches`), so that the label files of all shards, one
behind the other, are the one that a single run over the same input writes.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path

from caption_parser.readers import CaptionRow, ReadingOptions, Row
from caption_parser.readers.read import InputPart, input_parts, read_part
from caption_parser.readers.rows import RowFields, row_fields
from caption_parser.readers.source import STDIN
from caption_parser.runs.batches import BATCH_CAPTIONS
from caption_parser.runs.job import Progress
from caption_parser.runs.kept_rows import KeptRows
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.scattered import brought_together, image_of
from caption_parser.runs.state import RunningFingerprint, shown_fields
from caption_parser.shards.copies import COPIES, is_copy, write_copies
from caption_parser.shards.pieces import CopyTrack, Track, needs_copies, track
from caption_parser.shards.plan import PLAN, Piece, Plan, PlannedInput, Shard, load_plan
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import check_no_stream, shown_path
from shared_runtime.storage import Folder, file_size

CAPTIONS_PER_SHARD = 100_000
"""A minute or two of work for one process: little to do again, and a thousandth of it goes into starting."""
_REPORT_ROWS = 4096


def make_plan(
    source: str | Path | Sequence[str | Path],
    folder: str | Path,
    *,
    captions_per_shard: int = CAPTIONS_PER_SHARD,
    reading: ReadingOptions | None = None,
    overwrite: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Plan:
    """Cut `source` into shards and write the plan to `folder`.

    Files that can be entered in their middle (lines of text, Parquet) are only read, and a shard is a range of
    bytes or records; the captions of others, and those of images that come back after other images, are copied.

    Args:
        source: paths, patterns or URLs of captions, in any format; several of them are one input.
        folder: path or URL of a folder.
        captions_per_shard: a shard ends with the first batch that has this many.
        reading: how captions are read; None: as their names tell.
        overwrite: replace a plan that is there, with its copies; what is labelled stays where the new plan is the
            same.
        progress: called now and then, and with a note on which columns are read.

    Raises:
        UsageError: an argument does not fit, or `folder` has a plan, or files of others.
        InputError: an input cannot be read.
        OutputError: the plan cannot be written.
    """
    reading = reading or ReadingOptions()
    check_no_stream(folder)
    target = Folder(folder)
    if captions_per_shard < 1:
        raise UsageError(f"--captions-per-shard: got {captions_per_shard}, expected at least 1")
    sources = [source] if isinstance(source, (str, Path)) else list(source)
    if STDIN in sources:
        raise UsageError("-: shards are read several times, standard input only once. Save it to a file first")
    parts = input_parts(sources, reading)
    before = _copies_before(target, overwrite=overwrite)
    with KeptRows() as kept, KeptRows() as whole, Repeats() as repeats:
        planner = _Planner(captions_per_shard, progress)
        inputs = tuple(planner.read(part, number, kept, repeats) for number, part in enumerate(parts))
        shards, fingerprint = planner.end(), planner.whole.value
        if not sum(one.rows for one in inputs):
            raise InputError(f"{', '.join(map(str, sources[:3]))}: there are no captions in it")
        again = repeats.found()
        if again == frozenset():
            write_copies(kept, target)
        else:
            rows = _all_rows(parts, inputs, kept, whole)
            shards = _Planner(captions_per_shard, progress).read_sorted(rows, again, target)
    plan = Plan(
        reading=reading,
        captions_per_shard=captions_per_shard,
        inputs=inputs,
        sorted_by_image=again != frozenset(),
        fingerprint=fingerprint,
        shards=shards,
    )
    target.write(PLAN, plan.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")
    for name in sorted(before - plan.copies):
        target.remove(name)
    return plan


def _copies_before(folder: Folder, *, overwrite: bool) -> frozenset[str]:
    """The copies of captions that an earlier plan left. Raises `UsageError` for a folder that a plan may not have.

    A plan has a folder of its own, so that none of its names is that of a file of the user's.
    """
    found = {f"{COPIES}/{name}" for name in folder.names(COPIES)}
    # Hidden ones are what systems and killed processes leave behind.
    others = sorted(name for name in found if not is_copy(name) and not name.startswith(f"{COPIES}/."))
    if folder.exists(PLAN):
        if not overwrite:
            raise UsageError(f"{folder} has a plan already. Use another -o, or --overwrite to replace it")
        with suppress(InputError):
            found |= load_plan(folder).copies
    else:
        others += [name for name in folder.names() if name != COPIES and not name.startswith(".")]
    if others:
        raise UsageError(
            f"-o {folder}: got a folder with {others[0]} in it, expected a new one, or one that has a plan alone."
            f" Try -o {folder.of('plan')}"
        )
    # A plan is a file: whatever it names, nothing else is removed.
    return frozenset(filter(is_copy, found))


class _Planner:
    """Takes rows one by one, and cuts them into shards."""

    def __init__(self, captions_per_shard: int, progress: Callable[[Progress], None]) -> None:
        self.whole = RunningFingerprint()
        """Of all captions as the inputs have them."""
        self._size, self._progress = captions_per_shard, progress
        self._said: set[str] = set()
        self._shards: list[Shard] = []
        self._pieces: list[Piece] = []
        self._image: int | str | None = None
        self._rows = self._batch = self._rows_read = 0
        self._fingerprint = RunningFingerprint()

    def read(self, part: InputPart, number: int, kept: KeptRows, repeats: Repeats) -> PlannedInput:
        """Take all rows of an input; the images go to `repeats`, what has to be copied to `kept`."""
        rows, captions_before = self._rows_read, self.whole.rows
        with track(part, number, kept) as tracked, closing(read_part(part, self._notice)) as of_part:
            last = 0
            for row in of_part:
                # The ids 1 and "1" are different images.
                if isinstance(row, CaptionRow) and row.image_id != self._image:
                    repeats.add(row.image_id)
                    # Captions of one record are not parted, even if they are of several images.
                    self._end_image(row, tracked, may_cut=row.row > last)
                last = max(last, row.row)
                self._take(row, tracked)
            self._end_piece(tracked, None)
        path = str(part.source)
        if path != shown_path(path):
            raise InputError(
                f"{shown_path(path)}: the name is not UTF-8, and a plan can only name files that are. Rename it"
            )
        return PlannedInput(
            path=path,
            format=part.format.name,
            bytes=file_size(path),
            rows=self._rows_read - rows,
            captions=self.whole.rows - captions_before,
            image=part.image,
        )

    def read_sorted(self, rows: KeptRows, again: Set[int] | None, folder: Folder) -> tuple[Shard, ...]:
        """The shards of all `rows`, copied to `folder` image by image; rejected rows come first."""
        with closing(CopyTrack(folder)) as copies:
            for rejected in rows.rejected():
                self._take(rejected, copies)
            with brought_together(rows, again) as images:
                for of_image in images:
                    self._end_image(None, copies, may_cut=True)
                    for fields in _with_the_first(of_image):
                        self._fingerprint.take(shown_fields(fields))
                        self._batch += 1
                        copies.add(fields, len(self._shards))
                        self._count()
            self._end_piece(copies, None)
        return self.end()

    def end(self) -> tuple[Shard, ...]:
        """All shards, after the last row."""
        if self._pieces:
            self._end_shard()
        return tuple(self._shards)

    def _take(self, row: Row, tracked: Track) -> None:
        if isinstance(row, CaptionRow):
            self._image = row.image_id
            shown = shown_fields(row_fields(row))
            self._fingerprint.take(shown)
            self.whole.take(shown)
            self._batch += 1
        tracked.add(row, len(self._shards))
        self._count()

    def _count(self) -> None:
        self._rows += 1
        self._rows_read += 1
        if self._rows_read % _REPORT_ROWS == 0:
            self._progress(Progress("reading", self._rows_read, None))

    def _end_image(self, row: CaptionRow | None, tracked: Track, *, may_cut: bool) -> None:
        """End a full batch, and a full shard with it; `row`: the next one, where an input is entered again."""
        if self._batch < BATCH_CAPTIONS:
            return
        self._batch = 0
        if may_cut and self._fingerprint.rows >= self._size:
            self._end_piece(tracked, row)
            self._end_shard()

    def _end_piece(self, tracked: Track, row: CaptionRow | None) -> None:
        if not tracked.is_empty:
            self._pieces.append(tracked.cut(row))

    def _end_shard(self) -> None:
        shard = Shard(pieces=tuple(self._pieces), rows=self._rows, fingerprint=self._fingerprint.value)
        self._shards.append(shard)
        self._pieces, self._rows, self._fingerprint = [], 0, RunningFingerprint()

    def _notice(self, name: str, what: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self._progress(Progress("reading", 0, None, f"{name}: {what}"))


def _with_the_first(rows: Sequence[RowFields]) -> Iterator[RowFields]:
    """The rows of an image, each with the number, file name and input that a single run takes for its record."""
    if len(rows) == 1:
        yield rows[0]
        return
    image = image_of(rows)
    for caption in image.captions:
        yield image.image_id, caption, image.row, image.file_name, image.source


def _all_rows(
    parts: Sequence[InputPart], inputs: Sequence[PlannedInput], kept: KeptRows, whole: KeptRows
) -> KeptRows:
    """The rows of all inputs: `kept`, where they are all in it; else `whole`, which takes them in.

    `kept` has those of the inputs that cannot be entered in their middle; the others are read again.
    """
    if kept.count == sum(one.rows for one in inputs):
        return kept
    rows = kept.rows()
    for part, planned in zip(parts, inputs, strict=True):
        before = whole.count
        for row in islice(rows, planned.rows) if needs_copies(part) else read_part(part):
            whole.add(row)
        if whole.count - before != planned.rows:
            raise InputError(f"{planned.path} changed while it was read. Plan it anew when it is complete")
    return whole
