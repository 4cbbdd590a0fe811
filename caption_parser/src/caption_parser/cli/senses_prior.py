"""`capparse senses prior`: how often captions mean each sense, learned from captions without labels."""

from typing import Annotated

import typer


def senses_prior_command(
    sources: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Captions, in any format that label reads.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="The prior; beside a model: caption_prior.json.")
    ],
    senses: Annotated[
        str, typer.Option(metavar="default|PATH", help="The model whose answers are averaged.")
    ] = "default",
    mode: Annotated[str, typer.Option(metavar="paper|visual", help="Which rules find nouns.")] = "visual",
    format: Annotated[str | None, typer.Option(metavar="NAME", help="Input format, if the suffix lies.")] = None,
) -> None:
    """Learn how often captions mean each sense of a noun, from what a model says about unlabelled captions.

    Examples:

      capparse senses prior captions.json -o caption_prior.json

      capparse senses prior captions.tsv.gz more.txt -o MODEL/caption_prior.json --senses MODEL
    """
    from pathlib import Path

    from caption_parser.discovery.caption_prior import learn_caption_prior
    from caption_parser.senses.caption_prior import write_caption_prior

    prior = learn_caption_prior(sources, senses=senses, mode=mode, format=format)
    write_caption_prior(Path(output), prior)
    typer.echo(f"{output}: {len(prior):,} nouns", err=True)
