"""What a run depends on and how far it came: settings, a hash of the rows that were read, counts."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from caption_parser.config import ParserConfig
from caption_parser.readers.rows import CaptionRow
from shared_schemas.labels import ImageLabels


class Fingerprint(BaseModel):
    """How many caption rows were read, and the BLAKE2b-128 digest of them in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: NonNegativeInt
    digest: str


class RunningFingerprint:
    """Hashes rows one by one: all of a row that a label file can show."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._rows = 0

    def update(self, row: CaptionRow) -> None:
        """Take in the next row."""
        # repr is unambiguous: it tells 1 from "1" and shows where each string ends.
        self._hash.update(repr((row.image_id, row.caption, row.row, row.file_name)).encode())
        self._rows += 1

    @property
    def value(self) -> Fingerprint:
        """Of the rows that were taken in so far."""
        return Fingerprint(rows=self._rows, digest=self._hash.hexdigest())


class RunCounts(BaseModel):
    """Numbers of images, captions, mentions and classes in a label file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: NonNegativeInt = 0
    captions: NonNegativeInt = 0
    labelled_images: NonNegativeInt = 0
    """Images with at least one foreground or background class."""
    mentions: dict[str, int] = {}
    """How many mentions got their label by each rule; `unlabelled`: kept without one."""
    foreground: dict[str, int] = {}
    """In how many images each class is asserted; the most frequent first."""
    background: dict[str, int] = {}

    @classmethod
    def of(cls, records: Iterable[ImageLabels]) -> Self:
        """The counts of some records."""
        images = captions = labelled = 0
        mentions: Counter[str] = Counter()
        foreground: Counter[str] = Counter()
        background: Counter[str] = Counter()
        for record in records:
            images += 1
            captions += len(record.captions)
            labelled += bool(record.foreground or record.background)
            for mention in record.mentions:
                mentions[mention.rule or "unlabelled"] += 1
            for label in record.foreground:
                foreground[label.name] += 1
            for label in record.background:
                background[label.name] += 1
        return cls(
            images=images,
            captions=captions,
            labelled_images=labelled,
            mentions=_ranked(mentions),
            foreground=_ranked(foreground),
            background=_ranked(background),
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(
            images=self.images + other.images,
            captions=self.captions + other.captions,
            labelled_images=self.labelled_images + other.labelled_images,
            mentions=_ranked(Counter(self.mentions) + Counter(other.mentions)),
            foreground=_ranked(Counter(self.foreground) + Counter(other.foreground)),
            background=_ranked(Counter(self.background) + Counter(other.background)),
        )


def _ranked(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSettings(_Frozen):
    """Where the captions come from and which of them are taken."""

    path: str
    format: str | None = None
    caption_field: str | None = None
    image_field: str | None = None
    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    grouped: bool = False


class RunSettings(_Frozen):
    """All that decides the bytes of a label file, but for the captions themselves."""

    config: ParserConfig
    versions: dict[str, str]
    input: InputSettings

    @property
    def config_hash(self) -> str:
        """A short name of the configuration: equal for equal configurations, whatever the input."""
        return hashlib.blake2b(self.config.model_dump_json().encode(), digest_size=6).hexdigest()


class RunState(_Frozen):
    """How far a run came: enough to go on from there, or to see that nothing is left to do."""

    settings: RunSettings
    fingerprint: Fingerprint
    counts: RunCounts
    bytes: NonNegativeInt
    """Length of the label file so far."""


def differences(before: BaseModel, now: BaseModel) -> list[str]:
    """The fields whose values differ, one line each: `config.mode: paper → visual`."""
    old, new = dict(_flat(before.model_dump(mode="json"))), dict(_flat(now.model_dump(mode="json")))
    return [
        f"{name}: {old.get(name, 'not there')} → {new.get(name, 'not there')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flat(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
