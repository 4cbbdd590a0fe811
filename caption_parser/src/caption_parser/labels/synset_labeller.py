"""The paper's labeller: parse, find objects, decide senses, look up labels (Vilar & Perez 2021, Section III-A)."""

from collections.abc import Iterator, Sequence
from itertools import islice

from caption_parser.captions import ImageCaptions
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.findings import ImageFindings
from caption_parser.labels.games import GamesAndThings
from caption_parser.labels.mention_writer import MentionWriter
from caption_parser.labels.reading import (
    CaptionReading,
    LabelStep,
    ObjectCandidate,
    ObjectReading,
    object_candidates,
)
from caption_parser.senses import Disambiguator, SenseChoice, SenseQuery
from caption_parser.syntax.segmented import ParsedCaption, SegmentedParser
from caption_parser.syntax.tree import Tree
from shared_schemas import Route


class SynsetLabeller:
    """Labels captions by what their noun phrases mean; a `Labeller`."""

    def __init__(
        self,
        parse: SegmentedParser,
        disambiguator: Disambiguator,
        decisions: DecisionTable,
        steps: Sequence[LabelStep],
        write: MentionWriter,
        games: GamesAndThings | None = None,
    ) -> None:
        """`parse` tags and parses; `steps` lead from senses to labels; `games` tells balls from games."""
        self._parse_captions = parse
        self._disambiguator = disambiguator
        self._decisions = decisions
        self._steps = steps
        self._games = games
        self.write = write

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[ImageFindings]:
        """What was found in each image, in order; spans refer to the captions as given."""
        return map(self.write, self.read(images))

    def read(self, images: Sequence[ImageCaptions]) -> list[Sequence[CaptionReading]]:
        """The captions of each image as they were read, in order."""
        parsed = self._with_senses(images, self._parse([c for image in images for c in image.captions]))
        of_images: list[Sequence[CaptionReading]] = [list(islice(parsed, len(one.captions))) for one in images]
        for step in self._steps:
            of_images = [step(captions) for captions in of_images]
        return of_images

    def _parse(self, captions: Sequence[str]) -> list[CaptionReading]:
        return [self._parse_one(parsed) for parsed in self._parse_captions(captions)]

    def _parse_one(self, parsed: ParsedCaption) -> CaptionReading:
        caption, tree, phrases, segments, flagged = parsed
        candidates = object_candidates(caption, tree, phrases)
        objects = [ObjectReading(self._as_meant(tree, one)) for one in candidates]
        return CaptionReading(caption, tree, phrases, tuple(objects), segments=segments, flagged=flagged)

    def _as_meant(self, tree: Tree, candidate: ObjectCandidate) -> ObjectCandidate:
        lemmas = candidate.lemmas
        if self._games is not None and len(lemmas) > 1:
            lemmas = self._games.several(tree, candidate.token, lemmas)
        synsets = self._decisions.meant(lemmas, candidate.synsets)
        if self._games is not None and len(synsets) > 1:
            synsets = self._games.meant(tree, candidate.token, synsets)
        return candidate if synsets == candidate.synsets else candidate._replace(synsets=synsets)

    def _with_senses(
        self, images: Sequence[ImageCaptions], captions: Sequence[CaptionReading]
    ) -> Iterator[CaptionReading]:
        """All words of the batch are asked for in one call."""
        image_of_caption = [number for number, image in enumerate(images) for _ in image.captions]
        asked = [
            sense_query(caption, found.candidate, image)
            for image, caption in zip(image_of_caption, captions, strict=True)
            for found in caption.objects
            if found.candidate.synsets
        ]
        answers = iter(self._disambiguator.disambiguate(asked))
        for caption in captions:
            objects = [
                ObjectReading(one, next(answers) if one.synsets else self._neologism(one.lemmas[0]))
                for one, *_ in caption.objects
            ]
            yield caption._replace(objects=tuple(objects))

    def _neologism(self, lemma: str) -> SenseChoice | None:
        """The sense that the label space gives to a word that WordNet lacks; none: a phrase without senses."""
        synset = self._decisions.neologisms.get(lemma)
        return None if synset is None else SenseChoice(synset, Route.LABEL_SPACE)


def sense_query(reading: CaptionReading, candidate: ObjectCandidate, image: int = 0) -> SenseQuery:
    """What to ask of an object; `image` is the number that its captions share."""
    return SenseQuery(
        reading.caption,
        candidate.start,
        candidate.first_token_end,
        candidate.lemmas[0],
        candidate.synsets,
        image,
        candidate.token,
        reading.tree.vectors,
    )
