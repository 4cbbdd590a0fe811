"""The corridor: read → parse → objects → senses → labels → aggregate → write.

`CaptionParser` is the middle of it, from captions to records. Readers stand in `readers`, files and worker
processes in `runs`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from caption_parser.captions import ImageCaptions
from caption_parser.config import AttributeSet, ParserConfig
from caption_parser.labels.aggregate import aggregate
from caption_parser.labels.baselines import exact_match_labeller, synonym_list_labeller
from shared_runtime.errors import UsageError
from shared_runtime.files import short_digest
from shared_schemas import SCHEMA_VERSION, ImageLabels, Mention
from shared_schemas.label_space_file import load_label_space

if TYPE_CHECKING:
    from caption_parser.senses import Disambiguator
    from caption_parser.synset_parts import SynsetParts

BATCH_IMAGES = 256
"""Images that are parsed together: enough to keep the parser busy, few enough to hold in memory."""


class Labeller(Protocol):
    """Finds the mentions of a label space's classes in captions, whether it parses them or matches strings."""

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[tuple[Mention, ...]]:
        """One tuple of mentions per image, in the order of `images`.

        Mentions stand in the order of the text; `Mention.caption` indexes `ImageCaptions.captions`.
        """
        ...


CaptionSource = Mapping[int | str, Iterable[str]] | Iterable[str | tuple[int | str, str]]


class CaptionParser:
    """Turns captions into image labels.

    >>> for labels in CaptionParser(mode="visual").label(["A black cat on a sofa."]):
    ...     print([label.name for label in labels.foreground])
    ['cat', 'couch']
    """

    def __init__(
        self, config: ParserConfig | None = None, *, sense_model: "Disambiguator | None" = None, **fields: Any
    ) -> None:
        """Load everything once; `fields` are those of `ParserConfig`, in place of a whole one.

        `sense_model` takes the place of the model that `config.senses` names. Raises `UsageError`,
        `LabelSpaceError` or `MissingResourceError`, which say what to do.
        """
        self.config = config if config is not None else ParserConfig(**fields)
        self.label_space = load_label_space(self.config.label_space)
        self._sense_model = sense_model
        self.labeller = self._build_labeller()

    def label(self, captions: CaptionSource) -> Iterator[ImageLabels]:
        """Records in the order in which images first appear; all captions of an image make one record.

        `captions` is a mapping from image id to captions, or pairs of image id and caption in any order, or
        bare captions, each of which is an image of its own, numbered from 1.
        """
        images = _group(captions)
        while batch := list(islice(images, BATCH_IMAGES)):
            yield from self.label_images(batch)

    def label_images(self, images: Sequence[ImageCaptions]) -> list[ImageLabels]:
        """Records of a batch of images, in order. The labels of an image do not depend on its batch."""
        mentions = self.labeller.label(images)
        return [self.record(image, of_image) for image, of_image in zip(images, mentions, strict=True)]

    def record(self, image: ImageCaptions, mentions: Sequence[Mention]) -> ImageLabels:
        """The record of an image with these mentions."""
        return aggregate(
            image,
            mentions,
            self.label_space,
            blocking=self.config.blocking_flags,
            attribute_set=None if self.config.attributes is AttributeSet.LOW_LEVEL else self.config.attributes,
        )

    @cached_property
    def synsets(self) -> "SynsetParts":
        """What the `synsets` labeller is made of."""
        from caption_parser.synset_parts import SynsetParts  # those that match strings need no spaCy

        return SynsetParts(self.config, self.label_space, self._sense_model)

    @cached_property
    def versions(self) -> dict[str, str]:
        """What the labels depend on beside the configuration."""
        versions = {
            "capparse": version("capparse"),
            "schema": SCHEMA_VERSION,
            "label_space": self.label_space.reference,
        }
        if self.config.labeller.startswith("synonyms:"):
            words = Path(self.config.labeller.partition(":")[2]).read_bytes()
            versions["synonyms"] = short_digest(words)
        if self.config.labeller == "synsets":
            versions |= self.synsets.versions
        return versions

    def _build_labeller(self) -> Labeller:
        kind, _, argument = self.config.labeller.partition(":")
        if kind == "synsets" and not argument:
            return self.synsets.labeller
        if kind == "exact" and not argument:
            return exact_match_labeller(self.label_space)
        if kind == "synonyms" and argument:
            return synonym_list_labeller(self.label_space, Path(argument))
        raise UsageError(
            f"--labeller {self.config.labeller}: expected 'synsets', 'exact', or 'synonyms:FILE' with a file of "
            "'name, synonym, …' lines."
        )


def _group(captions: CaptionSource) -> Iterator[ImageCaptions]:
    """All captions of an image together, in order of first appearance."""
    if isinstance(captions, str):
        raise UsageError(f"label(captions) takes an iterable of captions, got one string: {captions[:60]!r}")
    grouped: dict[int | str, list[str]] = {}
    if isinstance(captions, Mapping):
        grouped = {image_id: list(of_image) for image_id, of_image in captions.items()}
    else:
        for number, item in enumerate(captions, 1):
            image_id, caption = (number, item) if isinstance(item, str) else item
            grouped.setdefault(image_id, []).append(caption)
    for row, (image_id, of_image) in enumerate(grouped.items(), 1):
        yield ImageCaptions(image_id, tuple(of_image), row=row)
