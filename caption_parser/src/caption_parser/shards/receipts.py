"""The receipt of a shard: it is written last, and nothing else means that the shard is done."""

from typing import Self

from pydantic import NonNegativeInt, ValidationError

from caption_parser.config import ParserConfig
from caption_parser.runs.summary import RunSummary
from caption_parser.shards.plan import Plan
from shared_runtime.configuration import FrozenModel, differing
from shared_runtime.errors import UsageError
from shared_runtime.storage import Folder


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


def receipt_of(shard: int, plan: Plan, folder: Folder) -> Receipt | None:
    """The receipt of a shard; none: it is not done. Raises `UsageError` where it is one of another plan."""
    name = receipt_name(shard)
    if not folder.exists(name):
        return None
    try:
        receipt = Receipt.model_validate_json(folder.read(name))
    except ValidationError:
        return None
    if receipt.plan != plan.hash:
        raise UsageError(
            f"{folder.of(name)} belongs to another plan ({receipt.plan}, this one is {plan.hash}). Use another -o,"
            " or --overwrite to replace what is there"
        )
    return receipt
