"""Persons of whom a caption has the name alone: "Jane Doe celebrates after the race"."""

from collections.abc import Callable

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import CaptionReading, CaptionStep, EntailingWords, person_object
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.names.athletes import NamedAthletes
from caption_parser.syntax.names.name_words import GIVEN
from caption_parser.syntax.names.offices import Offices
from caption_parser.syntax.names.people_at_events import PeopleAtEvents
from caption_parser.syntax.names.personal_names import PersonalNames
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag, Rule

_SURNAMES = frozenset({"bird"})
"""Animals by which people are called, and which are classes by their own names."""


class NamedPeople(CaptionStep):
    """Adds the persons whose names are subjects of what only persons do."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._person = person_object(decisions, lexicon)
        self._lexicon = lexicon
        self._animals = Below(lexicon, "animal.n.01")
        names = PersonalNames(lexicon)
        self._by_role = names.by_role
        self._at_events = PeopleAtEvents(lexicon)
        self._finders: tuple[Callable[[Tree], set[int]], ...] = (names, NamedAthletes(lexicon), Offices(lexicon))

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with these persons."""
        if self._person is None or not caption.tree.capitals:
            return caption
        tree = caption.tree
        phrases = {found.candidate.token for found in caption.objects if found.synset is None and found.decision}
        by_role = {last for last in self._by_role(tree) - phrases if not self._is_breed(caption, last)}
        people = by_role.union(self._at_events(tree) - phrases, *(find(tree) for find in self._finders))
        found = tuple(
            EntailingWords(tree.starts[noun], tree.ends[noun], (self._person,)) for noun in sorted(people)
        )
        if by_role:
            # What a person is called is no hawk.
            caption = caption.with_flag(Flag.NAMED_ENTITY, by_role)
        return caption.with_entailing(found) if found else caption

    def _is_breed(self, caption: CaptionReading, last: int) -> bool:
        """Whether two words in capitals are an animal and no name: "Asian Elephant", "Siberian Husky"."""
        words = caption.tree.words[last - 1 : last + 1]
        if words[0] in GIVEN:
            return False
        is_of_a_place = bool(self._lexicon.synsets(words[0], "a"))
        if any(sense in self._animals for sense in self._lexicon.synsets("_".join(words))):
            return True
        return any(
            found.candidate.token == last
            and found.synset in self._animals
            and found.decision is not None
            and (
                is_of_a_place
                or (found.decision.rule in (Rule.SYNONYM, Rule.AGREEMENT) and found.lemma not in _SURNAMES)
            )
            for found in caption.objects
        )
