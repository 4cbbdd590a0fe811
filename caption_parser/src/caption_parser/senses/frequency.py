"""How likely a sense is before its context is read: by how often SemCor, a corpus of 1961, means it."""

import math
from collections.abc import Collection, Sequence

from pydantic import Field

from caption_parser.lexicon import Lexicon
from shared_runtime.configuration import FrozenModel


class FrequencyPrior(FrozenModel):
    """Log-linear in SemCor's count of a sense and in its place in WordNet's order.

    prior(s) = count_weight · ln(count(s) + smoothing) + rank_weight / rank(s), rank from 1.
    """

    count_weight: float
    rank_weight: float
    smoothing: float = Field(gt=0)

    def scores(self, counts: Sequence[int]) -> list[float]:
        """The prior of each sense from its count; senses in WordNet's order."""
        return [
            self.count_weight * math.log(count + self.smoothing) + self.rank_weight / rank
            for rank, count in enumerate(counts, 1)
        ]


def tag_counts(lexicon: Lexicon, lemma: str, synsets: Sequence[int], held_out: Collection[int] = ()) -> list[int]:
    """SemCor's count of `lemma` in each synset; 0 where the lemma is none of the synset's.

    `held_out`: synsets of one occurrence that is not to be counted, so that a model in training does not see
    the answer in the count.
    """
    counts = []
    for synset in synsets:
        try:
            count = lexicon.tag_count(synset, lemma)
        except ValueError:
            count = 0
        counts.append(max(0, count - (synset in held_out)))
    return counts
