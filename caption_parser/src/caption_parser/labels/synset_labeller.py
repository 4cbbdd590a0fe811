"""The paper's labeller: parse, find objects, decide senses, look up labels (Vilar & Perez 2021, Section III-A)."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import NamedTuple

from spacy.language import Language

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.labeller import ImageCaptions
from caption_parser.labels.objects import ObjectCandidate, object_candidates
from caption_parser.lexicon import Lexicon
from caption_parser.senses import Disambiguator, SenseChoice, SenseQuery
from caption_parser.syntax.phrase_parser import PhraseParser
from shared_schemas import Attribute, Mention, Route
from shared_schemas.label_space import LabelSpace

_CACHED_SENSES = 1 << 16
_VOCABULARY_LIMIT = 100_000


class _Sense(NamedTuple):
    name: str | None
    key: str | None
    is_group: bool
    """It names many ("a crowd"): "one" of it is no count of its members."""


_NO_SENSE = _Sense(None, None, is_group=False)


class SynsetLabeller:
    """Labels captions by what their noun phrases mean; a `Labeller`."""

    def __init__(
        self,
        nlp: Language,
        parse_phrases: PhraseParser,
        disambiguator: Disambiguator,
        decisions: DecisionTable,
        label_space: LabelSpace,
        lexicon: Lexicon,
        *,
        keep_unlabelled: bool = False,
    ) -> None:
        """`nlp` tags and parses; `keep_unlabelled`: also give the mentions that got no label."""
        self._nlp = nlp
        self._parse_phrases = parse_phrases
        self._disambiguator = disambiguator
        self._lexicon = lexicon
        self._decisions = decisions
        self._attribute_names = {text.lower(): name for text, name in label_space.attribute_names.items()}
        self._keep_unlabelled = keep_unlabelled
        self._sense_of = lru_cache(_CACHED_SENSES)(self._describe_sense)

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[tuple[Mention, ...]]:
        """One tuple of mentions per image, in order; spans refer to the captions as given."""
        captions = [caption for image in images for caption in image.captions]
        candidates = self._find_candidates(captions)
        choices = self._choose_senses(images, captions, candidates)
        of_caption = iter(candidates)
        for image in images:
            yield tuple(
                mention
                for index in range(len(image.captions))
                for candidate in next(of_caption)
                if (mention := self._mention(index, candidate, next(choices))) is not None
            )

    def _find_candidates(self, captions: Sequence[str]) -> list[list[ObjectCandidate]]:
        # Inside a zone spaCy forgets new words, outside it keeps them: keep them while they are few, for speed.
        crowded = len(self._nlp.vocab) > _VOCABULARY_LIMIT
        with self._nlp.memory_zone() if crowded else nullcontext():
            return [
                list(object_candidates(caption, *self._parse_phrases(doc)))
                for caption, doc in zip(captions, self._nlp.pipe(captions), strict=True)
            ]

    def _choose_senses(
        self,
        images: Sequence[ImageCaptions],
        captions: Sequence[str],
        candidates: Sequence[Sequence[ObjectCandidate]],
    ) -> Iterator[SenseChoice | None]:
        """One choice per candidate; none for a phrase that the label space matches by its text alone."""
        image_of_caption = [number for number, image in enumerate(images) for _ in image.captions]
        asked = [
            SenseQuery(caption, c.start, c.first_token_end, c.lemmas[0], c.synsets, image)
            for image, caption, of_caption in zip(image_of_caption, captions, candidates, strict=True)
            for c in of_caption
            if c.synsets
        ]
        answers = iter(self._disambiguator.disambiguate(asked))
        for of_caption in candidates:
            for candidate in of_caption:
                if candidate.synsets:
                    yield next(answers)
                else:
                    neologism = self._decisions.neologisms.get(candidate.lemmas[0])
                    yield None if neologism is None else SenseChoice(neologism, Route.LABEL_SPACE)

    def _mention(self, caption: int, candidate: ObjectCandidate, choice: SenseChoice | None) -> Mention | None:
        decision = self._decisions.decide(candidate.lemmas[0], choice)
        if decision is None and not self._keep_unlabelled:
            return None
        sense = self._sense_of(choice.synset, candidate.lemmas) if choice else _NO_SENSE
        return Mention(
            caption=caption,
            start=candidate.start,
            end=candidate.end,
            head=candidate.head,
            extended_head=candidate.lemmas[0].replace("_", " "),
            synset=sense.name,
            sense_key=sense.key,
            route=choice.route if choice else None,
            score=choice.score if choice else None,
            rule=decision.rule if decision else None,
            depth=decision.depth if decision else None,
            label=decision.label if decision else None,
            attributes=self._attributes(candidate),
            count=None if sense.is_group else candidate.instances,
            phrase_start=candidate.phrase_start,
            phrase_end=candidate.phrase_end,
        )

    def _attributes(self, candidate: ObjectCandidate) -> tuple[Attribute, ...]:
        return tuple(
            Attribute(name=name, start=modifier.start, end=modifier.end)
            for modifier in candidate.modifiers
            if (name := self._attribute_names.get(modifier.word)) is not None
        )

    def _describe_sense(self, synset: int, lemmas: tuple[str, ...]) -> _Sense:
        lexicon = self._lexicon
        lemma = next((lemma for lemma in lemmas if synset in lexicon.synsets(lemma)), None)
        return _Sense(
            name=lexicon.name(synset),
            key=lexicon.sense_key(synset, lemma) if lemma else None,
            is_group=lexicon.lexname(synset) == "noun.group",
        )
