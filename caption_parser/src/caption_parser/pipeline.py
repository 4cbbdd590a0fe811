"""The corridor: read → parse → objects → senses → labels → aggregate → write.

`CaptionParser` is the middle of it, from captions to records. Readers stand in `readers`, files and worker
processes in `runs`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Unpack

from caption_parser.captions import ImageCaptions
from caption_parser.config import AttributeSet, ParserConfig, ParserFields, check_names, with_options
from caption_parser.frames.columns import LABEL_COLUMNS, class_names, label_values
from caption_parser.frames.libraries import imported
from caption_parser.frames.types import feature_table
from caption_parser.given import CaptionSource, Column, ColumnChoice, OnRejected, images_of
from caption_parser.given.tables import known_column
from caption_parser.labels.aggregate import aggregate
from caption_parser.labels.baselines import StringLabeller, Synonyms, exact_match_labeller, read_synonyms
from caption_parser.labels.findings import ImageFindings
from caption_parser.model_versions import package_versions
from caption_parser.readers.checks import one_caption
from caption_parser.readers.fields import CAPTION_FIELDS
from shared_runtime.collection import rare_collection
from shared_runtime.errors import UsageError
from shared_schemas import Flag, ImageLabels, LabelSpace
from shared_schemas.errors import shown
from shared_schemas.label_space_file import load_label_space

if TYPE_CHECKING:
    from caption_parser.senses import Disambiguator
    from caption_parser.synset_parts import SynsetParts

BATCH_IMAGES = 256
"""Images that are parsed together: enough to keep the parser busy, few enough to hold in memory."""

_MODELS = ("labeller", "synsets")
"""The attributes that take a second to load."""


class Labeller(Protocol):
    """Finds the mentions of a label space's classes in captions, whether it parses them or matches strings."""

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[ImageFindings]:
        """What was found in each image, in the order of `images`."""
        ...


