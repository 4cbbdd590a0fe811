"""What a run did: the same numbers for `OUT.summary.json` and for a person."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from caption_parser.config import ParserConfig
from caption_parser.readers.lines import RECODE
from caption_parser.readers.rows import Reason
from caption_parser.runs.state import FailedImage, Fingerprint, InputSettings, RunCounts, RunSettings, RunState
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted

Status = Literal["complete", "nothing labelled", "up to date", "dry run"]
"""`nothing labelled`: all rows were rejected, and no label file was written; `up to date`: a complete file was
found, nothing had to be done."""


class Timing(FrozenModel):
    """What differs from run to run over the same captions."""

    loading_seconds: NonNegativeFloat
    """Until the models were there."""
    seconds: NonNegativeFloat
    """From then on: reading, grouping, labelling, writing."""
    captions_per_second: NonNegativeFloat
    """Captions labelled in this run over `seconds`."""
    processes: PositiveInt
    resumed_after_images: NonNegativeInt = 0
    """Images that an interrupted run had labelled before."""


class Estimate(FrozenModel):
    """What a run would cost, from the speed on its first captions."""

    images: NonNegativeInt
    """Left to label."""
    captions: NonNegativeInt
    seconds: NonNegativeFloat
    bytes: NonNegativeInt
    processes: PositiveInt


class RunSummary(RunCounts):
    """The counts of a label file, what it depends on, and how the run went."""

    status: Status
    rows_read: NonNegativeInt
    """Captions, and rows that hold no usable one: a row of a file may hold several captions, or none."""
    rejected: dict[str, int]
    """Rows without a usable caption, and images that could not be labelled, by reason."""
    rejected_file: str | None = None
    """Where they lie; none: there are none, or they are only counted."""
    bytes: NonNegativeInt
    config: ParserConfig
    config_hash: str
    versions: dict[str, str]
    input: InputSettings
    fingerprint: Fingerprint
    timing: Timing | None = None
    estimate: Estimate | None = None
    failed: tuple[FailedImage, ...] = ()
    """Images that are not in the label file."""
    left_out: dict[str, int] = Field(default_factory=dict)
    """Texts that are no captions by the layout of the input, by reason (`--all-captions` reads them)."""

    @property
    def state(self) -> RunState:
        """The summary as the state of a run that is done."""
        return RunState(
            settings=RunSettings(config=self.config, versions=self.versions, input=self.input),
            fingerprint=self.fingerprint,
            counts=RunCounts(**{name: getattr(self, name) for name in RunCounts.model_fields}),
            bytes=self.bytes,
            failed=self.failed,
        )

    @property
    def exit_code(self) -> ExitCode:
        """Whether all rows were labelled, only part of them, or none."""
        if self.rejected and not (self.estimate.images if self.estimate else self.images):
            return ExitCode.FAILURE
        return ExitCode.PARTIAL if self.rejected else ExitCode.OK


def describe(summary: RunSummary, *, verbose: bool = False) -> Iterator[str]:
    """The summary for a person, line by line; `verbose`: with configuration, versions and class counts."""
    done = f"{counted(summary.images, 'image')}, {counted(summary.captions, 'caption')}"
    if summary.estimate is not None:
        done = "nothing was written"
    elif summary.status == "nothing labelled":
        done = "no row is usable, and no label file was written"
    yield f"{summary.status}: {done}"
    rejected = (
        f", {sum(summary.rejected.values()):,} rejected ({_counts(summary.rejected)})" if summary.rejected else ""
    )
    yield f"  read       {counted(summary.rows_read, 'caption')}{rejected}"
    if summary.left_out:
        yield f"  left out   {_counts(summary.left_out)}: no captions by the layout; --all-captions reads them"
    if summary.rejected_file:
        yield f"  rejected   {summary.rejected_file}: file, row, reason and text of each"
    if encoded := summary.rejected.get(Reason.WRONG_ENCODING):
        yield f"  encoding   {counted(encoded, 'row')} not in UTF-8. If they are in Latin-1: {RECODE}"
    if cut := [reason for reason in summary.rejected if reason.startswith("truncated-")]:
        yield f"  lost       an input ends too early ({', '.join(cut)}): what followed the cut is not labelled"
    if damaged := summary.rejected.get(Reason.DAMAGED_ROW_GROUP):
        yield f"  lost       {counted(damaged, 'row')} of Parquet row groups that do not decode"
    if summary.estimate:
        estimate = summary.estimate
        yield (
            f"  to do      {counted(estimate.images, 'image')}, {counted(estimate.captions, 'caption')}: about"
            f" {estimate.seconds:,.0f} s (processes: {estimate.processes}), {estimate.bytes / 1e6:,.1f} MB"
        )
    else:
        labelled = counted(summary.labelled_images, "image")
        yield f"  labelled   {labelled}; mentions: {_counts(summary.mentions) or 'none'}"
        if without := summary.images - summary.labelled_images:
            how = "capparse report" if summary.config.keep_unlabelled else "label --keep-unlabelled, then report,"
            yield f"  no class   {counted(without, 'image')}; {how} counts the nouns that gave none"
    if summary.timing and summary.status in ("complete", "nothing labelled"):
        timing = summary.timing
        resumed = (
            f", resumed after {counted(timing.resumed_after_images, 'image')}"
            if timing.resumed_after_images
            else ""
        )
        yield (
            f"  speed      {timing.captions_per_second:,.0f} captions/s"
            f" ({timing.seconds:,.1f} s after {timing.loading_seconds:,.1f} s of loading,"
            f" processes: {timing.processes}{resumed})"
        )
    if verbose:
        config = summary.config.model_dump(mode="json", exclude_none=True)
        yield f"  config     {summary.config_hash}: {_values(config)}"
        yield f"  versions   {_values(summary.versions)}"
        for kind, classes in (("foreground", summary.foreground), ("background", summary.background)):
            yield f"  {kind} (images per class)"
            yield from (f"    {count:>9,}  {name}" for name, count in classes.items())


def shown_to(summary: RunSummary, *, quiet: bool, verbose: bool) -> Iterator[str]:
    """What of `describe` a person is shown: with `quiet` nothing, unless the run came to nothing."""
    if not quiet:
        yield from describe(summary, verbose=verbose)
    elif summary.exit_code is ExitCode.FAILURE:
        yield from (line for line in describe(summary) if not line.startswith(_OF_A_RUN))


_OF_A_RUN = ("  labelled", "  no class", "  speed")


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())


def _values(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
