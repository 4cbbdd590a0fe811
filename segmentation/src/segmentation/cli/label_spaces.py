"""The options that say which classes a truth and masks have, for the commands that compare both."""

from typing import Annotated

import typer

TruthLabelSpace = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="The label space of the truth, by default by its kind.")
]
MasksLabelSpace = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="That of the masks, if another: the truth's base, or a view of it."),
]
