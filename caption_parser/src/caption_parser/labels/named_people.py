"""Persons of whom a caption has the name alone: "Jane Doe celebrates after the race"."""

from collections.abc import Sequence

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import CaptionReading, VerbReading, person_object
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.names.named_athletes import NamedAthletes
from caption_parser.syntax.names.offices import Offices
from caption_parser.syntax.names.personal_names import PersonalNames


class NamedPeople:
    """Adds the persons whose names are subjects of what only persons do; a `LabelStep`."""

    phrases: frozenset[str] = frozenset()

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._person = person_object(decisions, lexicon)
        self._names = PersonalNames(lexicon)
        self._athletes = NamedAthletes(lexicon)
        self._offices = Offices(lexicon)

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with these persons beside what their verbs entail."""
        return [self._of_caption(caption) if caption.tree.capitals else caption for caption in captions]

    def _of_caption(self, caption: CaptionReading) -> CaptionReading:
        if self._person is None:
            return caption
        tree = caption.tree
        found = tuple(
            VerbReading(tree.starts[noun], tree.ends[noun], (self._person,))
            for noun in sorted(
                {
                    *self._names.subjects(tree),
                    *self._athletes.named(tree),
                    *self._athletes.in_teams(tree),
                    *self._offices(tree),
                    *self._names.acting(tree),
                    *self._names.performing(tree),
                }
            )
        )
        return caption._replace(verbs=(*caption.verbs, *found)) if found else caption
