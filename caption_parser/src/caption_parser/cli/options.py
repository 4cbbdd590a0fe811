"""Options that several commands share, and the objects that a command's options become."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from shared_runtime.command_line.label_files import label_stream, one_label_file
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted

if TYPE_CHECKING:
    from pydantic import BaseModel

    from caption_parser.export.source import LeftOut
    from caption_parser.runs.job import Progress
    from shared_runtime.command_line.progress import Show

ModelT = TypeVar("ModelT", bound="BaseModel")

_SHOWN = 5
"""Lines that are named one by one."""

LabelSpace = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE|CLASS,CLASS,…",
        help="coco, coco-panoptic, voc, youtube-objects, lvis, a TOML or JSON file, or names of classes.",
    ),
]
LabelSpaceOfMode = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE|CLASS,CLASS,…",
        help="coco, coco-panoptic, coco-paper, voc, youtube-objects, lvis, a TOML or JSON file, or names of "
        "classes with commas between: lighthouse,helmet  "
        "[default: coco; in paper mode coco-paper, the paper's version of it]",
    ),
]
Mode = Annotated[
    str,
    typer.Option(metavar="visual|paper", help="All that helps, or Vilar & Perez 2021 as published."),
]
Senses = Annotated[
    str,
    typer.Option(
        metavar="default|first|captions|accurate|PATH|glosses:PATH",
        help="How the sense of a noun is chosen; default: captions in visual mode, accurate in paper mode.",
    ),
]
SpacyModel = Annotated[
    str | None, typer.Option(metavar="NAME|PATH", help="A spaCy pipeline in place of the one that ships.")
]
Attributes = Annotated[
    str,
    typer.Option(
        metavar="low-level|adjectives|verbs|nouns|all",
        help="Which words are attributes: the label space's, or all of a kind.",
    ),
]
Block = Annotated[
    str,
    typer.Option(
        metavar="all|none|FLAG,…",
        help="Flags that keep a mention from asserting its class: negated, depicted, modifier, named_entity,"
        " idiom (all of these), part, uncertain.",
    ),
]
Without = Annotated[
    str, typer.Option(metavar="RULE,…", help="Rules of visual mode to leave out, such as implied or typos.")
]
Also = Annotated[
    str, typer.Option(metavar="RULE,…", help="Rules of visual mode to add to paper mode, such as predicates.")
]
Relations = Annotated[
    bool,
    typer.Option("--relations", help="Also say what mentions are to each other; a run takes a twelfth longer."),
]
Format = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Input format, if the file name does not tell it: coco, jsonl, csv, tsv, parquet, txt, flickr,"
        " webdataset (see capparse formats).",
    ),
]
CaptionField = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The field or column that holds the caption, several (caption_1,caption_2 or 'caption_*'), or a path "
        "to it: regions[].phrase.",
    ),
]
ImageField = Annotated[
    str | None, typer.Option(metavar="NAME", help="The field, column or path that holds the image id.")
]
AllCaptions = Annotated[
    bool,
    typer.Option(
        "--all-captions",
        help="Also read what the layout of the input says is no caption: answers to questions, rejected captions.",
    ),
]
LabelFile = Annotated[
    Path, typer.Argument(metavar="LABELS.jsonl", callback=one_label_file, help="Label file (also .gz, .zst).")
]
LabelStream = Annotated[
    str,
    typer.Argument(
        metavar="LABELS.jsonl",
        callback=label_stream,
        help="A label file (also .gz, .zst), or - for standard input.",
    ),
]
Truth = Annotated[Path, typer.Option("--truth", metavar="INSTANCES.json", help="Ground truth in COCO's format.")]
Crowd = Annotated[bool, typer.Option("--crowd/--no-crowd", help="Whether crowd regions count as their class.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def given_captions(argument: str, command: str) -> "tuple[list[str], list[LeftOut]]":
    """As `given_lines`, without those that hold no caption."""
    lines, left_out = given_lines(argument, command)
    return [line for line in lines if line is not None], left_out


def given_lines(argument: str, command: str) -> "tuple[list[str | None], list[LeftOut]]":
    """The caption that is the argument of a command, or those of standard input (`-`), one a line, None for a line
    that is none; and such lines that are not empty, for `tell_left_out`."""
    import sys

    from caption_parser.export.source import LeftOut
    from caption_parser.readers.checks import checked_caption, one_caption
    from caption_parser.readers.rows import RowError
    from shared_runtime.errors import InputError

    if argument != "-":
        return [one_caption(_as_utf8(argument), command)], []
    if sys.stdin.isatty():
        typer.echo("reading captions from the terminal, end with Ctrl-D", err=True)
    captions: list[str | None] = []
    left_out: list[LeftOut] = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            captions.append(checked_caption(line.strip()) if line.strip() else None)
        except RowError as error:
            captions.append(None)
            left_out.append(LeftOut(number, error.message))
    if not any(captions):
        problem = f"no line of it is a caption (line {left_out[0].line}: {left_out[0].reason})" if left_out else ""
        raise InputError(f"<stdin>: {problem}" if left_out else "<stdin> is empty")
    return captions, left_out


def _as_utf8(argument: str) -> str:
    """A text that a shell passed, of whose bytes a locale such as C makes no text."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def show_progress(show: "Show", at: "Progress", *, quiet: bool) -> None:
    """Show how far a run is, or what it has to say of its input."""
    if at.note is None:
        show(f"{at.stage} captions", at.captions, at.total)
    elif not quiet:
        typer.echo(at.note, err=True)


def from_options(model: type[ModelT], options: Mapping[str, Any]) -> ModelT:
    """The model whose fields are those of a command's options that have their names and were given (not None).

    Raises `UsageError` for a value that does not fit.
    """
    from caption_parser.config import checked

    return checked(model, **{name: options[name] for name in model.model_fields if options.get(name) is not None})


def tell_left_out(left_out: "Sequence[LeftOut]") -> None:
    """Say on stderr which lines of a label file were left out; where there are any, end the command as partial."""
    for entry in left_out[:_SHOWN]:
        typer.echo(f"left out: line {entry.line}: {entry.reason}", err=True)
    if len(left_out) > _SHOWN:
        typer.echo(f"left out: {counted(len(left_out) - _SHOWN, 'more line')}", err=True)
    if left_out:
        raise typer.Exit(ExitCode.PARTIAL)
