"""No model is asked where captions hardly ever mean anything else."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.strategies.prior import Prior, prior_choice
from caption_parser.senses.strategies.undisputed import LabelOf

_CACHED_WORDS = 1 << 15


class TrustPrior:
    """Answers from the caption prior where one label has nearly all of its probability; asks for the others.

    Most words of captions have one meaning there, whatever else a dictionary lists: asking a model about each
    "cat" costs time, and now and then a label.
    """

    def __init__(self, inner: Disambiguator, prior: Prior, label_of: LabelOf, certainty: float) -> None:
        """`certainty` in (0, 1]: the least probability of a label that is not asked for."""
        self.name = inner.name
        self._inner = inner
        self._prior = prior
        self._label_of = label_of
        self._certainty = certainty
        self._certain_choice = lru_cache(_CACHED_WORDS)(self._choose)

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order: the prior's where it is certain, else the inner one."""
        certain = [self._certain_choice(query.lemma, query.candidates) for query in queries]
        uncertain = [query for query, choice in zip(queries, certain, strict=True) if choice is None]
        answers = iter(self._inner.disambiguate(uncertain))
        return [next(answers) if choice is None else choice for choice in certain]

    def _choose(self, lemma: str, candidates: tuple[int, ...]) -> SenseChoice | None:
        prior = self._prior.get(lemma)
        if prior is None or len(candidates) == 1:
            return None
        choice = prior_choice(prior, candidates)
        by_label: dict[int | None, float] = defaultdict(float)
        for candidate, probability in zip(candidates, choice.distribution, strict=True):
            by_label[self._label_of(candidate)] += probability
        return choice if by_label[self._label_of(choice.synset)] >= self._certainty else None
