"""`label_file`: captions in a file, labels in a file. What `capparse label` does."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from caption_parser.config import ParserConfig
from caption_parser.readers import Row, expand_inputs, first_captions, read_captions, sample_images
from caption_parser.runs.job import LabelJob, Parser, Progress
from caption_parser.runs.options import check_output, check_processes, is_stream, parser_config
from caption_parser.runs.output import OutputPaths
from caption_parser.runs.previous import previous_run
from caption_parser.runs.state import InputSettings, RunSettings
from caption_parser.runs.summary import RunSummary
from shared_runtime.errors import UsageError


def load_parser(config: ParserConfig) -> Parser:
    """The `CaptionParser` of a configuration."""
    from caption_parser.pipeline import CaptionParser

    return CaptionParser(config)


def label_file(
    source: str | Path,
    output: str | Path,
    *,
    label_space: str = "coco",
    mode: str = "visual",
    labeller: str = "synsets",
    senses: str = "default",
    joint: bool | None = None,
    caption_prior: bool | None = None,
    certainty: float = 0.95,
    margin: float = 0.0,
    skip_undisputed: bool = True,
    objects: str = "syntax",
    spacy_model: str | None = None,
    attributes: str = "low-level",
    block: str = "all",
    without: str = "",
    keep_unlabelled: bool = False,
    format: str | None = None,
    caption_field: str | None = None,
    image_field: str | None = None,
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
    grouped: bool = False,
    processes: int | str = "auto",
    rejected: str | Path | None = None,
    strict: bool = False,
    max_errors: int | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    build_parser: Callable[[ParserConfig], Parser] = load_parser,
) -> RunSummary:
    """Label the captions of `source` into the label file `output`, image by image in order of first appearance.

    The same call after an interruption resumes, and after a complete run finds nothing to do; the bytes of
    `output` are the same whatever the number of processes and of interruptions. Rows without a usable caption go
    to `rejected` (default: `OUTPUT.rejected.jsonl`), the summary to `OUTPUT.summary.json`.

    Args:
        source: path of the captions, or `-` for standard input.
        output: path of the label file (`.gz` and `.zst` are compressed), or `-` for standard output.
        grouped: the captions of an image follow each other; labelling begins before all input is read.
        processes: a number, or `auto` for all usable cores (one where the input is small).
        strict: stop at the first rejected row; `max_errors` at the first beyond so many.
        overwrite: start anew in place of an earlier run.
        dry_run: check everything, label one batch to estimate the work, write nothing.
        progress: called now and then.
        build_parser: makes what labels; must be picklable where processes are spawned (outside Linux).
        The others are the fields of `ParserConfig` and the arguments of `read_captions`.

    Raises:
        UsageError: an argument does not fit, or `output` belongs to a run over other captions or settings.
        InputError: `source` as a whole cannot be read.
        TooManyRejectedError: see `strict`.
        OutputError: `output` cannot be written; what was labelled is kept for the next call.
    """
    started = time.monotonic()
    config = parser_config(
        label_space=label_space,
        mode=mode,
        labeller=labeller,
        senses=senses,
        joint=joint,
        caption_prior=caption_prior,
        certainty=certainty,
        margin=margin,
        skip_undisputed=skip_undisputed,
        objects=objects,
        spacy_model=spacy_model,
        attributes=attributes,
        block=block,
        without=without,
        keep_unlabelled=keep_unlabelled,
    )
    wanted = check_processes(processes)
    rows = _selected(
        read_captions(source, format=format, caption_field=caption_field, image_field=image_field),
        limit=limit,
        sample=sample,
        seed=seed,
    )
    paths = None if is_stream(str(output)) else OutputPaths(Path(output))
    rejected_path = paths.rejected if paths else None
    if rejected is not None:
        rejected_path = Path(rejected)
    _check_files(source, paths, rejected_path)
    previous = previous_run(paths, overwrite=overwrite) if paths else None
    parser = build_parser(config)
    settings = RunSettings(
        config=config,
        versions=parser.versions,
        input=InputSettings(
            path=str(source),
            format=format,
            caption_field=caption_field,
            image_field=image_field,
            limit=limit,
            sample=sample,
            seed=seed,
            grouped=grouped,
        ),
    )
    if previous:
        previous.check_settings(settings)
    job = LabelJob(
        settings=settings,
        parser=parser,
        build_parser=build_parser,
        output=str(output),
        paths=paths,
        rejected=rejected_path,
        max_errors=0 if strict else max_errors,
        previous=previous,
        processes=wanted,
        dry_run=dry_run,
        progress=progress,
        loading_seconds=time.monotonic() - started,
    )
    return job.run(rows)


def _selected(rows: Iterator[Row], *, limit: int | None, sample: int | None, seed: int) -> Iterator[Row]:
    for option, number in (("--limit", limit), ("--sample", sample)):
        if number is not None and number < 1:
            raise UsageError(f"{option}: got {number}, expected at least 1")
    if sample is not None:
        rows = sample_images(rows, sample, seed)
    return rows if limit is None else first_captions(rows, limit)


def _check_files(source: str | Path, paths: OutputPaths | None, rejected: Path | None) -> None:
    inputs = {} if source == "-" else {f"the input {path}": Path(path) for path in expand_inputs([source])}
    if paths:
        check_output(paths.output, inputs)
        inputs["the label file"] = paths.output
    if rejected:
        check_output(rejected, inputs)
