"""The receipt of a shard: it is written last, and nothing else means that the shard is done."""

import re
import shlex
from typing import Self

from pydantic import NonNegativeInt, ValidationError

from caption_parser.config import ParserConfig
from caption_parser.runs.summary import RunSummary
from caption_parser.shards.plan import Plan
from shared_runtime.configuration import FrozenModel, differing
from shared_runtime.errors import UsageError
from shared_runtime.storage import Folder, file_size

LABELS = "labels"
"""Where the shards of a plan go in its folder, unless told otherwise."""


_OF_SHARD = re.compile(r"\d{5,}\.(jsonl\.zst|rejected\.jsonl|receipt\.json)")


class WrittenFile(FrozenModel):
    """A file as it was written."""

    name: str
    """In the folder of the shards."""
    bytes: NonNegativeInt
    sha256: str


class Receipt(FrozenModel):
    """What a shard was made from, and what came of it."""

    plan: str
    """The plan's hash."""
    shard: NonNegativeInt
    labels: WrittenFile
    rejected: WrittenFile | None = None
    """Rows without a usable caption; none: there are none."""
    summary: RunSummary

    @property
    def made_by(self) -> "MadeBy":
        """What decides the labels beside the captions."""
        return MadeBy(config=self.summary.config, versions=self.summary.versions)


class MadeBy(FrozenModel):
    """A configuration, and the versions of what it runs on."""

    config: ParserConfig
    versions: dict[str, str]

    def check_same(self, other: Self, what: str, advice: str) -> None:
        """Raises `UsageError` with what differs in `other`, the settings of now."""
        if changed := [f"{name}: {old} → {new}" for name, old, new in differing(self, other)]:
            raise UsageError("\n  ".join([f"{what} was made with different settings:", *changed]) + f"\n{advice}")


def labels_name(shard: int) -> str:
    """The label file of a shard."""
    return f"{shard:05}.jsonl.zst"


def rejected_name(shard: int) -> str:
    """Where the rejected rows of a shard stand."""
    return f"{shard:05}.rejected.jsonl"


def receipt_name(shard: int) -> str:
    """The receipt of a shard."""
    return f"{shard:05}.receipt.json"


def is_of_shard(name: str) -> bool:
    """Whether a file in the folder of the shards has the name of one of theirs."""
    return _OF_SHARD.fullmatch(name) is not None


def label_command(plan: Folder, folder: Folder, shards: str | None = None, *, overwrite: bool = False) -> str:
    """The command that labels shards of a plan into `folder`, for messages that name it."""
    words = ["capparse", "label", "--plan", str(plan)]
    words += [] if str(folder) == plan.of(LABELS) else ["-o", str(folder)]
    words += [] if shards is None else ["--shard", shards]
    return shlex.join([*words, "--overwrite"] if overwrite else words)


def receipt_of(shard: int, plan: Plan, place: Folder, folder: Folder) -> Receipt | None:
    """The receipt of a shard of the plan in `place`; none: it is not done.

    What says that it is of another shard, or not of the captions that the plan has for this one, is no receipt of
    it. Raises `UsageError` where it is one of another plan.
    """
    name = receipt_name(shard)
    if not folder.exists(name):
        return None
    try:
        receipt = Receipt.model_validate_json(folder.read(name))
    except ValidationError:
        return None
    if receipt.plan != plan.hash:
        raise UsageError(
            f"{folder.of(name)} belongs to another plan ({receipt.plan}, this one is {plan.hash}). Label the"
            f" shards again: {label_command(place, folder, overwrite=True)}; or give them another folder"
        )
    planned = plan.shards[shard]
    is_own = (
        receipt.shard == shard
        and receipt.labels.name == labels_name(shard)
        and (receipt.rejected is None or receipt.rejected.name == rejected_name(shard))
        and receipt.summary.fingerprint == planned.fingerprint
        and receipt.summary.rows_read == planned.rows
    )
    return receipt if is_own else None


def done_receipt(shard: int, plan: Plan, place: Folder, folder: Folder) -> Receipt | None:
    """As `receipt_of`; none as well where its files are gone, or cut off: the shard is to be labelled again."""
    receipt = receipt_of(shard, plan, place, folder)
    return None if receipt is None or lost_file(receipt, folder) else receipt


def lost_file(receipt: Receipt, folder: Folder) -> str | None:
    """What is wrong with the size of a file that `receipt` names, or that there is none; None: nothing."""
    for file in filter(None, (receipt.labels, receipt.rejected)):
        if not folder.exists(file.name):
            return f"{file.name} is missing"
        size = file_size(folder.of(file.name))
        if size != file.bytes:
            return f"{file.name}: {size:,} bytes, expected {file.bytes:,}"
    return None
