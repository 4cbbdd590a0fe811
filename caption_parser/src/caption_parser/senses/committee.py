"""Several sense models as one: they err on different words, and together on fewer."""

from collections.abc import Sequence

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.experts import choose, geometric_mean


class Committee:
    """The geometric mean of what the members say; a member that scores nothing has no say."""

    def __init__(self, members: Sequence[Disambiguator]) -> None:
        self.name = " + ".join(member.name for member in members)
        self._members = members

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query; the first member's where none has scored the candidates."""
        of_members = [member.disambiguate(queries) for member in self._members]
        return [_together(query, choices) for query, *choices in zip(queries, *of_members, strict=True)]


def _together(query: SenseQuery, choices: Sequence[SenseChoice]) -> SenseChoice:
    scored = [choice for choice in choices if choice.distribution]
    if not scored:
        return choices[0]
    distribution = geometric_mean([choice.distribution for choice in scored])
    separable = all(choice.evidence for choice in scored)
    evidence = geometric_mean([choice.evidence for choice in scored]) if separable else ()
    return choose(query.candidates, distribution, scored[0])._replace(evidence=evidence)
