"""What a run depends on and how far it got: settings, a hash of the rows that were read, counts."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import Field, NonNegativeInt

from caption_parser.config import ParserConfig
from caption_parser.readers.inputs import InputOptions
from caption_parser.readers.rows import CaptionRow, Reason, RejectedRow, RowFields, row_fields
from shared_runtime.configuration import FrozenModel
from shared_runtime.files import short_digest
from shared_schemas.labels import ImageLabels


class Fingerprint(FrozenModel):
    """How many caption rows were read, and the BLAKE2b-128 digest of them in order."""

    rows: NonNegativeInt
    digest: str


def shown_fields(fields: RowFields) -> bytes:
    """All of a row that a label file can show."""
    # repr is unambiguous: it tells 1 from "1" and shows where each string ends.
    return repr(fields[:-1]).encode()


class RunningFingerprint:
    """Hashes rows one by one."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self.rows = 0
        """How many rows were taken in."""

    def update(self, row: CaptionRow) -> None:
        """Take in the next row."""
        self.take(shown_fields(row_fields(row)))

    def take(self, shown: bytes) -> None:
        """Take in the next row, as `shown_fields` gives it."""
        self._hash.update(shown)
        self.rows += 1

    @property
    def value(self) -> Fingerprint:
        """Of the rows that were taken in so far."""
        return Fingerprint(rows=self.rows, digest=self._hash.hexdigest())


class RunCounts(FrozenModel):
    """Numbers of images, captions, mentions and classes in a label file."""

    images: NonNegativeInt = 0
    captions: NonNegativeInt = 0
    labelled_images: NonNegativeInt = 0
    """Images with at least one foreground or background class."""
    mentions: dict[str, int] = Field(default_factory=dict)
    """How many mentions got their label by each rule; `unlabelled`: kept without one."""
    foreground: dict[str, int] = Field(default_factory=dict)
    """In how many images each class is asserted; the most frequent first."""
    background: dict[str, int] = Field(default_factory=dict)

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


class FailedImage(FrozenModel):
    """An image that could not be labelled. The run goes on without it."""

    row: int
    """Of its first caption in the input."""
    message: str
    captions: tuple[str, ...]
    source: str | None = None
    """The input of this row, where there are several."""

    def rejected(self, source: str) -> RejectedRow:
        """As it stands among the rejected rows; `source`: the only input."""
        raw = "\n".join(self.captions)
        return RejectedRow(self.row, Reason.LABELLING_FAILED, self.message, raw, self.source or source)


def _ranked(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


class _Path(FrozenModel):
    path: str


class InputSettings(InputOptions, _Path):
    """Where the captions come from, how they are read, and which of them are taken.

    The fields of the last base class come first, so that the path precedes the rest in the files of a run.
    """


class RunSettings(FrozenModel):
    """All that decides the bytes of a label file, but for the captions themselves."""

    config: ParserConfig
    versions: dict[str, str]
    input: InputSettings

    @property
    def config_hash(self) -> str:
        """A short name of the configuration: equal for equal configurations, whatever the input."""
        return short_digest(self.config.model_dump_json().encode())


class RunState(FrozenModel):
    """How far a run got: enough to resume it, or to see that nothing is left to do."""

    settings: RunSettings
    fingerprint: Fingerprint
    counts: RunCounts
    bytes: NonNegativeInt
    """Length of the label file so far."""
    digest: str | None = None
    """BLAKE2b-128 of these bytes; none: the run was begun by an earlier version."""
    failed: tuple[FailedImage, ...] = ()
    """Images that are not in the label file."""

    @property
    def images(self) -> int:
        """How many images are done with, in the label file or not."""
        return self.counts.images + len(self.failed)
