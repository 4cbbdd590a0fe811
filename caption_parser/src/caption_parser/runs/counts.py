"""What a run counts, in a form that adds up over batches and survives an interruption."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from shared_schemas.labels import ImageLabels


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
