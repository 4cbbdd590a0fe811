"""Decide by the label, not by the sense: where all senses lead to one label, no model is asked."""

from collections.abc import Callable, Sequence

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from shared_schemas import Route

LabelOf = Callable[[int], int | None]
"""The label that a synset leads to; none: no label."""


class SkipUndisputed:
    """Answers the queries whose candidates share a label with the first of them, and asks for the others."""

    def __init__(self, inner: Disambiguator, label_of: LabelOf) -> None:
        self.name = inner.name
        self._inner = inner
        self._label_of = label_of

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """Labels are those of the inner disambiguator; a sense that it was not asked for is the first one."""
        disputed = [query for query in queries if self._is_disputed(query)]
        answers = iter(self._inner.disambiguate(disputed))
        return [next(answers) if self._is_disputed(query) else _first(query) for query in queries]

    def _is_disputed(self, query: SenseQuery) -> bool:
        first, *others = query.candidates
        label = self._label_of(first)
        return any(self._label_of(other) != label for other in others)


def _first(query: SenseQuery) -> SenseChoice:
    route = Route.MONOSEMOUS if len(query.candidates) == 1 else Route.UNDISPUTED
    return SenseChoice(query.candidates[0], route)
