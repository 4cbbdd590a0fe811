"""Options of commands that read label files: which labels are believed."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class LabelRuleArguments:
    """Fields of `LabelRules`; None: as the configuration has it."""

    min_votes: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Captions that must assert a class (of an image with fewer, all of them); else it is neither "
            "taken as there nor as not.",
        ),
    ] = None
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="X", help="Confidence that a class must have, likewise."),
    ] = None
    # As the configuration calls it. `refer` has an option of that name, for something else.
    rivals: Annotated[
        bool | None,
        typer.Option(
            "--doubt-outvoted/--trust-outvoted",
            help="Likewise where a single caption names a class, and most name another one of its kind: a giraffe "
            "among zebras.",
        ),
    ] = None

    def given(self, prefix: str = "") -> dict[str, Any]:
        """Those that the command line sets, their names behind `prefix`."""
        return {f"{prefix}{name}": value for name, value in asdict(self).items() if value is not None}
