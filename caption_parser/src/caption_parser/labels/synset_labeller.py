"""The paper's labeller: parse, find objects, decide senses, look up labels (Vilar & Perez 2021, Section III-A)."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.labels.agreement import Agreement, Reading
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.implied import ImpliedObjects, VerbEvidence
from caption_parser.labels.labeller import ImageCaptions
from caption_parser.labels.mention_writer import MentionWriter
from caption_parser.labels.objects import ObjectCandidate, object_candidates
from caption_parser.senses import Disambiguator, SenseChoice, SenseQuery
from caption_parser.syntax.phrase_parser import PhraseParser
from shared_schemas import Mention, Route

_VOCABULARY_LIMIT = 100_000


class _Parsed(NamedTuple):
    candidates: list[ObjectCandidate]
    verbs: list[VerbEvidence]


class SynsetLabeller:
    """Labels captions by what their noun phrases mean; a `Labeller`."""

    def __init__(
        self,
        nlp: Language,
        parse_phrases: PhraseParser,
        disambiguator: Disambiguator,
        decisions: DecisionTable,
        write: MentionWriter,
        *,
        agreement: Agreement | None = None,
        implied: ImpliedObjects | None = None,
        keep_unlabelled: bool = False,
    ) -> None:
        """`nlp` tags and parses; `keep_unlabelled`: also give the mentions that got no label.

        `agreement` settles words over the captions of an image, `implied` adds what is entailed; the paper
        has neither.
        """
        self._nlp = nlp
        self._parse_phrases = parse_phrases
        self._disambiguator = disambiguator
        self._decisions = decisions
        self._write = write
        self._agreement = agreement
        self._implied = implied
        self._keep_unlabelled = keep_unlabelled

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[tuple[Mention, ...]]:
        """One tuple of mentions per image, in order; spans refer to the captions as given."""
        captions = [caption for image in images for caption in image.captions]
        parsed = self._parse(captions)
        choices = self._choose_senses(images, captions, parsed)
        remaining = iter(parsed)
        for image in images:
            of_image = list(islice(remaining, len(image.captions)))
            chosen = [list(islice(choices, len(caption.candidates))) for caption in of_image]
            yield tuple(self._mentions(image, of_image, chosen))

    def _parse(self, captions: Sequence[str]) -> list[_Parsed]:
        # Inside a zone spaCy forgets new words, outside it keeps them: keep them while they are few, for speed.
        crowded = len(self._nlp.vocab) > _VOCABULARY_LIMIT
        with self._nlp.memory_zone() if crowded else nullcontext():
            docs = self._nlp.pipe(captions)
            return [self._parse_one(caption, doc) for caption, doc in zip(captions, docs, strict=True)]

    def _parse_one(self, caption: str, doc: Doc) -> _Parsed:
        tree, phrases = self._parse_phrases(doc)
        candidates = [
            candidate._replace(synsets=self._decisions.meant(candidate.lemmas, candidate.synsets))
            for candidate in object_candidates(caption, tree, phrases)
        ]
        return _Parsed(candidates, list(self._implied.of_verbs(tree)) if self._implied else [])

    def _choose_senses(
        self, images: Sequence[ImageCaptions], captions: Sequence[str], parsed: Sequence[_Parsed]
    ) -> Iterator[SenseChoice | None]:
        """One choice per candidate; none for a phrase that the label space matches by its text alone."""
        image_of_caption = [number for number, image in enumerate(images) for _ in image.captions]
        asked = [
            SenseQuery(caption, c.start, c.first_token_end, c.lemmas[0], c.synsets, image)
            for image, caption, of_caption in zip(image_of_caption, captions, parsed, strict=True)
            for c in of_caption.candidates
            if c.synsets
        ]
        answers = iter(self._disambiguator.disambiguate(asked))
        for of_caption in parsed:
            for candidate in of_caption.candidates:
                if candidate.synsets:
                    yield next(answers)
                else:
                    neologism = self._decisions.neologisms.get(candidate.lemmas[0])
                    yield None if neologism is None else SenseChoice(neologism, Route.LABEL_SPACE)

    def _mentions(
        self, image: ImageCaptions, parsed: Sequence[_Parsed], chosen: Sequence[Sequence[SenseChoice | None]]
    ) -> Iterator[Mention]:
        read = [list(map(self._read, p.candidates, c)) for p, c in zip(parsed, chosen, strict=True)]
        settled = self._agreement.settle(read) if self._agreement else {}
        for index, (caption, of_caption) in enumerate(zip(image.captions, parsed, strict=True)):
            found = []
            for candidate, choice, reading in zip(of_caption.candidates, chosen[index], read[index], strict=True):
                decision = settled.get(reading, reading.decision)
                if decision is not None or self._keep_unlabelled:
                    found.append(self._write.named(index, candidate, choice, decision))
                if self._implied:
                    words = caption[candidate.start : candidate.end]
                    found.extend(
                        self._write.implied(index, words, candidate.start, entailed, candidate.flags)
                        for entailed in self._implied.of_noun(reading.lemma, reading.synset)
                    )
            for verb in of_caption.verbs:
                words = caption[verb.start : verb.end]
                found.extend(self._write.implied(index, words, verb.start, entailed) for entailed in verb.objects)
            yield from sorted(found, key=lambda mention: mention.start)

    def _read(self, candidate: ObjectCandidate, choice: SenseChoice | None) -> Reading:
        lemma = candidate.lemmas[0]
        return Reading(lemma, choice.synset if choice else None, self._decisions.decide(lemma, choice))
