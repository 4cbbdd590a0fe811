"""Names of teams, vehicles, companies and beings whose words WordNet reads as animals and persons.

Form tells a name: a place before a nickname in the plural, a make before a model, "a dog named", "the brand". What
only knowledge of the world tells stands in `proper_names.toml`.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.names.team_names import team_nicknames
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import NOMINAL_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.vehicles import ambiguous_makes, vehicle_makes, vehicle_models
from caption_parser.syntax.words.word_kinds import WordKinds
from caption_parser.syntax.words.word_lists import QUOTES
from shared_runtime.packaged import packaged_toml

_FILE = "proper_names.toml"
_LONGEST_PLACE = 3
_LONGEST_NAME = 6
_MOST_CAPITALS = 32
"""Words; more with capitals in a row are no name."""
_PLACES = (
    "city.n.01",
    "state_capital.n.01",
    "national_capital.n.01",
    "provincial_capital.n.01",
    "american_state.n.01",
    "canadian_province.n.01",
    "australian_state.n.01",
    "country.n.02",
    "asian_country.n.01",
    "european_country.n.01",
    "african_country.n.01",
    "south_american_country.n.01",
    "north_american_country.n.01",
)
_BEFORE_PLACES = frozenset({"cape", "fort", "lake", "mount", "mt", "port"})
"""Before a word with a capital they make it a place: "Lake Superior", "Mount Baker"."""
_PACKS = frozenset("backpack backpacks bag carrier daypack duffel luggage pack rucksack suitcase".split())
"""What a firm that is called like a bird makes."""
_LONGEST_MODEL = 5
"""Words between that firm and what it makes: "Osprey Talon 22 Men's Daypack"."""
_NOT_IN_MODELS = frozenset({"DT", "IN", "TO", "VBZ", "VBP", "VBD", "VBG"})
_IN_NAMES = frozenset({"the", "of", "and", "&"})
_DOINGS = frozenset(
    """
    acquires announced announces debuts introduces launched launches patents recalled recalls relaunches rebrands
    sues trademarks unveiled unveils
    """.split()
)
"""What firms do, and of others only persons."""
_NAMESAKES = frozenset({"animal", "artifact", "food", "object", "plant"})
"""What firms are named after, as WordNet's files call it."""
TRIMS = frozenset(
    """
    - abs air civic r type awd cab cabriolet chopper classic convertible coupe crew cruiser custom deluxe
    double edition extended fastback gen hardtop hatchback heritage hybrid king laredo lariat lite limited lx max
    mini mk pickup platinum plus premium pro quattro roadster rs sedan series special sport ss suv titanium
    touring turbo ultra v6 v8 wagon
    """.split()
)
"""Words of models that are words of their own."""
_SAID_OF_IT = frozenset({"attribute", "quantity", "state", "time"})
"""Categories of what ends a name and is no thing: a "Midnight" MacBook."""


class _Words(NamedTuple):
    """The lists of the data file as sets."""

    teams: frozenset[tuple[str, str]]
    """Place and nickname; of a nickname in several words the last, with the rest of them behind the place."""
    nicknames: frozenset[str]
    team_endings: frozenset[str]
    """The last words of all nicknames."""
    always: frozenset[str]
    capitalised: frozenset[str]
    brands: frozenset[str]
    nouns: frozenset[str]


@cache
def _words() -> _Words:
    tables = packaged_toml(__package__, _FILE)
    teams = set()
    for place, nicknames in tables["teams"]["nicknames"].items():
        for nickname in nicknames:
            *before, last = nickname.split()
            teams.add((" ".join([place, *before]), last))
    nicknames = frozenset(tables["nicknames"]["words"].split())
    return _Words(
        teams=frozenset(teams),
        nicknames=nicknames,
        team_endings=nicknames.union(last for _, last in teams),
        always=frozenset(tables["naming"]["always"]),
        capitalised=frozenset(tables["naming"]["capitalised"]),
        brands=frozenset(tables["naming"]["brands"]),
        nouns=frozenset(tables["nouns"]["words"].split()),
    )


