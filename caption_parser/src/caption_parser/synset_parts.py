"""What the labeller `synsets` is made of, from parses to labels; each part is loaded when it is needed."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from spacy.language import Language

from caption_parser.config import ParserConfig
from caption_parser.labels.claims import ClaimedPrior
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.games import GamesAndThings
from caption_parser.labels.implied import ImpliedObjects
from caption_parser.labels.mention_writer import AttributeNamer, MentionWriter
from caption_parser.labels.own_attributes import OwnAttributes
from caption_parser.labels.reading import LabelStep
from caption_parser.labels.relation_writer import RelationWriter
from caption_parser.labels.spelling import Respeller
from caption_parser.labels.steps import label_steps
from caption_parser.labels.synset_labeller import SynsetLabeller
from caption_parser.labels.usual_senses import usual_senses
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.model_versions import model_versions
from caption_parser.models import load_nlp
from caption_parser.models.caption_trees import CaptionTrees
from caption_parser.models.loading import describe_words_briefly
from caption_parser.models.tag_to_pos import TAG_TO_POS
from caption_parser.senses import Disambiguator, load_disambiguator
from caption_parser.senses.caption_prior import CaptionPrior, load_caption_prior
from caption_parser.senses.caption_senses import CaptionSenses
from caption_parser.senses.cues import shipped_cues
from caption_parser.senses.strategies import Outcome, Strategies, with_strategies
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.phrase_parser import PhraseParser
from caption_parser.syntax.relations.finder import RelationFinder
from caption_parser.syntax.segmented import SegmentedParser
from caption_parser.syntax.sng_phrases import scene_graph_noun_phrases
from caption_parser.syntax.text.segments import Segmenter
from caption_parser.syntax.words.named_words import NamedWords
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas import LabelSpace


class SynsetParts:
    """The models and tables of one configuration and label space."""

    def __init__(
        self, config: ParserConfig, label_space: LabelSpace, sense_model: Disambiguator | None = None
    ) -> None:
        """`sense_model` takes the place of the model that `config.senses` names."""
        if config.senses == "captions" and config.spacy_model is not None:
            raise UsageError(
                "--senses captions reads vectors of the caption pipeline, which --spacy-model replaces."
                " Try: --senses accurate"
            )
        self._config = config
        self._label_space = label_space
        self._given_model = sense_model
        self.rules = config.rules
        self.lexicon: Lexicon = default_lexicon()

    @cached_property
    def labeller(self) -> SynsetLabeller:
        """What finds mentions in captions, made of all the others."""
        config = self._config
        attribute_name = AttributeNamer(
            self._label_space.attribute_names,
            self.lexicon,
            config.attributes,
            quantities=not self.rules.visible_attributes,
        )
        write = MentionWriter(
            attribute_name,
            self.lexicon,
            own_attributes=OwnAttributes(self.lexicon, self.decisions) if self.rules.own_attributes else None,
            keep_unlabelled=config.keep_unlabelled,
            write_relations=RelationWriter(RelationFinder(self.lexicon)) if config.relations else None,
        )
        games = GamesAndThings(self.lexicon) if self.rules.sense_cues else None
        return SynsetLabeller(self.parse, self.disambiguator(), self.decisions, self.steps, write, games)

    @cached_property
    def parse(self) -> SegmentedParser:
        """From captions to noun phrases."""
        segmenter = Segmenter(self.lexicon) if self.rules.segments else None
        config = self._config
        fast = config.spacy_model is None and config.objects == "syntax"
        return SegmentedParser(self.nlp, self.parse_phrases, segmenter, CaptionTrees(self.nlp) if fast else None)

    @cached_property
    def nlp(self) -> Language:
        """Tagger and parser."""
        nlp = load_nlp(self._config.spacy_model)
        if self._config.spacy_model is None and self._config.objects == "syntax":
            describe_words_briefly(nlp)
        if self._config.objects == "syntax" and TAG_TO_POS in nlp.pipe_names:
            nlp.disable_pipe(TAG_TO_POS)  # our rules read tags; only spaCy's noun chunks need parts of speech
        return nlp

    @cached_property
    def parse_phrases(self) -> PhraseParser:
        """From a parse to noun phrases, with the words and phrases of the label space beside WordNet's."""
        phrases = self.decisions.phrases | (self._implied.phrases if self._implied else frozenset())
        decisions = self.decisions
        respell = Respeller(decisions.label_words, self.lexicon, decisions.label_of) if self.rules.typos else None
        claims = decisions.claims
        named = NamedWords(phrases, claims.kept_whole if claims else {})
        find_extended_head = ExtendedHeadFinder(self.lexicon, self.rules, named, respell)
        find_phrases = scene_graph_noun_phrases() if self._config.objects == "sng" else None
        return PhraseParser(self.rules, find_extended_head, find_phrases)

    @cached_property
    def decisions(self) -> DecisionTable:
        """Which label a synset or a phrase gets in the label space."""
        rules = self.rules
        return DecisionTable(
            self._label_space,
            self.lexicon,
            reviewed=rules.reviewed_words,
            groups=rules.people_groups,
            claims=rules.claims,
            usual=self.usual_senses,
        )

    @cached_property
    def usual_senses(self) -> Mapping[int, tuple[int, ...]]:
        """Class → the senses that its name usually has, of classes that have nothing else."""
        if not self.rules.usual_senses or not any(label.is_named_alone for label in self._label_space.classes):
            return {}
        return usual_senses(self._label_space, self.lexicon, self._prior_of_captions)

    @cached_property
    def steps(self) -> Sequence[LabelStep]:
        """What leads from senses to labels."""
        return label_steps(self.rules, self.decisions, self.lexicon, self._implied)

    @cached_property
    def sense_model(self) -> Disambiguator:
        """What tells the senses of a word apart, before the strategies around it."""
        model = self._given_model or load_disambiguator(self._config.uses_senses)
        if isinstance(model, CaptionSenses) and model.meta.pipeline != self._pipeline_version:
            raise MissingResourceError(
                f"{model.name}: it reads vectors of {model.meta.pipeline}, and {self._pipeline_version} is here."
                " Try: pip install --force-reinstall capparse, or --senses accurate"
            )
        return model

    @cached_property
    def caption_prior(self) -> CaptionPrior:
        """How often captions mean each sense, and what the label space claims; empty where it is not asked for."""
        if not self._config.uses_caption_prior:
            return {}
        prior, claims = self._prior_of_captions, self.decisions.claims
        return ClaimedPrior(prior, claims) if claims else prior

    @cached_property
    def _prior_of_captions(self) -> CaptionPrior:
        config = self._config
        return load_caption_prior(config.uses_senses) if config.uses_caption_prior else {}

    def disambiguator(self, *, ask_all: bool = False) -> Disambiguator:
        """The sense model with the strategies of the configuration; `ask_all`: it is asked about every word."""
        config, prior = self._config, self.caption_prior
        wanted = Strategies(
            prior=prior,
            trusted=prior.unmoved if isinstance(prior, ClaimedPrior) else None,
            certainty=1.0 if ask_all else config.certainty,
            cues=shipped_cues() if self.rules.sense_cues else {},
            joint=config.uses_joint,
            margin=config.margin,
            skip_undisputed=config.skip_undisputed and not ask_all,
        )
        return with_strategies(self.sense_model, self._outcome_of, wanted)

    def _outcome_of(self, synset: int) -> Outcome:
        """What a word in a sense gives: its label, and the labels of what it entails."""
        label = self.decisions.label_of(synset)
        entailed = self._implied.labels_of(synset) if self._implied else None
        return (label, entailed) if entailed else label

    @cached_property
    def _implied(self) -> ImpliedObjects | None:
        return ImpliedObjects(self.decisions, self.lexicon) if self.rules.implied else None

    @property
    def _pipeline_version(self) -> str:
        meta = self.nlp.meta
        return f"{meta['lang']}_{meta['name']} {meta['version']}"

    @property
    def versions(self) -> dict[str, str]:
        """Those of the models and of what reads them."""
        return model_versions(self._config, pipeline=self._pipeline_version, senses=self.sense_model.name)
