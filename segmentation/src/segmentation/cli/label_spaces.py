"""The options that say which classes a truth and masks have, for the commands that compare both."""

from typing import Annotated

import typer

TruthLabelSpace = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="Label space of the truth  [default: by the kind of truth]")
]
MasksLabelSpace = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Label space of the masks, if it is another: the base of the truth's, or a view of it.",
    ),
]
