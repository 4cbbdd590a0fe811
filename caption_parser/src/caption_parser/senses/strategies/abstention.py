"""No label rather than a doubtful one."""

from collections import defaultdict
from collections.abc import Sequence

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.strategies.undisputed import LabelOf
from shared_schemas import Route


class AbstainBelowMargin:
    """Abstains where the best label is not ahead of the next by a margin of probability.

    The probability of a label is that of all senses that lead to it: whether a "bat" is a club for baseball
    or for cricket is no doubt about an animal.
    """

    def __init__(self, inner: Disambiguator, label_of: LabelOf, margin: float) -> None:
        """`margin` in [0, 1]; 0 never abstains."""
        self.name = inner.name
        self._inner = inner
        self._label_of = label_of
        self._margin = margin

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices; doubtful ones keep sense and score and get the route `abstained`."""
        return [
            choice._replace(route=Route.ABSTAINED) if self._is_doubtful(query, choice) else choice
            for query, choice in zip(queries, self._inner.disambiguate(queries), strict=True)
        ]

    def _is_doubtful(self, query: SenseQuery, choice: SenseChoice) -> bool:
        if not choice.distribution:
            return False
        by_label: dict[int | None, float] = defaultdict(float)
        for candidate, probability in zip(query.candidates, choice.distribution, strict=True):
            by_label[self._label_of(candidate)] += probability
        best, second = sorted([*by_label.values(), 0.0, 0.0], reverse=True)[:2]
        return best - second < self._margin
