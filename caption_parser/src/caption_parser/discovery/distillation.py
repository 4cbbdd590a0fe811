"""What a large sense model says of unlabelled captions, taught to the vectors of the caption pipeline.

For each sense of a noun a ridge regression of the teacher's evidence (its logit without any prior) on what
`caption_senses.in_context` gives. Nouns are passed over of which the caption prior is sure, and those of which the
teacher hardly ever says anything else than the prior does: they are left to the prior. Of a noun that occurs a few
times, little more is learned than what the teacher says of it on average.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from caption_parser.captions import ImageCaptions
from caption_parser.config import parser_config
from caption_parser.discovery.image_batches import each_batch
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.pipeline import CaptionParser
from caption_parser.readers import ReadingOptions
from caption_parser.runs.files_read import files_of_inputs
from caption_parser.senses import Disambiguator, FirstSense, SenseChoice, SenseQuery
from caption_parser.senses.caption_prior import CaptionPrior, evidence_of, load_caption_prior, under_prior
from caption_parser.senses.caption_senses import SENSES, WEIGHTS, SenseMap, in_context, write_caption_senses
from caption_parser.senses.disambiguator import SMALLEST
from caption_parser.senses.loading import SHIPPED_MODEL
from caption_parser.senses.model_folder import META
from caption_parser.senses.sense_vectors import EncoderDisambiguator
from shared_runtime.errors import UsageError
from shared_runtime.files import check_no_stream, check_output

SURE = 0.99
"""The probability by the prior of a sense that no one is asked about."""
_LEAST_CHANGED = 0.02
"""The share of occurrences in which the teacher must choose another sense than the prior."""
_LEAST_PROBABILITY = 0.01
"""Of a sense on average; rarer ones are left to the prior."""
_RIDGE = 100.0
"""Added to the variances, of as many observations, of standardised inputs."""
_HELD_OUT = 5
"""Of each noun, one observation in this many is held out for the figure, the last of them."""

Matrix = npt.NDArray[np.float64]


class Observation(NamedTuple):
    """One occurrence of a noun."""

    candidates: tuple[int, ...]
    evidence: tuple[float, ...]
    """By the teacher, all candidates being as frequent as each other."""
    posterior: tuple[float, ...]
    """With the prior of captions."""
    expected: int
    """The place of the sense that the prior alone chooses."""
    context: npt.NDArray[np.float16]


class Distillation(NamedTuple):
    """What was learned, and how well it does on occurrences that were held out."""

    maps: tuple[SenseMap, ...]
    occurrences: int
    held_out: int
    agreement: float
    """The share of those in which it chooses the teacher's sense."""
    agreement_of_prior: float
    """The same of the prior alone."""


def distil_senses(
    sources: Sequence[str | Path],
    folder: Path,
    *,
    version: str,
    reading: ReadingOptions | None = None,
    overwrite: bool = False,
) -> Distillation:
    """Learn from all captions of `sources`, equal ones once, and write the model; `overwrite`: one that is there.

    Raises what `label_file` raises for input and models, and UsageError where the captions are too few.
    """
    check_no_stream(folder)
    for path in (folder / name for name in (META, SENSES, WEIGHTS)):
        if path.exists():
            check_output(path, files_of_inputs(sources), overwrite=overwrite)
    lexicon = default_lexicon()
    prior = load_caption_prior("accurate")
    encoder = EncoderDisambiguator(SHIPPED_MODEL)
    teacher = _Teacher(encoder, prior)
    config = parser_config(
        senses="accurate",
        joint=False,
        caption_prior=False,
        skip_undisputed=False,
        without="claims,people_groups,reviewed_words,sense_cues",  # what WordNet lists, whatever the label space
    )
    parser = CaptionParser(config, sense_model=teacher)
    seen: set[str] = set()
    for images in each_batch(sources, reading or ReadingOptions()):
        new = dict.fromkeys(text for image in images for text in image.captions if text not in seen)
        seen.update(new)
        parser.label_images([ImageCaptions(text, (text,)) for text in new])
    found = distil(teacher.observations, lexicon)
    if not found.maps:
        raise UsageError(
            f"{' '.join(map(str, sources))}: got {found.occurrences:,} occurrences of nouns that can mean several"
            " things, all of them read as the prior of captions reads them: there is nothing to learn."
            " Give more captions"
        )
    write_caption_senses(
        folder,
        found.maps,
        version=version,
        pipeline=parser.versions["spacy_model"],
        prior=encoder.frequencies,
        teacher=encoder.name,
        training={
            "captions": [Path(source).name for source in sources],
            "occurrences": found.occurrences,
            "held_out": found.held_out,
            "agreement": found.agreement,
            "agreement_of_prior": found.agreement_of_prior,
        },
    )
    return found