class ProperNameFinder:
    """Finds the nouns of a parse that are part of such a name."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words = _words()
        self._makes, self._ambiguous_makes = vehicle_makes(), ambiguous_makes()
        words = self._words
        self._triggers = frozenset(make.rpartition(" ")[2] for make in vehicle_makes()).union(
            _BEFORE_PLACES,
            ("osprey",),
            _DOINGS,
            ambiguous_makes(),
            words.team_endings,
            words.brands,
            words.always,
            words.capitalised,
        )
        """One of these is in every caption with such a name."""
        self._calling = words.always | words.capitalised
        """Words right before a name, which are said of its bearer."""
        self._firms = _FirmNames(lexicon)
        self._kinds_of_place = frozenset(map(lexicon.synset, _PLACES))

    def __call__(self, tree: Tree) -> set[int]:
        """The tokens inside names, of whatever tag."""
        found: set[int] = set()
        known = self._words
        if self._triggers.isdisjoint(tree.words):
            return found
        found.update(team_nicknames(tree, known.team_endings))
        if not _DOINGS.isdisjoint(tree.words):
            found.update(self._firms(tree))
        if "osprey" in tree.words and not _PACKS.isdisjoint(tree.words):
            found.update(token for token in tree.capitals if _is_a_pack(tree, token))
        for token, word in enumerate(tree.words):
            if word in _BEFORE_PLACES and all(map(tree.has_capital, range(token, min(len(tree), token + 2)))):
                found.update(range(token + 1, min(len(tree), token + 2)))
            if word in known.team_endings:
                found.update(self._team(tree, token))
            if token and tree.tags[token] not in PLURAL_TAGS and self._is_model(tree, token):
                found.add(token)
            if word in known.always or (word in known.capitalised and not _is_of_goods(tree, token)):
                found.update(_called(tree, token, always=word in known.always))
            elif word in known.brands and token + 1 < len(tree) and self._introduces(tree, token):
                found.update(_called(tree, token, always=word == "brand"))
        return found

    def bearers(self, tree: Tree) -> set[int]:
        """The nouns right before "named": who has that name is there, whatever the parse makes of it."""
        if self._calling.isdisjoint(tree.words):
            return set()
        return {
            token - 1
            for token, word in enumerate(tree.words)
            if token and word in self._calling and tree.is_noun(token - 1)
        }

    def _team(self, tree: Tree, nickname: int) -> range:
        """The tokens of a place and a nickname that end at `nickname`; empty: they are no team."""
        for first in range(max(0, nickname - _LONGEST_PLACE), nickname):
            place = " ".join(tree.words[first:nickname]).replace(" .", ".")
            if (place, tree.words[nickname]) in self._words.teams:
                return range(first, nickname + 1)
            if (
                tree.words[nickname] in self._words.nicknames
                and all(tree.has_capital(token) for token in range(first, nickname + 1))
                and self._is_place(place)
                and not self._is_kind(place, tree.words[nickname])
            ):
                return range(first, nickname + 1)
        return range(0)

    def _is_kind(self, place: str, nickname: str) -> bool:
        """Whether the place says of which kind an animal is: a "Baltimore oriole"."""
        return bool(self._lexicon.base_forms(f"{place}_{nickname}".replace(" ", "_")))

    def _is_model(self, tree: Tree, token: int) -> bool:
        """Whether a noun behind the make of a vehicle is one of its models."""
        word, before = tree.words[token], tree.words[token - 1]
        if before not in self._makes:
            two = f"{tree.words[token - 2]} {before}" if token > 1 else ""
            if before not in self._ambiguous_makes and two not in self._makes:
                return False
        named = tree.has_capital(token) and tree.has_capital(token - 1)
        if self._is_animal(word):
            return named or before not in self._ambiguous_makes
        return named and word in vehicle_models()

    def _introduces(self, tree: Tree, brand: int) -> bool:
        """Whether a brand's name follows the word: "the brand Swan", but not "a brand new boat"."""
        behind = brand + 1
        return (
            tree.words[brand - 1] not in self._words.brands
            and (brand == 0 or not tree.has_capital(brand - 1))
            and (tree.has_capital(behind) or tree.words[behind] in QUOTES)
        )

    @remembered
    def _is_place(self, name: str) -> bool:
        return any(
            not self._kinds_of_place.isdisjoint(self._lexicon.instance_hypernyms(synset))
            for synset in self._lexicon.synsets(name.replace(" ", "_"))
        )

    @remembered
    def _is_animal(self, word: str) -> bool:
        return any(
            self._lexicon.lexname(synset) == "noun.animal"
            for lemma in self._lexicon.base_forms(word)
            for synset in self._lexicon.synsets(lemma)
        )


