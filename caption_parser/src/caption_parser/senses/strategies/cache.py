"""The same word in the same caption is asked for once."""

from collections.abc import Sequence

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery


class AskOnce:
    """Passes equal queries of one call on once; data sets repeat captions.

    Nothing is remembered between calls: answers that depend on what was asked before would make the labels of
    a run depend on how its work was shared out among processes.
    """

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner answers; queries that differ in their image alone share one."""
        distinct = list(dict.fromkeys(map(_content, queries)))
        answers = dict(zip(distinct, self._inner.disambiguate(distinct), strict=True))
        return [answers[_content(query)] for query in queries]


def _content(query: SenseQuery) -> SenseQuery:
    return query._replace(image=0)
