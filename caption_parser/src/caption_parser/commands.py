"""What the commands do, as functions: the same arguments, and options by the same names."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from caption_parser.config import ParserConfig, ParserFields, check_names, with_options
from caption_parser.evaluation.evaluate import evaluate as evaluate_labels
from caption_parser.export.find import Query, QueryFields
from caption_parser.export.find import find as find_images
from caption_parser.export.options import ExportFields, ExportOptions
from caption_parser.export.run import export_labels as run_export
from caption_parser.readers import InputOptions
from caption_parser.readers.inputs import InputFields
from caption_parser.report.explanation import explain as explain_caption
from caption_parser.runs.options import RunFields, RunOptions
from caption_parser.runs.run import label_file as run_label_file

if TYPE_CHECKING:
    from caption_parser.evaluation.records import Evaluation
    from caption_parser.export.run import ExportSummary
    from caption_parser.report.explanation import Explanation
    from caption_parser.runs.job import Progress
    from caption_parser.runs.summary import RunSummary
    from shared_schemas import ImageLabels


class LabelFileFields(ParserFields, InputFields, RunFields, total=False):
    """What `label_file` takes by name: the fields of `ParserConfig`, `InputOptions` and `RunOptions`."""


def label_file(
    source: str | Path | Sequence[str | Path],
    output: str | Path,
    config: ParserConfig | None = None,
    *,
    inputs: InputOptions | None = None,
    run: RunOptions | None = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
    **options: Unpack[LabelFileFields],
) -> "RunSummary":
    """Label the captions of `source` into the label file `output`: what `capparse label` does.

    The same call after an interruption resumes; the bytes of `output` are the same whatever the number of
    processes and of interruptions. Rows without a usable caption go to `OUTPUT.rejected.jsonl` unless `rejected`
    says where, the summary to `OUTPUT.summary.json`.

    Args:
        source: path or pattern of the captions, several of them as one input, or `-` for standard input.
        output: path of the label file (`.gz` and `.zst` are compressed), or `-` for standard output.
        config, inputs, run: what decides the labels; how captions are read and which are taken; how the run goes
            about its work. None: the defaults.
        progress: called now and then.
        options: single fields of these three, named as the command's options: `mode="paper"`, `limit=1000`,
            `processes=4`.

    Raises:
        UsageError: an argument does not fit, or `output` belongs to a run over other captions or settings.
        InputError: `source` as a whole cannot be read.
        TooManyRejectedError: more rows are unusable than `strict` or `max_errors` allow.
        OutputError: `output` cannot be written; what was labelled is kept for the next call.
    """
    check_names("label_file", options, ParserConfig, InputOptions, RunOptions)
    return run_label_file(
        source,
        output,
        with_options("label_file", config, options, ParserConfig),
        inputs=with_options("label_file", inputs, options, InputOptions),
        run=with_options("label_file", run, options, RunOptions),
        progress=progress,
    )


def explain(caption: str, config: ParserConfig | None = None, **options: Unpack[ParserFields]) -> "Explanation":
    """Follow one caption on its way to its labels: what `capparse explain` does.

    `options` are fields of `ParserConfig`, named as the command's options: `mode="paper"`, `without="implied"`.
    Raises `UsageError` for a value that does not fit, and for a labeller that matches strings.
    """
    check_names("explain", options, ParserConfig)
    return explain_caption(caption, with_options("explain", config, options, ParserConfig))


def evaluate(
    labels: str | Path,
    truth: str | Path,
    *,
    label_space: str | Path = "coco",
    against: str | Path | None = None,
    min_votes: int = 1,
    crowd: bool = True,
    strict: bool = False,
    missing: str = "nothing",
) -> "Evaluation":
    """Score the label file `labels` against ground truth in COCO's format: what `capparse evaluate` does.

    Args:
        labels, truth: paths.
        label_space: the one that made the labels.
        against: a second label file to compare with class by class.
        min_votes: count a class only if this many captions of the image assert it.
        crowd: whether crowd regions count as their class.
        strict: refuse a truth with a mask that is none, in place of leaving its pixels out.
        missing: how images without a record are scored: as "nothing" predicted, or not at all ("skip").

    Raises:
        InputError, RecordError, LabelSpaceError, UsageError: a file or an option does not fit.
    """
    return evaluate_labels(
        Path(labels),
        Path(truth),
        label_space=label_space,
        against=None if against is None else Path(against),
        min_votes=min_votes,
        include_crowd=crowd,
        strict=strict,
        missing=missing,
    )


def export_labels(
    labels: str | Path,
    to: str,
    output: str | Path,
    config: ExportOptions | None = None,
    *,
    overwrite: bool = False,
    **options: Unpack[ExportFields],
) -> "ExportSummary":
    """Write a label file for another program: what `capparse export` does.

    `options` are fields of `ExportOptions`, named as the command's options: `rows="mentions"`. The rest is as of
    `caption_parser.export.run.export_labels`, which says what is raised.
    """
    check_names("export_labels", options, ExportOptions)
    settings = with_options("export_labels", config, options, ExportOptions)
    return run_export(labels, to, output, settings, overwrite=overwrite)


def find(
    labels: str | Path,
    query: Query | None = None,
    *,
    label_space: str | Path | None = None,
    **options: Unpack[QueryFields],
) -> "Iterator[ImageLabels]":
    """The records whose captions say what is asked for: what `capparse find` does.

    `options` are fields of `Query`: `find("labels.jsonl", classes=["cat"], attributes=["black"], min_votes=2)`.
    Raises `UsageError` for a class that the label space lacks; else as `open_labels` does.
    """
    check_names("find", options, Query)
    return find_images(labels, with_options("find", query, options, Query), label_space=label_space)
