"""WordNet's first sense: the baseline of every disambiguator, and the fallback of those that may not know."""

from collections.abc import Sequence

from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from shared_schemas import Route


class FirstSense:
    """Chooses the first of a word's senses, which WordNet orders by their frequency in SemCor."""

    name = "first"

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The first candidate of every query."""
        return [
            SenseChoice(
                query.candidates[0],
                Route.MONOSEMOUS if len(query.candidates) == 1 else Route.FIRST_SENSE,
            )
            for query in queries
        ]
