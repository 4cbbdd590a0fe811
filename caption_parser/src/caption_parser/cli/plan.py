"""`capparse plan` and `merge`: a large run cut into shards, and what all of them say together."""

from typing import Annotated

import typer

from caption_parser.cli import options as shared
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted

PlanFolder = Annotated[str, typer.Argument(metavar="PLAN", help="The folder of the plan; also a URL (s3://…).")]


def plan_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Captions, in any format that label reads; patterns, URLs."),
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="PLAN", help="Folder for the plan; also a URL (s3://…).")
    ],
    captions_per_shard: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="A shard ends with the batch that makes this many; a batch is 512 captions, and whole images.",
        ),
    ] = 100_000,
    format: shared.Format = None,
    caption_field: shared.CaptionField = None,
    image_field: shared.ImageField = None,
    all_captions: shared.AllCaptions = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a plan that is there.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no progress and no summary.")] = False,
) -> None:
    """Cut the captions of one or more files into shards that any number of workers can label.

    Examples:

      capparse plan captions.tsv -o plan

      capparse plan 's3://bucket/part-*.parquet' -o s3://bucket/plan --captions-per-shard 200000

    Then: capparse label --plan plan, in as many places as you like; and capparse merge plan labels.jsonl.zst.
    """
    options = locals()  # each goes by its name to the object that has a field of that name
    from caption_parser.readers import ReadingOptions
    from caption_parser.shards.planning import make_plan
    from shared_runtime.command_line.progress import progress_display

    with progress_display(quiet=quiet) as show:
        plan = make_plan(
            sources,
            output,
            captions_per_shard=captions_per_shard,
            reading=shared.from_options(ReadingOptions, options),
            overwrite=overwrite,
            progress=lambda at: shared.show_progress(show, at, quiet=quiet),
        )
    if not quiet:
        copied = sum(piece.copied is not None for shard in plan.shards for piece in shard.pieces)
        how = "sorted by image, in files of their own" if plan.sorted_by_image else f"{copied} of them copied"
        rejected = plan.rows - plan.fingerprint.rows
        unusable = f" and {counted(rejected, 'unusable row')}" if rejected else ""
        last = len(plan.shards) - 1
        numbers = f"{counted(last + 1, 'shard')}, 0 to {last}" if last else "1 shard, 0"
        typer.echo(
            f"plan {plan.hash}: {counted(plan.fingerprint.rows, 'caption')}{unusable} in {numbers} ({how})\n"
            f"Next: capparse label --plan {output}, or one of them: --shard 0",
            err=True,
        )


def merge_command(
    plan: PlanFolder,
    output: Annotated[
        str,
        typer.Argument(
            metavar="OUT", help="Label file (.jsonl, also .gz, .zst); or a name in .json, for the summary alone."
        ),
    ],
    shards: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="The folder of the shards  [default: PLAN/labels]")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Read every shard and count its records anew; also check its hash, as a label file always does"
            " (for a summary alone, sizes are checked).",
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT if it exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no progress and no summary.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Also print the counts of each class.")] = False,
) -> None:
    """Check that all shards of a plan are labelled and add up; write one label file, or one summary.

    Examples:

      capparse merge plan labels.jsonl.zst

      capparse merge plan summary.json --verify

    The label file is, to the byte, the one that a single capparse label over the input writes. Shards without a
    receipt are listed, with the command that labels them.
    """
    from caption_parser.runs.summary import shown_to
    from caption_parser.shards.merging import merge_shards
    from shared_runtime.command_line.progress import progress_display

    with progress_display(quiet=quiet) as show:
        summary = merge_shards(
            plan,
            output,
            shards=shards,
            verify=verify,
            overwrite=overwrite,
            progress=lambda at: shared.show_progress(show, at, quiet=quiet),
        )
    for line in shown_to(summary, quiet=quiet, verbose=verbose):
        typer.echo(line, err=True)
    raise typer.Exit(ExitCode(summary.exit_code))
