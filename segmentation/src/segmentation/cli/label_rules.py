"""Options of commands that read label files: which labels are believed."""

from typing import Annotated, Any

import typer

MinVotes = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Captions that must assert a class; else it is neither taken as there nor as not."
    ),
]
MinConfidence = Annotated[
    float | None, typer.Option(min=0, max=1, metavar="X", help="Confidence that a class must have, likewise.")
]
Rivals = Annotated[
    bool | None,
    typer.Option(
        "--rivals/--no-rivals",
        help="Likewise where a single caption names a class, and most name another one of its kind: a giraffe "
        "among zebras.",
    ),
]


def given_rules(min_votes: int | None, min_confidence: float | None, rivals: bool | None) -> dict[str, Any]:
    """Fields of `LabelRules` that the command line sets."""
    given = {"min_votes": min_votes, "min_confidence": min_confidence, "rivals": rivals}
    return {name: value for name, value in given.items() if value is not None}
