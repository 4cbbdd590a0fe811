"""How often captions mean each sense of a word, learned without labels: the prior beside a sense model.

Two things speak for a sense. What people have said of the word: SemCor's counts, of what can be seen above all,
and the categories of annotated images (`anchors`). And what a model says about the word in unlabelled captions, by
expectation maximisation (Saerens et al. 2002, "Adjusting the outputs of a classifier to new a priori
probabilities"). The model alone would drift: it holds every plate a little more for a course of a meal than for a
dish, and a thousand captions that say so make sure of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caption_parser.config import parser_config
from caption_parser.discovery.anchors import Anchors, anchors_of, read_categories
from caption_parser.discovery.image_batches import each_batch
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.pipeline import CaptionParser
from caption_parser.readers import ReadingOptions
from caption_parser.runs.files_read import files_of_inputs, files_of_model
from caption_parser.senses import Disambiguator, SenseChoice, SenseQuery, load_disambiguator
from caption_parser.senses.caption_prior import FILE_NAME, CaptionPrior, evidence_of
from caption_parser.senses.disambiguator import SMALLEST
from caption_parser.senses.frequency import tag_counts
from caption_parser.senses.loading import GLOSS_PAIRS
from caption_parser.senses.strategies import AskOnce, JointOverImage
from shared_runtime.errors import UsageError
from shared_runtime.files import check_output

_LEAST_OCCURRENCES = 5
"""Of a lemma in the corpus; below that only a lemma with anchors gets a prior."""
_ROUNDS = 20
_PSEUDO_COUNT = 2.0
"""Observations that every lemma starts with, shared out by how well its senses can be seen."""
_TRUST_IN_CAPTIONS = 0.5
"""The exponent of what a model makes of the captions, beside what is known otherwise."""

_SEEN = {
    **dict.fromkeys(("animal", "artifact", "body", "food", "object", "person", "plant", "substance"), 1.0),
    **dict.fromkeys(("communication", "event", "group", "location", "phenomenon", "shape"), 0.5),
    "act": 0.3,
}
"""How likely it is that a picture shows what a sense names, by its lexicographer file."""
_SEEN_OTHERWISE = 0.15
_NAMED_OTHERWISE = 0.4
"""How much a sense counts that WordNet lists under another word first."""

Weights = npt.NDArray[np.float64]
"""(S,), a number for each sense of a lemma, or (N, S), for each of its observations."""

Counts = Callable[[str, Sequence[int]], Sequence[float]]
"""How often a lemma was seen in each of some senses elsewhere."""


def learn_caption_prior(
    sources: Sequence[str | Path],
    *,
    senses: str = "default",
    mode: str = "visual",
    reading: ReadingOptions | None = None,
    anchors: Sequence[str] = (),
) -> CaptionPrior:
    """The prior of all nouns that the captions of `sources` name often enough, by the model `senses`.

    `anchors` are what `read_categories` reads. The captions of an image tell the senses of a word together; equal
    ones count each; what is no caption is passed over. Raises what `label_file` raises for input and model, and
    `UsageError` where no noun occurs often enough.
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
    lexicon = default_lexicon()
    known = anchors_of([one for source in anchors for one in read_categories(source)], lexicon)
    parser = CaptionParser(config, sense_model=recorder)
    for images in each_batch(sources, reading or ReadingOptions()):
        parser.label_images(images)
    prior = estimate_prior(
        recorder.observations, least=_LEAST_OCCURRENCES, counts=partial(seen_counts, lexicon), anchors=known
    )
    if not prior:
        raise UsageError(
            f"{' '.join(map(str, sources))}: got {len(recorder.observations):,} occurrences of nouns that can mean"
            f" several things, but no noun {_LEAST_OCCURRENCES} times or with an anchor: there is nothing to"
            " learn. Give more captions"
        )
    return prior