class _Teacher:
    """Keeps what a model says of the nouns of which the prior is not sure; the others are not asked for."""

    def __init__(self, inner: Disambiguator, prior: CaptionPrior) -> None:
        self.name = inner.name
        self.observations: dict[str, list[Observation]] = defaultdict(list)
        self._inner = inner
        self._prior = prior
        self.sure = {lemma for lemma in prior if max(prior[lemma].values()) >= SURE}

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """First senses: the labels do not matter."""
        asked = [query for query in queries if len(query.candidates) > 1 and query.lemma not in self.sure]
        for query, choice in zip(asked, self._inner.disambiguate(asked), strict=True):
            if choice.evidence and query.vectors is not None:
                self.observations[query.lemma].append(self._observed(query, choice))
        return FirstSense().disambiguate(queries)

    def _observed(self, query: SenseQuery, choice: SenseChoice) -> Observation:
        weighed, prior = evidence_of(choice), self._prior.get(query.lemma)
        posterior = under_prior(prior, query.candidates, weighed) if prior else choice.distribution
        alone = under_prior(prior, query.candidates) if prior else [-place for place in range(len(weighed))]
        assert query.vectors is not None
        context = in_context(query.vectors, query.token).astype(np.float16)
        return Observation(query.candidates, choice.evidence, posterior, int(np.argmax(alone)), context)


def distil(observations: dict[str, list[Observation]], lexicon: Lexicon) -> Distillation:
    """The maps of all senses that are worth one."""
    maps: list[SenseMap] = []
    held_out = agreed = expected = 0
    for lemma, found in sorted(observations.items()):
        changed = sum(int(np.argmax(one.posterior)) != one.expected for one in found)
        senses = _senses_that_occur(found)
        if changed < _LEAST_CHANGED * len(found) or len(senses) < 2:
            continue
        contexts, evidence = _tables(found, senses)
        if not len(contexts):
            continue
        tested = np.arange(len(contexts)) % _HELD_OUT == _HELD_OUT - 1
        weights, offsets = _fit(contexts[~tested], evidence[~tested])
        guess = contexts[tested] @ weights + offsets
        chosen = [one for one, is_tested in zip(_with_all(found, senses), tested, strict=True) if is_tested]
        for one, row in zip(chosen, guess, strict=True):
            best = int(np.argmax(one.posterior))
            bias = _bias(one, senses)
            held_out += 1
            agreed += senses[int((row + bias).argmax())] == one.candidates[best]
            expected += one.expected == best
        weights, offsets = _fit(contexts, evidence)
        for place, synset in enumerate(senses):
            key = lexicon.sense_key(synset, lexicon.lemmas(synset)[0])
            maps.append(SenseMap(lemma, key, weights[:, place].astype(np.float32), float(offsets[place])))
    occurrences = sum(map(len, observations.values()))
    share: Callable[[int], float] = lambda count: round(count / max(1, held_out), 4)  # noqa: E731
    return Distillation(tuple(maps), occurrences, held_out, share(agreed), share(expected))


def _senses_that_occur(found: Sequence[Observation]) -> list[int]:
    """The senses that are probable enough on average, best first."""
    mass: dict[int, float] = defaultdict(float)
    for one in found:
        for synset, probability in zip(one.candidates, one.posterior, strict=True):
            mass[synset] += probability / len(found)
    return sorted((synset for synset in mass if mass[synset] >= _LEAST_PROBABILITY), key=lambda s: -mass[s])


def _with_all(found: Sequence[Observation], senses: Sequence[int]) -> Iterator[Observation]:
    """The occurrences that had all of these senses to choose from."""
    return (one for one in found if set(senses).issubset(one.candidates))


def _tables(found: Sequence[Observation], senses: Sequence[int]) -> tuple[Matrix, Matrix]:
    """Inputs (N, 2 D), and the logits of senses (N, S) around their mean."""
    usable = list(_with_all(found, senses))
    evidence = np.array([[one.evidence[one.candidates.index(s)] for s in senses] for one in usable])
    logits = np.log(np.maximum(evidence, SMALLEST)).reshape(len(usable), len(senses))
    contexts = np.array([one.context for one in usable], np.float64)
    return contexts, logits - logits.mean(axis=1, keepdims=True)


def _bias(one: Observation, senses: Sequence[int]) -> Matrix:
    """What the prior adds to the evidence of these senses."""
    pairs = [(one.posterior[place], one.evidence[place]) for place in map(one.candidates.index, senses)]
    return np.array([np.log(max(after, SMALLEST) / max(before, SMALLEST)) for after, before in pairs])


def _fit(contexts: Matrix, evidence: Matrix) -> tuple[Matrix, Matrix]:
    """Weights (2 D, S) and offsets (S,) of a ridge regression."""
    mean, spread = contexts.mean(axis=0), contexts.std(axis=0) + 1e-6
    inputs, usual = (contexts - mean) / spread, evidence.mean(axis=0)
    gram = inputs.T @ inputs + _RIDGE * np.eye(inputs.shape[1])
    weights = np.linalg.solve(gram, inputs.T @ (evidence - usual)) / spread[:, None]
    return weights, usual - mean @ weights
