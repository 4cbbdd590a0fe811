"""`capparse label --plan`: shards of a plan, here or on an engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from caption_parser.cli import options as shared
from shared_runtime.errors import CapparseError, ExitCode, UsageError
from shared_runtime.wording import counted

_OF_THE_PLAN = ("format", "caption_field", "image_field", "all_captions", "limit", "sample", "grouped")


def label_planned(options: Mapping[str, Any]) -> None:
    """Do what `capparse label` was asked for with `--plan`; raises `typer.Exit` with an exit code other than 0."""
    from caption_parser.config import ParserConfig
    from caption_parser.runs.options import OF_ONE_FILE, RunOptions

    if options["sources"]:
        raise UsageError(f"--plan names the inputs; got {options['sources'][0]} as well")
    for name in (*_OF_THE_PLAN, *OF_ONE_FILE):
        if options[name]:
            why = (
                "what is read was decided by capparse plan"
                if name in _OF_THE_PLAN
                else "shards have files of their own"
            )
            raise UsageError(f"--{name.replace('_', '-')} does not go with --plan: {why}")
    config = shared.from_options(ParserConfig, options)
    run = shared.from_options(RunOptions, options)
    if options["engine"] is None:
        _label_here(options, config, run)
    else:
        _label_on_engine(options, config, run)


def _label_here(options: Mapping[str, Any], config: Any, run: Any) -> None:
    from caption_parser.shards.labelling import label_shards
    from shared_runtime.command_line.progress import progress_display

    quiet = options["quiet"]
    try:
        with progress_display(quiet=quiet) as show:
            done = label_shards(
                options["plan"],
                options["output"],
                config,
                shards=options["shard"],
                run=run,
                progress=lambda at: shared.show_progress(show, at, quiet=quiet),
            )
    except KeyboardInterrupt:
        typer.echo("interrupted; run the same command again to go on", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not quiet:
        for receipt in done.done:
            rejected = sum(receipt.summary.rejected.values())
            typer.echo(
                f"shard {receipt.shard}: {counted(receipt.summary.images, 'image')},"
                f" {counted(receipt.summary.captions, 'caption')}, {counted(rejected, 'row')} rejected",
                err=True,
            )
        typer.echo(f"{counted(len(done.done), 'shard')} labelled, {len(done.before)} had been before", err=True)
    if done.failed:
        lines = [f"shard {number}: {message}" for number, message in done.failed.items()]
        raise CapparseError("\n  ".join([f"{counted(len(lines), 'shard')} could not be labelled:", *lines]))


def _label_on_engine(options: Mapping[str, Any], config: Any, run: Any) -> None:
    from caption_parser.shards.engines import WorkOrder, run_engine
    from caption_parser.shards.plan import load_plan, shown_numbers
    from shared_runtime.storage import Folder

    further = dict(option.partition("=")[::2] for option in options["engine_option"] or [])
    plan, engine = options["plan"], options["engine"]
    order = WorkOrder(
        plan=plan,
        output=options["output"],
        shards=options["shard"] or shown_numbers(load_plan(Folder(plan)).numbers(None)),
        config=config,
        run=run.model_copy(update={"processes": 1} if run.processes == "auto" else {}),
        folder=str(Path.cwd()),
    )
    workers = 1 if options["workers"] is None else options["workers"]
    left = run_engine(engine, order, workers=workers, options=further)
    if left:
        raise CapparseError(
            f"{len(left)} shards have no receipt ({shown_numbers(left)}); why is said above and in the logs in"
            f" {Folder(plan).of('engine')}. The same command labels them"
        )
    if not options["quiet"]:
        done = (
            "the work is handed over; when its job has ended" if engine == "slurm" else "all shards are labelled"
        )
        typer.echo(f"{done}: capparse merge {plan} OUT", err=True)