class _FirmNames:
    """Finds the nouns that are such names."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, tree: Tree) -> set[int]:
        """Words with a capital and without an article that do what firms do: things and animals have one."""
        return {
            verb - 1
            for verb, word in enumerate(tree.words)
            if word in _DOINGS
            and verb
            and tree.has_capital(verb - 1)
            and verb == 1
            and tree.word(verb + 1) != "itself"
            and self._names_a_thing(tree.words[verb - 1])
        }

    @remembered
    def _names_a_thing(self, word: str) -> bool:
        senses = self._lexicon.synsets(word)
        return bool(senses) and self._lexicon.lexname(senses[0]).removeprefix("noun.") in _NAMESAKES


class CapitalisedNames(WordKinds):
    """Finds nouns that WordNet reads as a class and a capital letter gives away as a name."""

    def is_name(self, tree: Tree, head: ExtendedHead, *, living: bool) -> bool:
        """Whether an extended head is the end of a name.

        "the Boston Bear", "the Chicago Hawks": capitals in a sentence that has few, after a word that is no
        common word. Living beings and "the" with a plural only: "an Alamo Bus" is a bus all the same.
        """
        last = head.end - 1
        if not tree.has_capital(last) or not _means_names(tree):
            return False
        if tree.words[last] in _words().nouns and head.end - head.start == 1 and last > 0:
            return True
        before = [token for token in _capitals_before(tree, head.start) if self.is_uncommon(tree.words[token])]
        if not before:
            return False
        first = before[0]
        team = tree.tags[last] in PLURAL_TAGS and tree.word(first - 1) == "the"
        if any(f"{tree.words[before[-1]]}_{lemma}" in self._lexicon for lemma in head.lemmas):
            return False  # "Labrador Retriever", torn apart by the parse
        return living or team


class ModelNames(WordKinds):
    """Tells makes and models that a label space lists by name from what only modifies another thing."""

    def is_named(self, tree: Tree, head: ExtendedHead, noun: int) -> bool:
        """Whether the words behind a listed name, up to the noun that it seems to modify, go on with it."""
        behind = range(head.end, noun + 1)
        if not behind or not self._is_a_name(head):
            return False
        token = head.end - 1
        near = tree.heads[token] if tree.heads[token] in behind else noun
        end = near if near == noun else near + 1
        return all(self._goes_on(tree, token) for token in range(head.end, end)) and (
            self._goes_on(tree, noun) or self._is_no_thing(tree, noun)
        )

    def _is_a_name(self, head: ExtendedHead) -> bool:
        words = head.lemmas[0].split("_")
        return not vehicle_makes().isdisjoint(words) or (not head.synsets and any(map(self.is_uncommon, words)))

    def _goes_on(self, tree: Tree, token: int) -> bool:
        word = tree.words[token]
        return (
            word in TRIMS
            or (word in vehicle_models() and tree.has_capital(token))
            or any(map(str.isdigit, word))
            or (tree.has_capital(token) and self.is_uncommon(word))
        )

    def _is_no_thing(self, tree: Tree, noun: int) -> bool:
        """Whether the last word says when, how or how much, or what a thing of that name does: "landing"."""
        word = tree.words[noun]
        senses = self._lexicon.frequent_senses(word)
        is_said = bool(senses) and all(self._kind(sense) in _SAID_OF_IT for sense in senses)
        return is_said or (word.endswith("ing") and self._is_motion(word))

    def _is_motion(self, word: str) -> bool:
        senses = self._lexicon.frequent_senses(word, "v", of_each=2)
        return any(self._lexicon.lexname(sense) == "verb.motion" for sense in senses)


def _means_names(tree: Tree) -> bool:
    """Whether capitals tell anything: not in headlines and shouting."""
    after_first = len(tree.capitals) - (tree.capitals[:1] == [0])
    return 2 * after_first < len(tree)


def _capitals_before(tree: Tree, start: int) -> list[int]:
    """The run of capitalised tokens that ends before `start`, in text order."""
    first = start
    while start - first < _MOST_CAPITALS and tree.has_capital(first - 1) and tree.tags[first - 1] in NOMINAL_TAGS:
        first -= 1
    return list(range(first, start))


def _is_a_pack(tree: Tree, token: int) -> bool:
    """Whether a word is the maker's name before that of a pack, or that one: "Osprey Talon"."""
    maker = token if tree.words[token] == "osprey" else token - 1
    if tree.words[maker] != "osprey":
        return False
    for behind in range(maker + 1, min(len(tree), maker + 2 + _LONGEST_MODEL)):
        if tree.words[behind] in _PACKS:
            return True
        if tree.tags[behind] in _NOT_IN_MODELS and tree.words[behind].isalpha():
            return False
    return False


def _is_of_goods(tree: Tree, token: int) -> bool:
    """Whether a word in a title says that what follows has a label: "Labeled Bottles of Wine"."""
    return tree.words[token].startswith("label") and tree.has_capital(token)


def _called(tree: Tree, verb: int, *, always: bool) -> Iterator[int]:
    """The tokens of the name behind "named" or "called": to the closing quotation mark, or while capitals last."""
    first = verb + 1
    if first < len(tree) and tree.words[first] in QUOTES:
        for token in range(first + 1, min(len(tree), first + 1 + _LONGEST_NAME)):
            if tree.words[token] in QUOTES:
                break
            yield token
        return
    if (
        first < len(tree)
        and tree.words[first] == "the"
        and (first + 1 < len(tree) and tree.has_capital(first + 1))
    ):
        first += 1
    for token in range(first, min(len(tree), first + _LONGEST_NAME)):
        named = tree.has_capital(token) or (always and token == first and tree.is_noun(token))
        if not named and (token == first or tree.words[token] not in _IN_NAMES):
            break
        yield token
