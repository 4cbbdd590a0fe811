"""The corridor: read → parse → objects → senses → labels → aggregate → write.

`CaptionParser` is the middle of it, from captions to records. Readers stand in `readers`, files and worker
processes in `runs`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from caption_parser.captions import ImageCaptions
from caption_parser.config import AttributeSet, ParserConfig
from caption_parser.labels.aggregate import aggregate
from shared_runtime.errors import UsageError
from shared_schemas import SCHEMA_VERSION, ImageLabels, Mention
from shared_schemas.label_space_file import load_label_space

if TYPE_CHECKING:
    from spacy.language import Language

    from caption_parser.labels.decisions import DecisionTable
    from caption_parser.labels.reading import LabelStep
    from caption_parser.labels.synset_labeller import SynsetLabeller
    from caption_parser.lexicon import Lexicon
    from caption_parser.senses import Disambiguator
    from caption_parser.senses.caption_prior import CaptionPrior
    from caption_parser.syntax.phrase_parser import PhraseParser

BATCH_IMAGES = 256
"""Images that are parsed together: enough to keep the parser busy, few enough to hold in memory."""

TAG_TO_POS = "caption_tag_to_pos"


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
    def nlp(self) -> "Language":
        """The spaCy pipeline of the `synsets` labeller: tagger and parser."""
        from caption_parser.models import load_nlp

        nlp = load_nlp(self.config.spacy_model)
        if self.config.objects == "syntax" and TAG_TO_POS in nlp.pipe_names:
            nlp.disable_pipe(TAG_TO_POS)  # our rules read tags; only spaCy's noun chunks need parts of speech
        return nlp

    @cached_property
    def parse_phrases(self) -> "PhraseParser":
        """From a parse to noun phrases, with the words and phrases of the label space beside WordNet's."""
        from caption_parser.labels.spelling import Respeller
        from caption_parser.syntax.extended_heads import ExtendedHeadFinder
        from caption_parser.syntax.phrase_parser import PhraseParser
        from caption_parser.syntax.scene_graph import scene_graph_noun_phrases

        rules = self.config.rules
        phrases = frozenset[str]().union(*(step.phrases for step in self.steps))
        respell = Respeller(self.decisions.label_words, self.lexicon) if rules.typos else None
        find_extended_head = ExtendedHeadFinder(self.lexicon, rules, phrases, respell)
        find_phrases = scene_graph_noun_phrases() if self.config.objects == "sng" else None
        return PhraseParser(rules, find_extended_head, find_phrases)

    @cached_property
    def sense_model(self) -> "Disambiguator":
        """What tells the senses of a word apart, before the strategies around it."""
        from caption_parser.senses import load_disambiguator

        return self._sense_model or load_disambiguator(self.config.senses)

    @cached_property
    def caption_prior(self) -> "CaptionPrior":
        """How often captions mean each sense; empty where it is not asked for, or none is beside the model."""
        from caption_parser.senses.caption_prior import load_caption_prior

        return load_caption_prior(self.config.senses) if self.config.uses_caption_prior else {}

    def disambiguator(self, *, ask_all: bool = False) -> "Disambiguator":
        """The sense model with the strategies of the configuration; `ask_all`: it is asked about every word."""
        from caption_parser.senses.strategies import Strategies, with_strategies

        wanted = Strategies(
            prior=self.caption_prior,
            certainty=1.0 if ask_all else self.config.certainty,
            joint=self.config.uses_joint,
            margin=self.config.margin,
            skip_undisputed=self.config.skip_undisputed and not ask_all,
        )
        return with_strategies(self.sense_model, self.decisions.label_of, wanted)

    @cached_property
    def lexicon(self) -> "Lexicon":
        """WordNet."""
        from caption_parser.lexicon import default_lexicon

        return default_lexicon()

    @cached_property
    def decisions(self) -> "DecisionTable":
        """Which label a synset or a phrase gets in the label space."""
        from caption_parser.labels.decisions import DecisionTable

        return DecisionTable(self.label_space, self.lexicon, reviewed=self.config.rules.reviewed_words)

    @cached_property
    def steps(self) -> "Sequence[LabelStep]":
        """What leads from senses to labels."""
        from caption_parser.labels.steps import label_steps

        return label_steps(self.config.rules, self.decisions, self.lexicon)

    @cached_property
    def synset_labeller(self) -> "SynsetLabeller":
        """The labeller `synsets`: the parser itself."""
        from caption_parser.labels.mention_writer import AttributeNamer, MentionWriter
        from caption_parser.labels.synset_labeller import SynsetLabeller

        attribute_name = AttributeNamer(self.label_space.attribute_names, self.lexicon, self.config.attributes)
        write = MentionWriter(attribute_name, self.lexicon, keep_unlabelled=self.config.keep_unlabelled)
        return SynsetLabeller(
            self.nlp, self.parse_phrases, self.disambiguator(), self.decisions, self.steps, write
        )

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
            versions["synonyms"] = blake2b(words, digest_size=6).hexdigest()
        if self.config.labeller == "synsets":
            from caption_parser.senses.caption_prior import caption_prior_digest

            meta = self.nlp.meta
            versions |= {
                "spacy": version("spacy"),
                "spacy_model": f"{meta['lang']}_{meta['name']} {meta['version']}",
                "wordnet": "3.0",
                "senses": self.sense_model.name,
            }
            if self.config.uses_caption_prior and (digest := caption_prior_digest(self.config.senses)):
                versions["caption_prior"] = digest
        return versions

    def _build_labeller(self) -> Labeller:
        kind, _, argument = self.config.labeller.partition(":")
        if kind == "synsets" and not argument:
            return self.synset_labeller
        from caption_parser.labels.baselines import exact_match_labeller, synonym_list_labeller

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
