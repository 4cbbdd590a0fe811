"""`capparse discover`: the background classes of a corpus, as a label space file."""

from typing import Annotated

import typer

from caption_parser.cli import options as shared


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
        str | None, typer.Option(metavar="SPACE.toml", help="Continue from this file, with any edits made to it.")
    ] = None,
    threshold: Annotated[
        str, typer.Option(metavar="N|N/M", help="T: N mentions, or a rate of N mentions in M captions.")
    ] = "200/414113",
    drop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYNSET",
            help="Leave out this synset and its hyponyms (repeatable); the paper drops clothing.n.01 for COCO.",
        ),
    ] = None,
    rounds: Annotated[int | None, typer.Option(metavar="N", help="Stop after N rounds.")] = None,
    mode: shared.Mode = "paper",
    senses: shared.Senses = "default",
    spacy_model: shared.SpacyModel = None,
    format: shared.Format = None,
    caption_field: shared.CaptionField = None,
    image_field: shared.ImageField = None,
    all_captions: shared.AllCaptions = False,
    counts: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Keep the corpus counts in this file, so that the next try is quick."),
    ] = None,
    processes: Annotated[str, typer.Option(metavar="N|auto", help="Worker processes; auto: all cores.")] = "auto",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace SPACE.toml if it exists.")] = False,
    as_json: shared.AsJson = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no progress and no table.")] = False,
) -> None:
    """Find the background classes that captions mention, round by round, and write a label space with them.

    Examples:

      capparse discover captions.json -o space.toml --drop clothing.n.01 --counts counts.json

      capparse discover captions.json -o space.toml --resume-from space.toml --rounds 10 --counts counts.json

    Each round takes the most frequent noun sense that has no label yet, until none is more frequent than T
    (Vilar & Perez 2021, Appendix A-A).
    """
    options = locals()  # each goes by its name to the object that has a field of that name
    import json

    from rich.console import Console

    from caption_parser.config import ParserConfig
    from caption_parser.discovery import presentation
    from caption_parser.discovery.run import DiscoveryOptions, discover_background
    from caption_parser.lexicon import default_lexicon
    from caption_parser.readers import ReadingOptions
    from shared_runtime.command_line.progress import progress_display

    with progress_display(quiet=quiet) as show:
        run = discover_background(
            captions,
            output,
            shared.from_options(DiscoveryOptions, options),
            config=shared.from_options(ParserConfig, options),
            reading=shared.from_options(ReadingOptions, options),
            processes=processes,
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
