import math

import pytest

from caption_parser.lexicon import Lexicon
from caption_parser.senses.frequency import FrequencyPrior, tag_counts


def test_prior_is_log_linear_in_count_and_place() -> None:
    prior = FrequencyPrior(count_weight=2.0, rank_weight=0.5, smoothing=1.0)
    assert prior.scores([9, 0]) == pytest.approx([2 * math.log(10) + 0.5, 0.0 + 0.25])


def test_counts_are_those_of_the_lemma_and_leave_out_one_occurrence(lexicon: Lexicon) -> None:
    dog = lexicon.synset("dog.n.01")
    count = lexicon.tag_count(dog, "dog")
    cat = lexicon.synset("cat.n.01")
    assert count > 1
    assert tag_counts(lexicon, "dog", (dog, cat)) == [count, 0]
    assert tag_counts(lexicon, "dog", (dog, cat), held_out={dog, cat}) == [count - 1, 0]
