"""`label_file`: captions in a file, labels in a file. What `capparse label` does."""

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from caption_parser.config import ParserConfig
from caption_parser.labels.unknown_names import unknown_names
from caption_parser.lexicon import default_lexicon
from caption_parser.model_versions import known_versions
from caption_parser.readers import InputOptions, read_captions
from caption_parser.runs.batches import LabelImages
from caption_parser.runs.job import LabelJob, Parser, Progress
from caption_parser.runs.options import RunOptions
from caption_parser.runs.output import Destination
from caption_parser.runs.previous import previous_run
from caption_parser.runs.state import InputSettings, RunSettings
from caption_parser.runs.summary import RunSummary
from shared_runtime.errors import UsageError
from shared_runtime.files import shown_path
from shared_schemas import load_label_space
from shared_schemas.errors import shown

if TYPE_CHECKING:
    from caption_parser.pipeline import CaptionParser


class LateParser:
    """A `CaptionParser` whose models are loaded when there are captions to label, not to find that all is done."""

    def __init__(self, config: ParserConfig) -> None:
        self._config = config

    @cached_property
    def versions(self) -> dict[str, str]:
        """What the labels depend on beside the configuration."""
        return known_versions(self._config) or self._parser.versions

    @property
    def label_images(self) -> LabelImages:
        """One record per image, in the same order; loads the models."""
        return self._parser.label_images

    @cached_property
    def _parser(self) -> "CaptionParser":
        from caption_parser.pipeline import CaptionParser

        return CaptionParser(self._config)


def load_parser(config: ParserConfig) -> Parser:
    """What labels by a configuration."""
    return LateParser(config)


def label_file(
    source: str | Path | Sequence[str | Path],
    output: str | Path,
    config: ParserConfig | None = None,
    *,
    inputs: InputOptions | None = None,
    run: RunOptions | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    build_parser: Callable[[ParserConfig], Parser] = load_parser,
) -> RunSummary:
    """Label the captions of `source` into the label file `output`, image by image in order of first appearance.

    The same call after an interruption resumes, and after a complete run finds nothing to do; the bytes of
    `output` are the same whatever the number of processes and of interruptions. Rows without a usable caption go
    to `OUTPUT.rejected.jsonl` unless `run` says where, the summary to `OUTPUT.summary.json`.

    Args:
        source: path or pattern of the captions, or `-` for standard input; several of them are one input, in which
            a row that names no image has the id `PATH:ROW`.
        output: path of the label file (`.gz` and `.zst` are compressed), or `-` for standard output.
        config: what decides the labels; None: the defaults of `ParserConfig`.
        inputs: how captions are read and which of them are taken; None: as their names tell, all of them.
        run: how the run goes about its work; None: the defaults of `RunOptions`.
        progress: called now and then; also with notes: which columns are read, which names of classes may be
            misspelt.
        build_parser: makes what labels; must be picklable where processes are spawned (outside Linux).

    Raises:
        UsageError: an argument does not fit, or `output` belongs to a run over other captions or settings.
        InputError: `source` as a whole cannot be read.
        TooManyRejectedError: more rows are unusable than `run` allows.
        OutputError: `output` cannot be written; what was labelled is kept for the next call.
    """
    started = time.monotonic()
    config, inputs, run = config or ParserConfig(), inputs or InputOptions(), run or RunOptions()
    if isinstance(source, (bytes, bytearray)) or not isinstance(source, (str, Path, Sequence)):
        raise UsageError(f"label_file(source): got {shown(source)}, expected a path, or several of them")
    sources = [source] if isinstance(source, (str, Path)) else list(source)
    if not sources:
        raise UsageError("label_file(source): got an empty list, expected a path, or several of them")
    rows = read_captions(sources, inputs, lambda note: progress(Progress("reading", 0, None, note)))
    inputs.check()
    destination = Destination.of(output, run.rejected)
    destination.check(sources, config, overwrite=run.overwrite)
    for warning in unknown_names(load_label_space(config.uses_label_space), default_lexicon()):
        progress(Progress("reading", 0, None, f"warning: {warning}"))
    previous = None
    if destination.paths and not run.overwrite:
        previous = previous_run(destination.paths)
    parser = build_parser(config)
    settings = RunSettings(
        config=config,
        versions=parser.versions,
        input=InputSettings(path=" ".join(map(shown_path, sources)), **inputs.model_dump()),
    )
    if previous:
        previous.check_settings(settings)
    if not (previous and previous.summary):
        _ = parser.label_images  # what cannot be loaded is told before the input is read
    job = LabelJob(settings, parser, build_parser, destination, run, previous, progress)
    return job.run(inputs.select(rows), started)
