"""`capparse schema`: the JSON Schema of the files that capparse reads and writes."""

from enum import StrEnum
from typing import Annotated

import typer


class SchemaName(StrEnum):
    """The formats that have a schema."""

    IMAGE_LABELS = "image_labels"
    LABEL_SPACE = "label_space"


def schema_command(
    name: Annotated[SchemaName, typer.Argument(help="Which format.")] = SchemaName.IMAGE_LABELS,
) -> None:
    """Print a JSON Schema: of one line of a label file, or of a label space file.

    Examples:

      capparse schema

      capparse schema label_space > label_space.schema.json
    """
    from shared_schemas.schema import rendered

    typer.echo(rendered(name.value), nl=False)
