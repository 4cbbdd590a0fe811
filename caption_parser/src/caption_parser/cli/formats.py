"""`capparse formats`: what captions can be read from."""

from typing import Annotated

import typer

from caption_parser.cli import options as shared


def formats_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this format or layout.", show_default=False)
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """List the formats and layouts of captions that are read, with an example each.

    Examples:

      capparse formats

      capparse formats llava
    """
    import json

    from caption_parser.readers.formats import FORMATS
    from caption_parser.readers.layouts import LAYOUTS
    from shared_runtime.errors import UsageError
    from shared_schemas.errors import did_you_mean

    wanted = None if name is None else name.lower()
    chosen = [layout for layout in LAYOUTS if wanted in (None, layout.name, layout.format)]
    if not chosen:
        names = sorted({*FORMATS, *(layout.name for layout in LAYOUTS)})
        hint = did_you_mean(wanted or "", names)
        raise UsageError(f"there is no format or layout '{name}' (there are: {', '.join(names)}).{hint}")
    if as_json:
        entries = [layout._asdict() | {"suffixes": FORMATS[layout.format].suffixes} for layout in chosen]
        typer.echo(json.dumps(entries, ensure_ascii=False, indent=2))
        return
    before = ""
    for layout in chosen:
        if layout.format != before:
            before = layout.format
            typer.echo(f"--format {before}: {', '.join(FORMATS[before].suffixes)}, each also .gz, .zst")
        typer.echo(f"  {layout.name}")
        for line in layout.example.splitlines():
            typer.echo("      " + line.replace("\t", " ⇥ "))
        typer.echo(f"    read      {layout.read}")
        if layout.left_out:
            typer.echo(f"    left out  {layout.left_out} (--all-captions reads them)")
    if name is None:
        typer.echo(
            "\nAny other field: --caption-field NAME, or a path to it, such as 'regions[].phrase', 'meta.alt' or"
            "\n'turns[from=gpt].value'; the image likewise: --image-field 'data[].photo.name'."
        )