def check_prior_output(
    output: Path, sources: Sequence[str | Path], *, senses: str, anchors: Sequence[str], overwrite: bool
) -> None:
    """Raises `UsageError` for a file that is read, or is there and may not be replaced.

    The prior beside the model that is asked is no such file: this command makes it.
    """
    read = files_of_inputs(sources) | {f"the anchors {one}": Path(one) for one in anchors}
    model = files_of_model("the sense model", senses.removeprefix(GLOSS_PAIRS))
    read |= {role: path for role, path in model.items() if path.name != FILE_NAME}
    check_output(output, read, overwrite=overwrite)


def seen_counts(lexicon: Lexicon, lemma: str, synsets: Sequence[int]) -> list[float]:
    """SemCor's counts and the pseudo counts of a lemma, weighed by how likely a picture shows the sense.

    A sense that has another name before this one counts less: a "fireman" puts out fires, and the pitcher who is
    called so is a "reliever" in the first place.
    """
    seen = [_SEEN.get(lexicon.lexname(synset).removeprefix("noun."), _SEEN_OTHERWISE) for synset in synsets]
    named = [
        weight * (1.0 if lexicon.lemmas(synset)[0].lower() == lemma.lower() else _NAMED_OTHERWISE)
        for synset, weight in zip(synsets, seen, strict=True)
    ]
    counts = tag_counts(lexicon, lemma, synsets)
    return [
        weight * count + _PSEUDO_COUNT * weight / sum(named) for weight, count in zip(named, counts, strict=True)
    ]


class Observation(NamedTuple):
    """What a model says about one occurrence of a word."""

    lemma: str
    candidates: tuple[int, ...]
    evidence: tuple[float, ...]
    """What `evidence_of` gives."""


def estimate_prior(
    observations: Iterable[Observation],
    *,
    least: int = 1,
    counts: Counts | None = None,
    anchors: Anchors | None = None,
) -> CaptionPrior:
    """The prior of every lemma that occurs at least `least` times or has anchors.

    `counts` are counted as so many further observations, and so are `anchors`.
    """
    by_lemma: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_lemma[observation.lemma].append(observation)
    frequencies: dict[str, dict[int, float]] = {}
    for lemma, found in by_lemma.items():
        anchored = anchors.get(lemma, {}) if anchors else {}
        if len(found) < least and not anchored:
            continue
        senses = [*dict.fromkeys(synset for observation in found for synset in observation.candidates)]
        evidence = _evidence(found, senses)
        prior = _settled(_known(lemma, senses, counts, anchored), evidence)
        frequencies[lemma] = dict(zip(senses, prior.tolist(), strict=True))
    return frequencies


def _known(lemma: str, senses: Sequence[int], counts: Counts | None, anchored: Mapping[int, float]) -> Weights:
    """How many observations of each sense are known of otherwise."""
    seen = counts(lemma, senses) if counts else [_PSEUDO_COUNT / len(senses)] * len(senses)
    return np.array([count + anchored.get(synset, 0.0) for synset, count in zip(senses, seen, strict=True)])


def _evidence(observations: Sequence[Observation], senses: Sequence[int]) -> Weights:
    """(N, S): what each observation says of each sense; 0 where the sense was no candidate."""
    column = {synset: place for place, synset in enumerate(senses)}
    evidence = np.zeros((len(observations), len(senses)))
    for row, observation in zip(evidence, observations, strict=True):
        row[[column[synset] for synset in observation.candidates]] = np.maximum(observation.evidence, SMALLEST)
    return evidence


def _settled(known: Weights, evidence: Weights) -> Weights:
    """The prior: what is known, times what the captions say beside it.

    Neither outvotes the other by its mere number: texts that mean a sense now and then say nothing against what
    all captions say, and a thousand captions add nothing to what a model makes of each.
    """
    start = known / known.sum()
    prior = start
    for _ in range(_ROUNDS):
        mass = known + len(evidence) * _mean_posterior(prior, evidence)
        prior = mass / mass.sum()
    both = start * np.power(prior, _TRUST_IN_CAPTIONS)
    settled: Weights = both / both.sum()
    return settled


def _mean_posterior(prior: Weights, evidence: Weights) -> Weights:
    posterior = np.maximum(prior, SMALLEST) * evidence
    mean: Weights = np.asarray((posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0))
    return mean


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