class CaptionParser:
    """Turns captions into image labels: `parser(caption)` gives the record of one, `label` those of many.

    >>> parser = CaptionParser(mode="visual")
    >>> [label.name for label in parser("A black cat on a sofa.").foreground]
    ['cat', 'couch']
    >>> for labels in parser.label({7: "A black cat", 8: ["Two dogs", "Dogs at play"]}):
    ...     print(labels.image_id, [label.name for label in labels.foreground])
    7 ['cat']
    8 ['dog']

    Threads may share one, of which one parses at a time. It pickles and can be copied: copies load their models
    again, or share those of the copy before.
    """

    _last_copy: ClassVar[tuple[Any, dict[str, Any]]] = None, {}
    """What the last copy was made of, and its models: pools pickle a function with every task."""

    def __init__(
        self,
        config: ParserConfig | None = None,
        *,
        sense_model: "Disambiguator | None" = None,
        **fields: Unpack[ParserFields],
    ) -> None:
        """Load everything once; `fields` are those of `ParserConfig`, in place of those of `config`.

        `sense_model` takes the place of the model that `config.senses` names. Raises `UsageError`,
        `LabelSpaceError` or `MissingResourceError`, which say what to do.
        """
        check_names("CaptionParser", fields, ParserConfig)
        self.config = with_options("CaptionParser", config, fields, ParserConfig)
        self.label_space = load_label_space(self.config.uses_label_space)
        self._sense_model = sense_model
        self._synonyms = self._read_synonyms()
        self.labeller = self._build_labeller()

    def __repr__(self) -> str:
        config = self.config
        how = f"senses: {config.uses_senses}" if config.labeller == "synsets" else f"labeller: {config.labeller}"
        return f"<CaptionParser: {config.mode} mode, label space {self.label_space.reference}, {how}>"

    def __getstate__(self) -> dict[str, Any]:
        """Models are loaded again; label space and synonym list travel, wherever their files are."""
        # As it was before anything was looked up in it: `datasets` names what it has cached by the pickled bytes.
        content = {name: getattr(self.label_space, name) for name in type(self.label_space).model_fields}
        space = LabelSpace.model_construct(**content)
        return {
            "config": self.config,
            "label_space": space,
            "_sense_model": self._sense_model,
            "_synonyms": self._synonyms,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._sense_model is not None:
            self.labeller = self._build_labeller()
            return
        made_of, models = CaptionParser._last_copy
        if made_of == state:
            self.__dict__.update(models)
            return
        self.labeller = self._build_labeller()
        models = {name: self.__dict__[name] for name in _MODELS if name in self.__dict__}
        CaptionParser._last_copy = state, models

    def __call__(self, caption: str) -> ImageLabels:
        """The record of one caption, as `label([caption])` gives it: that of an image with the id 1.

        Raises `UsageError` for what is no caption; several captions of an image go to `label`, by its id.
        """
        if isinstance(caption, list | tuple):
            raise UsageError("parser(caption): got several captions, expected one. Use parser.label([…])")
        (labels,) = self.label_images([ImageCaptions(1, (one_caption(caption, "parser(caption)"),))])
        return labels

    def label(
        self,
        captions: CaptionSource,
        *,
        caption: Column | None = None,
        image: Column | None = None,
        grouped: bool | None = None,
        on_rejected: OnRejected | None = None,
    ) -> Iterator[ImageLabels]:
        """Records in the order in which images first appear; all captions of an image make one record.

        Args:
            captions: one of
                - bare captions, each of which is an image of its own, numbered from 1;
                - pairs (image id, caption);
                - a mapping from image id to a caption or to captions;
                - a table: a frame of pandas or polars, a table of PyArrow, a `datasets.Dataset`, rows or columns
                  as mappings. Without a column of images it may have no other column than the captions, and each
                  row is an image of its own.
            caption, image: the columns of a table; None: those with a name that files are searched for, too.
            grouped: the captions of an image follow each other, and it is labelled as soon as the next one comes;
                None: of pairs and rows that have no length (a generator, a stream), which may be endless. What has
                a length is read as a whole first. Bare captions and mappings are always labelled as they come.
            on_rejected: called with each caption that is missing, empty, too long or damaged, as in files: it is
                left out, and an image without another one has no record. None: a `RejectedCaptionWarning` says so.

        Raises:
            UsageError: these are no captions, or the columns are not known.
            InputError: with `grouped`, an image comes back after another one.
        """
        images = images_of(captions, ColumnChoice(caption, image), grouped=grouped, on_rejected=on_rejected)
        return self._label(images)

    def label_batch(self, batch: Mapping[str, Sequence[Any]], caption: str | None = None) -> dict[str, list[Any]]:
        """New columns of a batch of rows, each of which is an image: for a `datasets.Dataset`.

        >>> dataset.map(parser.label_batch, batched=True, num_proc=4, fn_kwargs={"caption": "text"},
        ...             features=parser.label_features(dataset))  # doctest: +SKIP

        `batch` maps columns to values; a caption may be a text or several. The new columns are the
        `LABEL_COLUMNS` of `frames.columns`. A row without a usable caption has empty lists, and a
        `RejectedCaptionWarning` says so. Raises `UsageError` where the column of captions is not known.
        """
        column = caption if caption is not None else known_column(list(batch), CAPTION_FIELDS)
        if column is None or column not in batch:
            raise UsageError(
                f"label_batch: got the columns {shown(list(batch))}, expected one of captions, "
                f"{'by a known name' if caption is None else repr(caption)}. Give fn_kwargs={{'caption': 'NAME'}}"
            )
        rows: list[dict[str, Any]] = [{label.name: [] for label in LABEL_COLUMNS} for _ in batch[column]]
        for record in self.label(dict(enumerate(batch[column]))):
            rows[int(record.image_id)] = label_values(record, self.label_space)
        return {label.name: [row[label.name] for row in rows] for label in LABEL_COLUMNS}

    def label_features(self, dataset: Any) -> Any:
        """The features of `dataset`, a `datasets.Dataset`, with those that `label_batch` adds.

        Without them, `map` guesses from its first rows, and columns that are empty there have no type.
        """
        added = feature_table(LABEL_COLUMNS, class_names(self.label_space), numeric_ids=True)
        features = imported("datasets").Features
        return features({**dataset.features, **features.from_dict(added)})

    def _label(self, images: Iterator[ImageCaptions]) -> Iterator[ImageLabels]:
        size = 1
        while batch := list(islice(images, size)):
            yield from self.label_images(batch)
            size = min(2 * size, BATCH_IMAGES)  # an endless source gives its first record at once

    def label_images(self, images: Sequence[ImageCaptions]) -> list[ImageLabels]:
        """Records of a batch of images, in order. The labels of an image do not depend on its batch."""
        with rare_collection():
            findings = list(self.labeller.label(images))
            return [self.record(image, of_image) for image, of_image in zip(images, findings, strict=True)]

    def record(self, image: ImageCaptions, findings: ImageFindings) -> ImageLabels:
        """The record of an image in which these mentions and relations were found."""
        return aggregate(
            image,
            findings.mentions,
            self.label_space,
            relations=findings.relations,
            blocking=self._blocking,
            attribute_set=None if self.config.attributes is AttributeSet.LOW_LEVEL else self.config.attributes,
        )

    @cached_property
    def _blocking(self) -> frozenset[Flag]:
        return self.config.blocking_flags

    @cached_property
    def synsets(self) -> "SynsetParts":
        """What the `synsets` labeller is made of."""
        from caption_parser.synset_parts import SynsetParts  # those that match strings need no spaCy

        return SynsetParts(self.config, self.label_space, self._sense_model)

    @cached_property
    def versions(self) -> dict[str, str]:
        """What the labels depend on beside the configuration."""
        versions = package_versions(self.label_space.reference)
        if self._synonyms:
            versions["synonyms"] = self._synonyms.digest
        if self.config.labeller == "synsets":
            versions |= self.synsets.versions
        return versions

    def _read_synonyms(self) -> Synonyms | None:
        kind, _, path = self.config.labeller.partition(":")
        return read_synonyms(Path(path), self.label_space) if kind == "synonyms" and path else None

    def _build_labeller(self) -> Labeller:
        if self._synonyms:
            return StringLabeller(self.label_space, self._synonyms.words)
        if self.config.labeller == "synsets":
            return self.synsets.labeller
        if self.config.labeller == "exact":
            return exact_match_labeller(self.label_space)
        raise UsageError(
            f"--labeller: got {shown(self.config.labeller)}, expected 'synsets', 'exact', or 'synonyms:FILE' with"
            " a file of 'name, synonym, …' lines."
        )
