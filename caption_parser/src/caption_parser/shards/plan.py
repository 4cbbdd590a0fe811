"""The plan of a large run: the inputs, and the shards that they are cut into. Every worker reads it."""

import shlex
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import NonNegativeInt, PositiveInt, ValidationError

from caption_parser.json_file import first_problem
from caption_parser.readers import ReadingOptions
from caption_parser.readers.stretches import Stretch
from caption_parser.runs.state import Fingerprint
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import short_digest
from shared_runtime.storage import Folder, is_url

PLAN = "plan.json"
"""The plan in its folder, written when everything else is there."""
_NAMED = 3
"""Inputs in the command that makes a plan anew."""


class PlannedInput(FrozenModel):
    """An input as it was when the plan was made."""

    path: str
    """Path or URL, as given."""
    format: str
    bytes: NonNegativeInt
    rows: NonNegativeInt
    """With those that hold no usable caption."""
    captions: NonNegativeInt
    image: str | None = None
    """The image file beside a text file."""


class Piece(FrozenModel):
    """Consecutive rows of one input, or rows that were copied."""

    input: NonNegativeInt | None = None
    """Which of the inputs; none: rows of all inputs, sorted by image."""
    stretch: Stretch | None = None
    """Where the rows stand in the input."""
    copied: str | None = None
    """The file in the plan's folder that the rows were copied to, as the input cannot be entered in its middle."""


class Shard(FrozenModel):
    """What one worker labels in one go. The captions of an image stand in one shard, all of them."""

    pieces: tuple[Piece, ...]
    rows: NonNegativeInt
    fingerprint: Fingerprint
    """Of its captions: how many there are, and a hash of all that the labels can depend on."""


class Plan(FrozenModel):
    """How an input is cut. The same input gives the same plan, to the byte."""

    version: Literal[1] = 1
    reading: ReadingOptions
    captions_per_shard: PositiveInt
    inputs: tuple[PlannedInput, ...]
    sorted_by_image: bool
    """The captions of an image stood far apart, and were brought together."""
    fingerprint: Fingerprint
    """Of all captions in the order of the input, as a single run over it has it."""
    shards: tuple[Shard, ...]

    @cached_property
    def hash(self) -> str:
        """A short name of the plan: equal for equal plans."""
        return short_digest(self.model_dump_json().encode(), size=8)

    @property
    def rows(self) -> int:
        """All rows, with those that hold no usable caption."""
        return sum(one.rows for one in self.inputs)

    @property
    def path(self) -> str:
        """The inputs as the settings of a single run over them name them."""
        return " ".join(one.path for one in self.inputs)

    @property
    def copies(self) -> frozenset[str]:
        """The files in the plan's folder that rows were copied to."""
        return frozenset(
            piece.copied for shard in self.shards for piece in shard.pieces if piece.copied is not None
        )

    def files_of_inputs(self) -> dict[str, Path]:
        """The local files that are read, by what `check_output` calls them."""
        return {f"the input {one.path}": Path(one.path) for one in self.inputs if not is_url(one.path)}

    def command(self, place: Folder) -> str:
        """The command that makes this plan anew."""
        size = ["--captions-per-shard", str(self.captions_per_shard)]
        options = [
            word
            for name, value in self.reading.model_dump(exclude_defaults=True).items()
            for word in (f"--{name.replace('_', '-')}", *([] if value is True else [str(value)]))
        ]
        inputs = [one.path for one in self.inputs[:_NAMED]] + (["…"] if len(self.inputs) > _NAMED else [])
        return shlex.join(["capparse", "plan", *inputs, "-o", str(place), *size, *options, "--overwrite"])

    def numbers(self, chosen: str | None) -> list[int]:
        """The shards that a text such as `7`, `0,4` or `8-11` means; none: all. Raises `UsageError`."""
        count = len(self.shards)
        if chosen is None:
            return list(range(count))
        numbers: dict[int, None] = {}
        for part in chosen.split(","):
            first, dash, last = part.strip().partition("-")
            if not first.isdecimal() or (dash and not last.isdecimal()):
                raise UsageError(f"--shard {chosen}: expected numbers and ranges such as 7 or 0,4,8-11")
            if last and int(last) < int(first):
                raise UsageError(f"--shard {chosen}: a range counts upwards. Try {last}-{first}")
            if int(last or first) >= count:
                there = f"the shards 0 to {count - 1}" if count > 1 else "one shard, 0"
                raise UsageError(f"--shard {chosen}: the plan has {there}")
            numbers |= dict.fromkeys(range(int(first), int(last or first) + 1))
        return list(numbers)


def shown_numbers(numbers: list[int]) -> str:
    """`0,4,8-11`, as `Plan.numbers` reads it; numbers ascend."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    return ",".join("-".join(map(str, ends)) for ends in ranges)


def load_plan(folder: Folder) -> Plan:
    """The plan in a folder. Raises `UsageError` where there is none, `InputError` where it is damaged."""
    if folder.local is not None and folder.local.is_file():
        raise UsageError(f"{folder} is a file, expected the folder of a plan. Try: capparse plan INPUT -o FOLDER")
    if not folder.exists(PLAN):
        raise UsageError(f"{folder}: there is no plan in it. Try: capparse plan INPUT -o {folder}")
    try:
        return Plan.model_validate_json(folder.read(PLAN))
    except ValidationError as error:
        raise InputError(
            f"{folder.of(PLAN)} is no plan of this version: {first_problem(error)}, as 'capparse plan' writes it"
        ) from None
