"""`capparse senses train`: a sense model from sense-tagged corpora and an encoder."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def senses_train_command(
    corpus: Annotated[
        list[Path], typer.Option(help="A sense-tagged corpus: SemCor as JSONL, Raganato's XML, UFSAC. Repeat it.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="MODEL", help="The folder of the model.")],
    system: Annotated[
        Literal["vectors", "classifier"],
        typer.Option(help="A vector per sense, or the paper's classifier over groups of senses."),
    ] = "vectors",
    compression: Annotated[
        Literal["hypernyms", "all-relations", "none"], typer.Option(help="How a classifier groups the senses.")
    ] = "hypernyms",
    encoder: Annotated[
        str, typer.Option(metavar="PATH|HUB_ID", help="Any Hugging Face encoder with a fast tokenizer.")
    ] = "sentence-transformers/all-MiniLM-L6-v2",
    wordnet: Annotated[
        Path | None,
        typer.Option(metavar="ROOT", help="NLTK data with WordNet 3.0: learn from its examples and glosses too."),
    ] = None,
    epochs: Annotated[float, typer.Option(min=0.0, help="Passes over the texts; fractions allowed.")] = 2.0,
    freeze: Annotated[
        Literal["none", "partial", "all"], typer.Option(help="Of the encoder: nothing, the lower half, all.")
    ] = "none",
    pooling: Annotated[
        Literal["first", "mean"] | None,
        typer.Option(help="A word's vector: its first subtoken's (classifier), or the mean of all (vectors)."),
    ] = None,
    encoder_lr: Annotated[float, typer.Option(help="Peak learning rate of the encoder.")] = 5e-5,
    vector_lr: Annotated[float, typer.Option(help="Peak learning rate of vectors or classifier.")] = 1e-3,
    batch_subtokens: Annotated[int, typer.Option(min=1, help="Subtokens in a batch, padding included.")] = 1100,
    gloss_share: Annotated[float, typer.Option(min=0, max=1, help="Share of the glosses in each epoch.")] = 0.3,
    dimension: Annotated[
        int | None, typer.Option(min=1, help="Reduce the sense vectors to it by principal components.")
    ] = None,
    precision: Annotated[
        Literal["int8", "float32"],
        typer.Option(help="Of the model's encoder; float32: exact, four times the size."),
    ] = "int8",
    seed: Annotated[int, typer.Option(help="Of order, sampling and dropout.")] = 0,
    bfloat16: Annotated[bool, typer.Option("--bfloat16", help="Faster where the processor has it.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Of torch; all cores by default.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and metrics.jsonl; MODEL.training by default.")
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1.0.0",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew instead of going on.")] = False,
) -> None:
    """Train a sense model: an encoder with a vector per sense of WordNet 3.0, or with a classifier.

    Interrupted, it goes on when called again with the same options. The model needs no torch.

    Examples:

      capparse senses train --corpus semcor.jsonl.gz -o model --wordnet ~/nltk_data

      capparse senses train --corpus semcor.jsonl.gz -o paper --system classifier --freeze all
    """
    import shutil

    from shared_runtime.command_line.progress import progress_display
    from shared_runtime.errors import MissingResourceError, UsageError

    work = work or out.with_name(f"{out.name}.training")
    if out.exists() and not overwrite:
        raise UsageError(f"{out} exists. Give another folder with -o, or --overwrite to replace it")
    try:
        import torch

        from caption_parser.senses.sense_groups import Compression
        from caption_parser.senses.training.options import TrainingOptions
        from caption_parser.senses.training.train import train_senses
    except ImportError as error:
        raise MissingResourceError(
            f"training needs {error.name}, which is not installed: pip install 'capparse[train]'"
        ) from None
    if overwrite and work.exists():
        shutil.rmtree(work)
    if threads is not None:
        torch.set_num_threads(threads)
    options = TrainingOptions(
        system=system,
        compression=Compression(compression),
        corpora=tuple(corpus),
        encoder=encoder,
        wordnet=wordnet,
        freeze=freeze,
        pooling=pooling or ("first" if system == "classifier" else "mean"),
        epochs=epochs,
        encoder_lr=encoder_lr,
        vector_lr=vector_lr,
        batch_subtokens=batch_subtokens,
        gloss_share=gloss_share,
        dimension=dimension,
        seed=seed,
        bfloat16=bfloat16,
        precision=precision,
        version=version,
    )
    with progress_display(quiet=False) as show:
        train_senses(
            options,
            out,
            work,
            name=out.name,
            say=lambda message: typer.echo(message, err=True),
            show=lambda step, steps, loss: show(f"loss {loss:.3f}, step", step, steps),
        )
    typer.echo(f"{out}: try it with 'capparse senses evaluate DATA.xml GOLD.key.txt --senses {out}'", err=True)
