"""`capparse label`: the captions of a file to a label file."""

from typing import Annotated

import typer

from caption_parser.cli import options as shared
from shared_runtime.errors import ExitCode, UsageError


def label_command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT...",
            help="Captions: COCO and other JSON, JSONL, CSV, TSV, Parquet, text, WebDataset (capparse formats);"
            " several files, patterns or URLs, as one input; - for standard input.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT.jsonl",
            help="Label file (also .gz, .zst); - for stdout. With --plan, the folder of the shards  [default:"
            " PLAN/labels]",
        ),
    ] = None,
    label_space: shared.LabelSpaceOfMode = None,
    mode: shared.Mode = "visual",
    labeller: Annotated[
        str, typer.Option(metavar="synsets|exact|synonyms:FILE", help="The parser, or a string-matching baseline.")
    ] = "synsets",
    senses: shared.Senses = "default",
    joint: Annotated[
        bool | None,
        typer.Option("--joint/--no-joint", help="Choose one sense per word and image  [default: in visual mode]"),
    ] = None,
    caption_prior: Annotated[
        bool | None,
        typer.Option(
            "--caption-prior/--no-caption-prior",
            help="Weigh senses by how often captions mean them  [default: in visual mode]",
        ),
    ] = None,
    certainty: Annotated[
        float,
        typer.Option(
            metavar="0..1", help="Skip the sense model where captions mean one label at least this often."
        ),
    ] = 0.95,
    margin: Annotated[
        float,
        typer.Option(
            metavar="0..1",
            help="Drop a label unless it is more probable than the next one by this much.",
        ),
    ] = 0.0,
    skip_undisputed: Annotated[
        bool,
        typer.Option(
            "--skip-undisputed/--ask-all", help="Skip the sense model where all senses lead to the same label."
        ),
    ] = True,
    objects: Annotated[
        str,
        typer.Option(
            metavar="syntax|sng", help="What finds noun phrases: the built-in rules, or SceneGraphParser."
        ),
    ] = "syntax",
    spacy_model: shared.SpacyModel = None,
    attributes: shared.Attributes = "low-level",
    block: shared.Block = "all",
    without: shared.Without = "",
    also: shared.Also = "",
    keep_unlabelled: Annotated[
        bool, typer.Option("--keep-unlabelled", help="Also write the mentions that got no label.")
    ] = False,
    relations: shared.Relations = False,
    format: shared.Format = None,
    caption_field: shared.CaptionField = None,
    image_field: shared.ImageField = None,
    all_captions: shared.AllCaptions = False,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Only the first N captions.")] = None,
    sample: Annotated[int | None, typer.Option(metavar="N", help="Only N random images.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Which random images --sample draws.")] = 0,
    grouped: Annotated[
        bool,
        typer.Option(
            "--grouped",
            help="The captions of an image follow each other: label while reading. With --processes 1, a pipe"
            " shows its first records after a few captions.",
        ),
    ] = False,
    processes: Annotated[
        str,
        typer.Option(
            metavar="N|auto",
            help="Worker processes, at most one for 512 captions; auto: all cores, one for small inputs.",
        ),
    ] = "auto",
    rejected: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where unusable rows go  [default: OUT.jsonl.rejected.jsonl]"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first unusable row.")] = False,
    max_errors: Annotated[
        int | None, typer.Option(metavar="N", help="Stop when more than N rows are unusable.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start over, replacing what is there.")] = False,
    plan: Annotated[
        str | None,
        typer.Option(metavar="PLAN", help="Label shards of this plan (capparse plan) in place of INPUT."),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I", help="Which shards: 7, or 0,4,8-11  [default: all without a receipt]"),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="local|slurm|ray", help="Let datatrove start --workers workers there (capparse[engines])."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="How many processes --engine keeps at work  [default: 1]")
    ] = None,
    engine_option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="For datatrove's executor, such as partition=cpu (repeatable)."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check options, input and models; estimate the work; write nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no progress and no summary.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Also print configuration, versions, class counts.")
    ] = False,
) -> None:
    """Label the captions of one or more files: one record per image, in the order of the input.

    Examples:

      capparse label captions_val2017.json -o labels.jsonl

      zcat captions.tsv.gz | capparse label - --format tsv -o - | head

      capparse plan captions.tsv -o plan; capparse label --plan plan; capparse merge plan labels.jsonl.zst

    The same command resumes an interrupted run. Exit codes: 0 done, 1 failure, or no row was usable, 2 usage,
    3 done, but some rows were unusable, 4 a model or package is missing, 130 interrupted, 141 who read the output
    went away.
    """
    options = locals()  # each goes by its name to the object that has a field of that name
    if engine is None:
        for option, value in (("--workers", workers), ("--engine-option", engine_option)):
            if value is not None:
                raise UsageError(f"{option} goes with --engine local, slurm or ray. Without one: --processes")
    if plan is not None:
        from caption_parser.cli.planned import label_planned

        return label_planned(options)
    import sys

    from caption_parser.config import ParserConfig
    from caption_parser.readers import InputOptions
    from caption_parser.runs.options import RunOptions, is_stream
    from caption_parser.runs.run import label_file
    from caption_parser.runs.summary import shown_to
    from shared_runtime.command_line.progress import progress_display

    if not sources or output is None:
        missing = "INPUT" if not sources else "-o OUT.jsonl"
        raise UsageError(f"missing {missing}. Try: capparse label captions.json -o labels.jsonl, or --plan PLAN")
    if shard is not None or engine is not None:
        raise UsageError("--shard and --engine go with --plan PLAN, which capparse plan makes")
    if "-" in sources and sys.stdin.isatty():
        typer.echo("reading captions from the terminal, end with Ctrl-D", err=True)
    try:
        with progress_display(quiet=quiet) as show:
            summary = label_file(
                sources,
                output,
                shared.from_options(ParserConfig, options),
                inputs=shared.from_options(InputOptions, options),
                run=shared.from_options(RunOptions, options),
                progress=lambda at: shared.show_progress(show, at, quiet=quiet),
            )
    except KeyboardInterrupt:
        again = "the same command without --overwrite" if overwrite else "the same command again"
        typer.echo("interrupted" if is_stream(output) else f"interrupted; run {again} to resume", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    for line in shown_to(summary, quiet=quiet, verbose=verbose):
        typer.echo(line, err=True)
    raise typer.Exit(summary.exit_code)
