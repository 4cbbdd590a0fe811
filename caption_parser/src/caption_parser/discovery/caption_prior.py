"""How often captions mean each sense of a word, learned without labels: the prior beside a sense model.

It is estimated from unlabelled captions by expectation maximisation (Saerens et al. 2002, "Adjusting the outputs
of a classifier to new a priori probabilities"), from what each caption says about a word.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from caption_parser.lexicon import default_lexicon
from caption_parser.pipeline import CaptionParser
from caption_parser.readers import ReadingOptions, read_captions
from caption_parser.readers.rows import CaptionRow
from caption_parser.runs.batches import into_batches
from caption_parser.runs.grouping import group_by_image
from caption_parser.runs.options import parser_config
from caption_parser.senses import Disambiguator, SenseChoice, SenseQuery, load_disambiguator
from caption_parser.senses.caption_prior import CaptionPrior, evidence_of, under_prior
from caption_parser.senses.frequency import tag_counts
from caption_parser.senses.strategies import AskOnce, JointOverImage

_LEAST_OCCURRENCES = 5
"""Of a lemma in the corpus; below that the model alone knows more."""
_ROUNDS = 20
_PSEUDO_COUNT = 2.0
"""Observations of the uniform distribution that every lemma starts with."""

Counts = Callable[[str, Sequence[int]], Sequence[float]]
"""How often a lemma was seen in each of some senses elsewhere."""


def learn_caption_prior(
    sources: Sequence[str | Path], *, senses: str = "default", mode: str = "visual", format: str | None = None
) -> CaptionPrior:
    """The prior of all nouns that the captions of `sources` name often enough, by the model `senses`.

    The captions of an image tell the senses of a word together; equal ones count each; what is no caption is
    passed over. Raises what `label_file` raises for the input and the model.
    """
    recorder = Recorder(JointOverImage(AskOnce(load_disambiguator(senses))))
    config = parser_config(
        mode=mode,
        senses=senses,
        joint=False,
        caption_prior=False,
        skip_undisputed=False,
        without="reviewed_words",  # they leave senses out that other label spaces ask for
    )
    parser = CaptionParser(config, sense_model=recorder)
    for source in sources:
        rows = (row for row in read_captions(source, ReadingOptions(format=format)) if isinstance(row, CaptionRow))
        with group_by_image(rows) as images:
            for batch in into_batches(images):
                parser.label_images(batch.images)
    counts = partial(tag_counts, default_lexicon())
    return estimate_prior(recorder.observations, least=_LEAST_OCCURRENCES, counts=counts)


class Observation(NamedTuple):
    """What a model says about one occurrence of a word."""

    lemma: str
    candidates: tuple[int, ...]
    evidence: tuple[float, ...]
    """What `evidence_of` gives."""


def estimate_prior(
    observations: Iterable[Observation], *, least: int = 1, counts: Counts | None = None
) -> CaptionPrior:
    """The prior of every lemma that occurs at least `least` times.

    `counts` are counted as so many further observations: the thousands of persons in SemCor outweigh what captions
    seem to say, its seven mice do not.
    """
    by_lemma: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_lemma[observation.lemma].append(observation)
    return {lemma: _settled(lemma, found, counts) for lemma, found in by_lemma.items() if len(found) >= least}


def _settled(lemma: str, observations: Sequence[Observation], counts: Counts | None) -> dict[int, float]:
    senses = [*dict.fromkeys(synset for observation in observations for synset in observation.candidates)]
    seen = counts(lemma, senses) if counts else [0.0] * len(senses)
    start = {synset: _PSEUDO_COUNT / len(senses) + count for synset, count in zip(senses, seen, strict=True)}
    prior = {synset: mass / sum(start.values()) for synset, mass in start.items()}
    for _ in range(_ROUNDS):
        mass = dict(start)
        for observation in observations:
            posterior = under_prior(prior, observation.candidates, observation.evidence)
            for synset, probability in zip(observation.candidates, posterior, strict=True):
                mass[synset] += probability
        total = sum(mass.values())
        prior = {synset: of_synset / total for synset, of_synset in mass.items()}
    return prior


class Recorder:
    """Keeps what a model says, to estimate a prior from."""

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self.observations: list[Observation] = []
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices as they are."""
        choices = self._inner.disambiguate(queries)
        self.observations.extend(
            Observation(query.lemma, query.candidates, evidence_of(choice))
            for query, choice in zip(queries, choices, strict=True)
            if choice.distribution and len(query.candidates) > 1
        )
        return choices
