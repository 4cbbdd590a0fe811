"""`capparse discover`: the background classes of a corpus, as a label space file."""

from typing import Annotated

import typer


def discover_command(
    captions: Annotated[
        list[str],
        typer.Argument(metavar="CAPTIONS...", help="Captions, in any format that label reads; patterns."),
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="SPACE.toml", help="Label space file to write.")
    ],
    label_space: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Its foreground is kept, its background is not  [default: coco]"),
    ] = None,
    resume_from: Annotated[
        str | None, typer.Option(metavar="SPACE.toml", help="Go on from this file, as it was edited.")
    ] = None,
    threshold: Annotated[
        str, typer.Option(metavar="N|N/M", help="T: N mentions, or N mentions in M captions.")
    ] = "200/414113",
    drop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYNSET", help="Pass it and its hyponyms over; for COCO, the paper drops clothing.n.01."
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option(metavar="N", help="Stop after N rounds.")] = None,
    mode: Annotated[str, typer.Option(metavar="paper|visual", help="Which rules find objects.")] = "paper",
    senses: Annotated[
        str, typer.Option(metavar="first|default|PATH|glosses:PATH", help="How the sense of a noun is chosen.")
    ] = "default",
    spacy_model: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="A spaCy pipeline in place of the one that ships.")
    ] = None,
    format: Annotated[str | None, typer.Option(metavar="NAME", help="Input format, if the suffix lies.")] = None,
    caption_field: Annotated[
        str | None, typer.Option(metavar="NAME", help="The field or column that holds the caption.")
    ] = None,
    image_field: Annotated[
        str | None, typer.Option(metavar="NAME", help="The field or column that holds the image id.")
    ] = None,
    counts: Annotated[
        str | None, typer.Option(metavar="FILE", help="Keep the counts of the corpus here, to try again at once.")
    ] = None,
    processes: Annotated[str, typer.Option(metavar="N|auto", help="Worker processes; auto: all cores.")] = "auto",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace SPACE.toml if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rounds as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no table.")] = False,
) -> None:
    """Find the background classes that captions speak of, round by round, and write a label space with them.

    Examples:

      capparse discover captions.json -o space.toml --drop clothing.n.01 --counts counts.json

      capparse discover captions.json -o space.toml --resume-from space.toml --rounds 10 --counts counts.json

    Each round takes the most frequent noun sense that has no label yet, until none is more frequent than T
    (Vilar & Perez 2021, Appendix A-A).
    """
    import json

    from rich.console import Console

    from caption_parser.discovery import presentation
    from caption_parser.discovery.run import discover_background
    from caption_parser.lexicon import default_lexicon
    from shared_runtime.command_line.progress import progress_display

    with progress_display(quiet=quiet) as show:
        run = discover_background(
            captions,
            output,
            label_space=label_space,
            resume_from=resume_from,
            threshold=threshold,
            drop=drop or (),
            rounds=rounds,
            mode=mode,
            senses=senses,
            spacy_model=spacy_model,
            format=format,
            caption_field=caption_field,
            image_field=image_field,
            counts=counts,
            processes=processes,
            overwrite=overwrite,
            progress=lambda at: show(f"{at.stage} captions", at.captions, at.total),
        )
    lexicon = default_lexicon()
    if as_json:
        typer.echo(json.dumps(presentation.as_json(run, lexicon), ensure_ascii=False, indent=2))
    elif not quiet:
        Console().print(presentation.as_table(run, lexicon))
    if not quiet:
        for note in presentation.notes(run, lexicon, output):
            typer.echo(note, err=True)
