"""Options of commands that show images to a network: at which sizes."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class ViewingArguments:
    """The same of every network, but for what its input size is."""

    input_size: Annotated[
        str,
        typer.Option(
            metavar="auto|original|PIXELS",
            help="Shorter side at which the network sees an image; auto: the side of the training crops.",
        ),
    ] = "auto"
    scales: Annotated[str, typer.Option(metavar="S[,S…]", help="Scales of the input, to average over.")] = "1"
    flip: Annotated[bool, typer.Option("--flip", help="Also average over the mirrored image.")] = False

    def values(self) -> dict[str, Any]:
        """What a configuration takes of these names, which checks it."""
        return {
            "input_size": int(self.input_size) if self.input_size.isdecimal() else self.input_size,
            "scales": tuple(self.scales.split(",")),
            "flip": self.flip,
        }
