"""`capparse senses`: the word sense disambiguators."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from caption_parser.cli import options as shared
from shared_runtime.command_line.groups import Command, lazy_app, show_help_alone
from shared_runtime.errors import MissingResourceError
from shared_runtime.wording import counted

senses_app = lazy_app(
    (
        Command(
            "evaluate",
            "caption_parser.cli.senses:evaluate_command",
            "Score a disambiguator on a sense-tagged set.",
        ),
        Command("distil", "caption_parser.cli.senses:distil_command", "Teach the caption pipeline's vectors."),
        Command("prior", "caption_parser.cli.senses:prior_command", "Learn a prior from captions."),
        Command("train", "caption_parser.cli.senses:train_command", "Train a sense model."),
    )
)


@senses_app.callback()
def senses(context: typer.Context) -> None:
    """Word sense disambiguators: train them, and score how well they choose.

    Examples:

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --json

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --senses first
    """
    show_help_alone(context)


def evaluate_command(
    data: Annotated[Path, typer.Argument(metavar="DATA.xml", help="The instances, in their sentences.")],
    gold: Annotated[Path, typer.Argument(metavar="GOLD.key.txt", help="The gold standard's sense keys.")],
    senses: Annotated[
        str, typer.Option(metavar="first|default|PATH|glosses:PATH", help="The disambiguator to score.")
    ] = "default",
    as_json: shared.AsJson = False,
) -> None:
    """Score word senses as the unified evaluation framework of Raganato et al. (2017) does: F1 by part of speech.

    Examples:

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --json

      capparse senses evaluate ALL.data.xml ALL.gold.key.txt --senses first
    """
    from rich.console import Console

    from caption_parser.senses.evaluation import evaluate_senses
    from caption_parser.senses.presentation import as_table, notes

    evaluation = evaluate_senses(data, gold, senses)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        Console().print(as_table(evaluation))
    for note in notes(evaluation):
        typer.echo(note, err=True)


def prior_command(
    sources: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Captions, in any format that label reads.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Prior to write; beside a model it is named caption_prior.json."
        ),
    ],
    senses: Annotated[
        str, typer.Option(metavar="default|PATH", help="The model whose answers are averaged.")
    ] = "default",
    anchors: Annotated[
        list[str] | None,
        typer.Option(
            "--anchors",
            metavar="SPACE|CATEGORIES.json",
            help="What words mean in images: a label space, or categories as LVIS lists them (repeatable).",
        ),
    ] = None,
    mode: shared.Mode = "visual",
    format: shared.Format = None,
    caption_field: shared.CaptionField = None,
    image_field: shared.ImageField = None,
    all_captions: shared.AllCaptions = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Learn how often captions mean each sense of a noun, from what a model says about unlabelled captions.

    Examples:

      capparse senses prior captions.json -o caption_prior.json

      capparse senses prior captions.tsv.gz more.txt -o MODEL/caption_prior.json --senses MODEL --anchors coco
    """
    options = locals()
    from caption_parser.discovery.caption_prior import check_prior_output, learn_caption_prior
    from caption_parser.readers import ReadingOptions
    from caption_parser.senses.caption_prior import write_caption_prior

    check_prior_output(Path(output), sources, senses=senses, anchors=anchors or (), overwrite=overwrite)
    reading = shared.from_options(ReadingOptions, options)
    prior = learn_caption_prior(sources, senses=senses, mode=mode, reading=reading, anchors=anchors or ())
    write_caption_prior(Path(output), prior)
    typer.echo(f"{output}: {counted(len(prior), 'noun')}", err=True)


def distil_command(
    sources: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Captions, in any format that label reads.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="Folder to write the model to.")],
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1.0.0",
    format: shared.Format = None,
    caption_field: shared.CaptionField = None,
    image_field: shared.ImageField = None,
    all_captions: shared.AllCaptions = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a model that is there.")] = False,
) -> None:
    """Teach the vectors of the caption pipeline what the sense model that ships says about unlabelled captions.

    Examples:

      capparse senses distil captions.txt -o MODEL

      capparse senses distil captions.json web.tsv.gz -o MODEL --version 1.1.0
    """
    options = locals()
    from caption_parser.discovery.distillation import distil_senses
    from caption_parser.readers import ReadingOptions

    reading = shared.from_options(ReadingOptions, options)
    found = distil_senses(sources, output, version=version, reading=reading, overwrite=overwrite)
    typer.echo(
        f"{output}: {counted(len(found.maps), 'sense')} from {counted(found.occurrences, 'occurrence')}; of"
        f" {found.held_out:,} that were held out {found.agreement:.1%} are read as the teacher does,"
        f" {found.agreement_of_prior:.1%} by the prior alone",
        err=True,
    )


def train_command(
    corpora: Annotated[
        list[Path],
        typer.Option(
            "--corpus", help="A sense-tagged corpus: SemCor as JSONL, Raganato's XML, or UFSAC (repeatable)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="MODEL", help="Folder to write the model to.")],
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
        Literal["none", "partial", "all"],
        typer.Option(help="What of the encoder stays as it is: nothing, the lower half, or all."),
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
        typer.Option(help="Of the exported encoder; float32 is exact and four times the size."),
    ] = "int8",
    seed: Annotated[int, typer.Option(help="Random seed of order, sampling and dropout.")] = 0,
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Train in bfloat16: faster where the processor has it.")
    ] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch; all cores by default.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and metrics.jsonl; MODEL.training by default.")
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the model.")] = "1.0.0",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start over instead of resuming.")] = False,
) -> None:
    """Train a sense model: an encoder with a vector per sense of WordNet 3.0, or with a classifier.

    The same command resumes an interrupted training. The model itself needs no torch.

    Examples:

      capparse senses train --corpus semcor.jsonl.gz -o model --wordnet ~/nltk_data

      capparse senses train --corpus semcor.jsonl.gz -o paper --system classifier --freeze all
    """
    options = locals()  # each goes by its name to the field of that name
    from caption_parser.senses.model_folder import check_replaceable
    from shared_runtime.command_line.progress import progress_display

    work = work or out.with_name(f"{out.name}.training")
    read = {f"the corpus {path}": path for path in corpora} | {"the encoder": Path(encoder)}
    check_replaceable(out, read | ({"WordNet": wordnet} if wordnet else {}), overwrite=overwrite)
    try:
        import torch

        from caption_parser.senses.training.checkpoint import forget
        from caption_parser.senses.training.job import Listener
        from caption_parser.senses.training.options import TrainingOptions
        from caption_parser.senses.training.train import train_senses
    except ImportError as error:
        raise MissingResourceError(
            f"training needs {error.name}, which is not installed: pip install 'capparse[train]'"
        ) from None
    if overwrite:
        forget(work)
    if threads is not None:
        torch.set_num_threads(threads)
    options["pooling"] = pooling or ("first" if system == "classifier" else "mean")
    with progress_display(quiet=False) as show:
        train_senses(
            shared.from_options(TrainingOptions, options),
            out,
            work,
            listener=Listener(
                say=lambda message: typer.echo(message, err=True),
                show=lambda step, steps, loss: show(f"loss {loss:.3f}, step", step, steps),
            ),
        )
    typer.echo(f"{out}: try it with 'capparse senses evaluate DATA.xml GOLD.key.txt --senses {out}'", err=True)
