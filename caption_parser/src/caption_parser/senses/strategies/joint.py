"""The captions of one image see the same thing: they decide the sense of a word together."""

from collections import defaultdict
from collections.abc import Sequence

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.experts import SMALLEST, choose, product_of_experts


class JointOverImage:
    """One sense per word and image: the product of what the model says in each caption, normalised."""

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices, those of the same word in one image made equal; unscored ones stay as they are."""
        choices = self._inner.disambiguate(queries)
        together: dict[tuple[int, str, tuple[int, ...]], list[int]] = defaultdict(list)
        for index, (query, choice) in enumerate(zip(queries, choices, strict=True)):
            if choice.distribution:
                together[query.image, query.lemma, query.candidates].append(index)
        for (_, _, candidates), indices in together.items():
            if len(indices) > 1:
                distribution, evidence = _joined([choices[index] for index in indices])
                for index in indices:
                    choices[index] = choose(candidates, distribution, choices[index])._replace(evidence=evidence)
        return choices


def _joined(choices: Sequence[SenseChoice]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Distribution and evidence of all; a prior that can be told from the evidence counts once, not once each."""
    evidence = product_of_experts(choice.evidence for choice in choices)
    if not evidence:
        return product_of_experts(choice.distribution for choice in choices), ()
    pairs = zip(choices[0].distribution, choices[0].evidence, strict=True)
    prior = [given / max(alone, SMALLEST) for given, alone in pairs]
    return product_of_experts([evidence, prior]), evidence
