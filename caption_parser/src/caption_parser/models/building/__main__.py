"""The command that rebuilds the caption pipeline from caption files and teachers."""

import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from caption_parser.models.building.corpus import mixed_captions, read_corpus
from caption_parser.models.building.evaluation import agreement_by_form, compare_speed
from caption_parser.models.building.packaging import Figures, package, size_in_bytes, write_figures
from caption_parser.models.building.training import train_pipeline
from caption_parser.models.building.treebank import build_treebanks, load_teacher
from caption_parser.models.building.trees import read_treebank
from caption_parser.models.loading import SHIPPED_PIPELINE, load_nlp
from shared_runtime.errors import CapparseError, UsageError

HELD_OUT = ("coco", "flickr8k", "visual_genome")
SPEED_SAMPLE = 1500
DOCUMENTS = ("MODEL_CARD.md", "LICENCES.md")


class Stage(StrEnum):
    """Where to begin; what earlier stages left in the work folder is read from there."""

    LABEL = "label"
    TRAIN = "train"
    EVALUATE = "evaluate"


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with coco/, factual/, captions/, referring/.")],
    work: Annotated[Path, typer.Option(help="Folder for treebanks and checkpoints.")],
    teacher: Annotated[
        list[str] | None, typer.Option(help="spaCy package or folder (repeatable); ties go to the first.")
    ] = None,
    baseline: Annotated[str, typer.Option(help="spaCy model to compare with.")] = "en_core_web_sm",
    out: Annotated[Path, typer.Option(help="Folder to write the pipeline to.")] = SHIPPED_PIPELINE,
    start: Annotated[Stage, typer.Option("--from", help="First stage to run.")] = Stage.LABEL,
    steps: Annotated[
        int | None, typer.Option(help="Training steps; by default those of the configuration.")
    ] = None,
    going_on_from: Annotated[
        Path | None, typer.Option(help="Pipeline whose weights are trained further; by default none.")
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the pipeline.")] = "1.1.0",
) -> None:
    """Label captions with the teachers, train, package, evaluate, and write the figures into the model card."""
    treebanks = work / "treebanks"
    if start is Stage.LABEL:
        if not teacher:
            raise UsageError("no --teacher: labelling needs at least one; the model card lists them")
        counts = build_treebanks(read_corpus(folder), [load_teacher(name) for name in teacher], treebanks)
        typer.echo(f"trees: {counts}", err=True)
    if start is not Stage.EVALUATE:
        trained = train_pipeline(
            treebanks / "train.jsonl",
            treebanks / "coco.jsonl",
            work / "training",
            steps=steps,
            going_on_from=going_on_from,
        )
        package(trained, out, version=version)
    for document in DOCUMENTS:
        if not (out / document).is_file():
            shutil.copy(SHIPPED_PIPELINE / document, out)
    figures = evaluate(folder, treebanks, out, baseline)
    write_figures(figures, out / DOCUMENTS[0])


def evaluate(folder: Path, treebanks: Path, pipeline: Path, baseline: str) -> Figures:
    """Measure the packaged pipeline beside the baseline, on the held-out treebanks and on the clock."""
    candidate = load_nlp(pipeline)
    reference = load_teacher(baseline)
    held_out = {name: list(read_treebank(treebanks / f"{name}.jsonl")) for name in HELD_OUT}
    return Figures(
        size=size_in_bytes(pipeline),
        trees={name: len(trees) for name, trees in held_out.items()},
        agreement={
            name: {
                "caption pipeline": agreement_by_form(candidate, trees),
                baseline: agreement_by_form(reference, trees),
            }
            for name, trees in held_out.items()
        },
        speed=compare_speed(candidate, reference, mixed_captions(folder, SPEED_SAMPLE)),
    )


if __name__ == "__main__":
    try:
        typer.run(main)
    except CapparseError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(error.exit_code) from None
