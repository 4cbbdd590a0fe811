"""Words for acts and for the beings that do them: "a cow grazing", "a man kite surfing"."""

from collections.abc import Mapping
from functools import cache

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.words.word_kinds import WordKinds
from shared_runtime.packaged import packaged_toml

_ACTS = frozenset({"act", "event", "group", "phenomenon", "process", "quantity", "state"})
_WHAT_BEINGS_DO = _ACTS | {"attribute", "cognition", "communication", "feeling", "motive", "possession"}
_STUFF = frozenset({"food", "substance"})
_EVENTS = frozenset(
    """
    christening homecoming meeting outing parking screening showing signing tasting unveiling viewing wedding
    """.split()
)
"""Words in -ing that name an occasion or a place: "a beach wedding"."""
_NOT_LISTED = frozenset({"texting", "vlogging"})
"""Participles of verbs that WordNet lacks."""
_PREY = frozenset(
    "bass carp cod crab deer fish herring krill lobster mackerel prey salmon shrimp squid trout tuna".split()
)
_BEINGS = frozenset({"animal", "person"})
_GROUPS = frozenset(
    """
    army audience band choir class club colony congregation couple crew crowd duo family flock gang group herd
    litter mob orchestra pack pair party people police quartet school squad staff swarm team trio troop troupe
    """.split()
)
"""Groups of beings, which do what beings do."""
_PEOPLE = frozenset(
    """
    boy boys child children couple crowd family friends gentleman gentlemen girl girls group guy guys kid kids
    ladies lady man men people person persons player players teen teenager teenagers teens tourist tourists
    tween tweens visitors woman women youth youths
    """.split()
)
_BEINGS_BY_LATER_SENSES = frozenset({"model", "models"})
"""Persons in captions, whatever the first senses are."""
_BEINGS_BY_ADJECTIVE = frozenset("adult female human husky male model senior teen tween".split())
"""Adjectives that are as good as nouns: "a female surfing"."""
SHOWS_WHAT_IT_TAKES_IN = frozenset(
    """
    carving climbing cutting decorating eating feeding flying grooming herding juggling lifting milking petting
    playing pulling riding roasting roping shearing stacking throwing tossing walking washing wrestling
    """.split()
)
"""Participles whose noun is there: "a woman horse riding"; but not "a man bird watching"."""


class ActsAndBeings(WordKinds):
    """Classes of words that decide who does what in a phrase with a participle."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._taken_in = incorporated_nouns()

    def takes_in(self, noun: str, participle: str) -> bool:
        """Whether the noun before the participle says how, not who: "kite" before "surfing"."""
        return noun in self._taken_in.get(participle, ())

    def is_prey(self, word: str) -> bool:
        """Whether the word names what is caught and has no other plural."""
        return word in _PREY

    def is_person(self, word: str) -> bool:
        """Whether the word is a plain word for people, who may do something with the being named next."""
        return word in _PEOPLE

    def does(self, being: str, participle: str) -> bool:
        """Whether the word may be what does it: only beings do what may also be said or felt."""
        return self.names_an_act(participle, self.is_being(being))

    @remembered
    def is_participle(self, word: str) -> bool:
        """Whether a word is a verb in its -ing form."""
        return (
            word.endswith("ing") and len(word) > 4 and bool(self._lexicon.base_forms(word, "v"))
        ) or word in _NOT_LISTED

    @remembered
    def names_an_act(self, word: str, of_a_being: bool = False) -> bool:
        """Whether a verb in its -ing form, as a noun, names no thing: grazing, but not building."""
        return word not in _EVENTS and self._kinds(word) <= (_WHAT_BEINGS_DO if of_a_being else _ACTS)

    @remembered
    def is_being(self, word: str) -> bool:
        """Whether the first two senses of a word have a person, an animal or a group of such."""
        if word in _GROUPS or word in _PEOPLE or word in _BEINGS_BY_LATER_SENSES:
            return True
        senses = [sense for lemma in self._lexicon.base_forms(word) for sense in self._lexicon.synsets(lemma)[:2]]
        return any(self._kind(sense) in _BEINGS for sense in senses)

    @remembered
    def is_stuff(self, word: str) -> bool:
        """Whether the word names what has no plural first of all: water, bread, hay."""
        senses = self._lexicon.synsets(word)
        return bool(senses) and self._kind(senses[0]) in _STUFF

    @remembered
    def is_adjective(self, word: str) -> bool:
        """Whether WordNet lists the word as an adjective."""
        return word not in _BEINGS_BY_ADJECTIVE and bool(self._lexicon.base_forms(word, "a"))

    def _kinds(self, word: str) -> set[str]:
        return {self._kind(sense) for sense in self._lexicon.synsets(word)}


@cache
def incorporated_nouns() -> Mapping[str, frozenset[str]]:
    """Participle → the nouns that it takes in, as `incorporated_nouns.toml` lists them."""
    listed = packaged_toml(__package__, "incorporated_nouns.toml")
    return {participle: frozenset(nouns.split()) for participle, nouns in listed.items()}
