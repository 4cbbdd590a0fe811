"""What the commands that make masks have in common: options that do not fit, and what is said in the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from segmentation.backbones.devices import Precision
from segmentation.cli.outcome import outcome
from segmentation.masks.given import OptionError, said_of
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import REJECTED
from segmentation.runs.left_out import SHOWN, fault_lines
from shared_runtime.errors import ExitCode, UsageError
from shared_runtime.files import check_output
from shared_runtime.wording import counted, numbered
from shared_schemas import LabelSpace, load_label_space

_FOUND_SHOWN = 12
_EXAMPLES = {"scales": "0.75,1,1.25"}
"""Values of options that consist of parts."""

OnlyClassesOf = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Label space of another data set (voc): classes that it lacks do not compete. The "
        "values of masks stay those of the network's classes.",
    ),
]

PrecisionOption = Annotated[
    Precision, typer.Option(help="In which the network computes; bfloat16 is for GPUs that have it.")
]


def target_space(name: str | None, rle: Path | None) -> LabelSpace | None:
    """The label space of --only-classes-of. Raises UsageError where --rle would be written over its file."""
    if name is None:
        return None
    if rle is not None:
        check_output(rle, {"the label space": Path(name)}, option="--rle", makes=rle.parent)
    return load_label_space(name)


@contextmanager
def option_errors() -> Iterator[None]:
    """Where a configuration does not take a value, UsageError with the option of the same name."""
    try:
        yield
    except (ValidationError, OptionError) as error:
        first = error.problem if isinstance(error, OptionError) else error.errors(include_url=False)[0]
        option = str(first["loc"][0]).replace("_", "-")
        example = f", such as --{option} {_EXAMPLES[option]}" if option in _EXAMPLES else ""
        raise UsageError(f"{said_of(f'--{option}', first)}{example}") from None


def end_of_masks(
    counts: MaskCounts, faults: Sequence[str], output: Path, *, unread: Sequence[str] = ()
) -> typer.Exit:
    """Say which images got no mask; raise what it returns.

    `faults` are lines of a label file that stand for an image each, `unread` such that say nothing of the images
    that were asked for.
    """
    _show("not read", unread)
    if len(unread) > SHOWN:
        typer.echo(
            f"{counted(len(unread), 'line')} could not be read, all listed in {output / REJECTED}", err=True
        )
    problems = [*(f"{image.file_name}: {image.reason}" for image in counts.rejected), *faults]
    _show("no mask", problems)
    if problems:
        typer.echo(f"{len(problems):,} could get no mask, all listed in {output / REJECTED}", err=True)
    n_masks = counts.written + counts.present
    ended = outcome(n_masks, len(problems))
    if unread and ended is ExitCode.OK:
        ended = ExitCode.PARTIAL
    if ended is ExitCode.FAILURE:
        holds = f"{output} holds masks of {n_masks:,} of {counted(n_masks + len(problems), 'image')}"
        again = f"Mend what {REJECTED} names, and run the same command again: it makes what is missing"
        typer.echo(f"error: {holds}. {again}", err=True)
    return typer.Exit(ended)


def _show(what: str, lines: Sequence[str]) -> None:
    """Say the first of `lines`, each after what became of it."""
    for line in lines[:SHOWN]:
        typer.echo(f"{what}: {line}", err=True)


def tell_reduced(counts: MaskCounts) -> None:
    """Say how many images were refined at a smaller size, if any were."""
    if counts.reduced:
        reduced = numbered(counts.reduced, "large image was", "large images were")
        typer.echo(f"{reduced} refined at a smaller size, to save memory", err=True)


def written(counts: MaskCounts) -> str:
    """How many masks were written, and how many were there."""
    before = f", {numbered(counts.present, 'was', 'were')} already there" if counts.present else ""
    return f"{counted(counts.written, 'mask')} written{before}"


def found_classes(counts: MaskCounts, space: LabelSpace) -> Iterator[str]:
    """Which classes the masks that were written have, the most frequent first, as a line; none: nothing was."""
    names = {label.id: label.name for label in space.classes}
    found = [
        f"{names[class_id]} in {number:,}"
        for class_id, number in sorted(counts.images_of.items(), key=lambda item: (-item[1], item[0]))
    ]
    parts = [", ".join(found[:_FOUND_SHOWN])] if found else []
    if len(found) > _FOUND_SHOWN:
        parts.append(numbered(len(found) - _FOUND_SHOWN, "more class", "more classes"))
    if counts.without_class:
        parts.append(f"no class in {counts.without_class:,}")
    if parts:
        yield f"found, by images: {'; '.join(parts)}"


def tell_lost(done: int, problems: Sequence[str]) -> typer.Exit:
    """Say which masks were left out on the way to or from another program; raise what it returns."""
    for line in fault_lines("left out", problems):
        typer.echo(line, err=True)
    return typer.Exit(outcome(done, len(problems)))
