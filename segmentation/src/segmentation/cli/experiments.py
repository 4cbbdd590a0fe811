"""`capseg experiments`: the named configurations, and their rows beside the paper's."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from segmentation.experiments.catalog import find_experiment
from segmentation.experiments.tables import grouped
from segmentation.runs.folder import TRAIN_REFERRING
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted

_RUN, _PAGE = "run", "page"


def experiments_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[run|page] [NAME]",
            help="Describe this one; 'run NAME': train and score it; 'page ROWS': write the page of all tables.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Folder of what 'run' makes, or file of the page."),
    ] = None,
    images: Annotated[Path | None, typer.Option(metavar="DIR", help="Images to learn from.")] = None,
    captions: Annotated[Path | None, typer.Option(metavar="FILE", help="Their captions.")] = None,
    truth: Annotated[Path | None, typer.Option(metavar="INSTANCES.json|DIR", help="Their true masks.")] = None,
    val_images: Annotated[Path | None, typer.Option(metavar="DIR", help="Images to score a segmenter on.")] = None,
    val_truth: Annotated[Path | None, typer.Option(metavar="INSTANCES.json|DIR", help="Their true masks.")] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For backbones whose weights are left open.")
    ] = None,
    segmenter_weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Likewise for the segmenter, where the localizer has others."),
    ] = None,
    image_list: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The images that masks are scored on, where a table has some."),
    ] = None,
    text_encoder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A BERT, for tables of TSEG, which leave it open; for small ones in place of the packaged one.",
        ),
    ] = None,
    data_sets: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder with PHRASECUT, REFER and VOC2012, where a table of TSEG has them."
        ),
    ] = None,
    filter: Annotated[
        str, typer.Option(metavar="TEXT", help="List only those with this text in name, summary or table.")
    ] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only the row.")] = False,
) -> None:
    """List the named configurations, table by table, describe one, or run it.

    A description has the commands, from captions to scores, what they cost, what the paper reports, and all
    values, as --config takes them in a file. 'run' calls these commands one after the other, and writes
    OUT/row.json; what is done is not done again. Those on the synthetic world draw it themselves. 'page' takes the
    rows below a folder, or those of a file with one a line.

    Examples:

      capseg experiments --filter 'table 6'

      capseg experiments table6-full

      capseg experiments run synthetic-segmenter-full -o runs/synthetic
    """
    match words or []:
        case [] if output is not None:
            raise UsageError("-o: a list has no file of its own. Give run NAME or page ROWS, or leave -o out")
        case []:
            _list(filter)
            return
        case _ if filter:
            raise UsageError("--filter lists names. Leave it out, or the other words")
        case [name] if name not in (_RUN, _PAGE):
            if output is not None:
                raise UsageError(f"-o: a description has no file of its own. Try: run {name} -o {output}")
            found = find_experiment(name)
            typer.echo(f"{found.describe()}\n\n{found.config.model_dump_json(indent=2)}")
            return
        case [first, name] if first == _RUN:
            found = find_experiment(name)
        case [first, rows] if first == _PAGE:
            _write_page(Path(rows), output)
            return
        case _:
            raise UsageError(
                f"got {' '.join(words or ())!r}, expected NAME, run NAME -o OUT, or page ROWS -o FILE"
            )
    if output is None:
        raise UsageError(f"run {name} needs a folder. Give -o OUT")

    from segmentation.workflow.experiments import ExperimentData, ExperimentRow, run_experiment, synthetic_data

    labelled = captions is not None and truth is not None
    if images is not None and (labelled or found.text_encoder is not None):
        data = ExperimentData(
            images,
            captions,
            truth,
            val_images,
            val_truth,
            weights,
            segmenter_weights,
            image_list,
            text_encoder=text_encoder,
            data_sets=data_sets,
        )
    elif found.label_space is not None:
        data = synthetic_data(output, other=found.target is not None)
        if text_encoder is not None and found.config.command == TRAIN_REFERRING:
            data, found = replace(data, text_encoder=text_encoder), found.with_text_encoder()
    else:
        own = "--weights, --text-encoder and --data-sets" if found.text_encoder else "--captions and --truth"
        raise UsageError(f"{name} needs data. Give --images, {own}")
    row = run_experiment(
        found, data, output, show=lambda command: None if quiet else typer.echo(command, err=True)
    )
    typer.echo(f"{ExperimentRow.header()}\n{row.line()}")


def _list(text: str) -> None:
    """Print the names with their summaries, under the headings of their tables. Raises UsageError for none."""
    groups = [*grouped(text)]
    if not groups:
        raise UsageError(f"--filter: got {text!r}, which no name, summary or table of the experiments has in it")
    width = max(len(experiment.name) for _, members in groups for experiment in members)
    for number, (heading, members) in enumerate(groups):
        typer.echo(f"{chr(10) if number else ''}{heading}")
        for experiment in members:
            typer.echo(f"  {experiment.name:{width}}  {experiment.summary}")
    number = sum(len(members) for _, members in groups)
    typer.echo(f"{counted(number, 'experiment')}; 'capseg experiments NAME' describes one", err=True)


def _write_page(rows: Path, output: Path | None) -> None:
    """Write the page, or print it where no file is named."""
    from segmentation.workflow.experiment_page import experiment_page
    from segmentation.workflow.experiments import ROW, read_rows
    from shared_runtime.files import check_output
    from shared_schemas.files import replace_file

    if output is not None:
        files = [rows] if rows.is_file() else sorted(rows.rglob(ROW))
        check_output(output, {f"the row {path}": path for path in files})
    text = experiment_page(read_rows(rows))
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_file(output, text.encode())
