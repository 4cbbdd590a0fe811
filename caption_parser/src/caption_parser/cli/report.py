"""`capparse report`: a label file as one HTML page."""

from pathlib import Path
from typing import Annotated

import typer

from caption_parser.cli.options import from_options
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted


def report_command(
    labels: Annotated[
        str,
        typer.Argument(metavar="LABELS.jsonl", callback=one_label_file, help="A label file (.jsonl, .gz, .zst)."),
    ],
    output: Annotated[str, typer.Option("-o", "--output", metavar="REPORT.html", help="The page to write.")],
    truth: Annotated[
        str | None,
        typer.Option(metavar="INSTANCES.json", help="Ground truth in COCO's format: worst classes and images."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="OTHER.jsonl", help="With --truth: another label file, class by class.")
    ] = None,
    label_space: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The label space of the labels  [default: as they name it]"),
    ] = None,
    rejected: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Rejected rows  [default: LABELS.jsonl.rejected.jsonl, if it exists]"),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL",
            help="Folder of the images, for thumbnails within the page; or what stands before their names, "
            "such as http://images.cocodataset.org/val2017, whence the page loads them.",
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="Images to search in, drawn from all; beside, some of each class."),
    ] = 200,
    title: Annotated[str | None, typer.Option(help="Heading of the page  [default: it names the file]")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Random seed of the examples shown.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing page.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no summary.")] = False,
) -> None:
    """Write one offline HTML page about a label file: images, distributions, evidence, disagreements.

    Examples:

      capparse report labels.jsonl -o report.html --images val2017

      capparse report labels.jsonl -o report.html --truth instances.json --against old.jsonl

    Exit codes: 0 done, 1 failure, 2 usage, 3 done, but some lines were not records.
    """
    options = locals()  # each goes by its name to the field of that name
    from caption_parser.report.html_report import ReportOptions, write_report
    from shared_runtime.files import check_output

    check_output(Path(output), {"the label file": Path(labels)}, overwrite=overwrite)
    summary = write_report(labels, output, from_options(ReportOptions, options))
    if not quiet:
        damaged = f", {counted(summary.damaged_lines, 'damaged line')} left out" if summary.damaged_lines else ""
        size = f"{counted(summary.images, 'image')}, {counted(summary.captions, 'caption')}"
        typer.echo(f"{output}: {size}{damaged}, {summary.bytes / 1e6:.1f} MB", err=True)
    raise typer.Exit(ExitCode.PARTIAL if summary.damaged_lines else ExitCode.OK)
