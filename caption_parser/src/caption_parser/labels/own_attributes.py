"""Which modifiers describe the object itself, not its hair, its clothes, its team or what it rides on."""

from collections.abc import Iterator

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import ModifierWord, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below, hypernym_distances
from caption_parser.syntax.phrases import ModifierKind
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.body_parts import BodyParts
from caption_parser.syntax.words.word_lists import HYPHENS
from shared_schemas import Rule

_CLOTHES = ("clothing.n.01", "footwear.n.01", "footwear.n.02")
_COLORS = ("chromatic_color.n.01", "achromatic_color.n.01", "color.n.01")
_FREQUENT_SENSES = 3
_COATS = frozenset({"coated", "furred", "haired"})
"""What they say of an animal is said of all of it: "a golden haired dog"."""
_WORN = frozenset({"clad", "skinned"})
_EATEN = frozenset({"noun.food", "noun.plant"})
_FLAVORS = frozenset({"cream", "marble"})
"""What they say of food is what it is made with: "a Boston cream donut"."""
_SEEN = frozenset({"spotted"})
"""Behind a noun they say that somebody saw it: "a bear was spotted", but "white and spotted"."""
_SKIN = frozenset({"black", "white"})
"""What captions say of people as of their skin, whatever these do: "a black basketball player"."""


class OwnAttributes:
    """Leaves out of the modifiers of an object those that describe something else."""

    def __init__(self, lexicon: Lexicon, decisions: DecisionTable) -> None:
        self._lexicon = lexicon
        self._label_of = decisions.label_of
        self._person = decisions.label_of(lexicon.synset("person.n.01"))
        self._parts = BodyParts(lexicon)
        self._clothes = Below(lexicon, *_CLOTHES)
        self._colors = Below(lexicon, *_COLORS)
        self._teams = Below(lexicon, "team.n.01")
        self._rooms = Below(lexicon, "room.n.01")

    def __call__(self, tree: Tree, found: ObjectReading) -> Iterator[ModifierWord]:
        """The modifiers that are the object's own, in text order."""
        if self._is_in_a_room(found):
            return
        being = self._being(found)
        for modifier in found.candidate.modifiers:
            if not self._is_of_another(tree, found, modifier, being):
                yield modifier

    def _is_in_a_room(self, found: ObjectReading) -> bool:
        """Whether a room is named and what it has is labelled: the bed of "a dark bedroom"."""
        of_part = found.decision is not None and found.decision.rule is Rule.HOLONYM
        return of_part and found.synset in self._rooms

    def _being(self, found: ObjectReading) -> str | None:
        """ "person" or "animal"; none: a thing."""
        if found.decision is not None and found.decision.label == self._person:
            return "person"
        is_animal = found.synset is not None and self._lexicon.lexname(found.synset) == "noun.animal"
        return "animal" if is_animal else None

    def _is_of_another(self, tree: Tree, found: ObjectReading, modifier: ModifierWord, being: str | None) -> bool:
        word, kind, start, _ = modifier
        if being and kind is ModifierKind.NOUN and not self._is_color(word):
            return True  # "a dirt biker", "a rock artist"
        if word in _FLAVORS and self._is_food(found):
            return True
        if word in _SEEN and start >= found.candidate.end:
            return tree.words[tree.starts.index(start) - 1] != "and"
        if start >= found.candidate.start:
            return being is None and start < found.candidate.end and self._names(word, found)  # "an orange slice"
        if being == "person" and found.synset in self._teams and self._is_color(word):
            return True
        token = tree.starts.index(start)
        after = token + 1
        while tree.words[after] in HYPHENS:
            after += 1
        if tree.words[after] == "and" and self._says_what_is_colored(tree.word(after + 2)):
            after += 2  # "a pink and white haired man"
        if kind is ModifierKind.NOUN and token and self._is_another(f"{tree.words[token - 1]}_{word}", word):
            return True  # "an ice cream cake", not "a stainless steel sink"
        if being is None and after != found.candidate.token and tree.is_noun(after):
            named = self._lexicon.synsets(f"{word}_{tree.words[after]}")
            if any(self._lexicon.lexname(synset) in _EATEN for synset in named):
                return True  # "a black bean burger", not "a white water bottle"
        if tree.starts[after] >= found.candidate.start:
            return False
        behind = tree.words[after]
        if self._has_part(behind):
            return being == "person" or behind not in _COATS
        if being is None:
            return False
        if being == "person" and self._says_what_is_colored(behind):
            return True
        if not tree.is_noun(after):
            return False
        is_worn = behind in self._parts or self._is_worn(behind)
        return is_worn or (being == "person" and self._is_color(word) and word not in _SKIN)

    def _is_food(self, found: ObjectReading) -> bool:
        return found.synset is not None and self._lexicon.lexname(found.synset) == "noun.food"

    def _names(self, word: str, found: ObjectReading) -> bool:
        """Whether a word inside a name, which is no colour before all, means itself what the whole is."""
        label = found.decision.label if found.decision else None
        senses = self._lexicon.synsets(word)
        if label is None or not senses or senses[0] in self._colors:
            return False
        return any(self._label_of(synset) == label for synset in senses)

    def _is_another(self, name: str, word: str) -> bool:
        """Whether WordNet has a name, and for no kind of what its last word means."""
        senses = set(self._lexicon.synsets(word))
        named = self._lexicon.synsets(name)
        return bool(named) and all(senses.isdisjoint(hypernym_distances(self._lexicon, one)) for one in named)

    def _says_what_is_colored(self, word: str) -> bool:
        """ "haired", "clad", "shirted"."""
        return word in _WORN or self._has_part(word) or self._has_clothes(word)

    @remembered
    def _has_part(self, word: str) -> bool:
        """ "haired", "eyed", "bellied"."""
        return any(stem in self._parts for stem in _stems(word)) and not self._lexicon.base_forms(word, "n")

    def _has_clothes(self, word: str) -> bool:
        """ "shirted", "gloved", "capped"."""
        return any(map(self._is_worn, _stems(word)))

    @remembered
    def _is_worn(self, word: str) -> bool:
        return any(
            synset in self._clothes
            for lemma in self._lexicon.base_forms(word, "n")
            for synset in self._lexicon.synsets(lemma, "n")[:_FREQUENT_SENSES]
        )

    @remembered
    def _is_color(self, word: str) -> bool:
        return any(
            synset in self._colors
            for lemma in self._lexicon.base_forms(word, "n")
            for synset in self._lexicon.synsets(lemma, "n")
        )


def _stems(word: str) -> tuple[str, ...]:
    """The nouns that a word in -ed may be made of: "eye" of "eyed", "cap" of "capped", "belly" of "bellied"."""
    if not word.endswith("ed") or len(word) < len("eyed"):
        return ()
    stem = word[:-2]
    stems = [stem, f"{stem}e"]
    if stem.endswith("i"):
        stems.append(f"{stem[:-1]}y")
    if stem[-1] == stem[-2]:
        stems.append(stem[:-1])
    return tuple(stems)
