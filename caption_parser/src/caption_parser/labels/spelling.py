"""Unknown words that are one slip of the fingers away from a word of the label space: "girafe", "surbfoard".

Guards keep other words out: the word is unknown to WordNet in every part of speech, written small, at least
five letters long, starts with the right letter, and one label word alone is near. One insertion, deletion,
substitution or exchange of neighbours makes the distance (Damerau 1964: four in five misspellings).

What has the right letters in a wrong order, or sounds right, may be any word that mostly means what has a label:
"wmoan", "rotweiler", "elefant".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.lexicon.remembering import remembered

_SHORTEST = 5
_SHORTEST_EXCHANGED = 4
"""Letters of a word that has all of the right ones: "gril"."""
_VOWELS_THAT_SOUND_ALIKE = str.maketrans("iy", "yi")
_PARTS_OF_SPEECH = "nvar"
_ENDINGS_OF_WORDS = ("ers", "er", "ed", "ing", "ish", "like", "less", "ness", "y", "ie", "ies")
"""A label word with one of these is another word, not a slip: "skier", "boating", "catlike"."""


class Respeller:
    """Reads a misspelt word as the word that was meant."""

    def __init__(
        self, words: Iterable[str], lexicon: Lexicon, label_of: Callable[[int], int | None] | None = None
    ) -> None:
        """`words`: what labels are named by, in the singular; those of several words are left out. `label_of`: the
        label of a synset, by which other words are found.
        """
        self._lexicon = lexicon
        self._label_of = label_of
        # In order: "knives" may be of two words, and what is meant must not vary with the order of a set.
        single = sorted((word for word in words if word.isalpha() and len(word) >= _SHORTEST), reverse=True)
        self._meant = {form: word for word in single for form in plural_forms(word)} | {
            word: word for word in single
        }
        self._by_deletion: dict[str, set[str]] = defaultdict(set)
        for form in self._meant:
            for shortened in _deletions(form):
                self._by_deletion[shortened].add(form)
        self._longest = max(map(len, self._meant), default=0) + 1

    def __call__(self, word: str) -> str | None:
        """The label word, in the singular, that a lower-case word is a slip for; none: it is no slip for one."""
        return self._respell(word)

    @remembered
    def _respell(self, word: str) -> str | None:
        if len(word) < _SHORTEST_EXCHANGED or not (word.isascii() and word.isalpha()) or self._is_known(word):
            return None
        return self._near_word(word) or self._alike(word)

    def _near_word(self, word: str) -> str | None:
        if not _SHORTEST <= len(word) <= self._longest:
            return None
        near = {form for shortened in _deletions(word) for form in self._by_deletion.get(shortened, ())}
        meant = {
            self._meant[form]
            for form in near
            if form[0] == word[0] and is_one_slip(word, form) and not _is_derived(word, self._meant[form])
        }
        return meant.pop() if len(meant) == 1 else None

    def _alike(self, word: str) -> str | None:
        """The one word that is written or sounds like another, and has a label in its most frequent sense."""
        if self._label_of is None:
            return None
        found: set[str] = set()
        for other in set(_written_alike(word)) - {word}:
            senses = self._lexicon.frequent_senses(other)
            if senses and self._label_of(senses[0]) is not None:
                found.add(next(iter(self._lexicon.base_forms(other))))
        return found.pop() if len(found) == 1 else None

    def _is_known(self, word: str) -> bool:
        return any(self._lexicon.base_forms(word, pos) for pos in _PARTS_OF_SPEECH)


def is_one_slip(word: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or exchange of neighbours makes `other` of `word`."""
    if len(word) > len(other):
        word, other = other, word
    if word == other or len(other) - len(word) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), len(word))
    rest, of_other = word[same:], other[same:]
    if len(word) < len(other):
        return rest == of_other[1:]
    return rest[1:] == of_other[1:] or (rest[1::-1] == of_other[:2] and rest[2:] == of_other[2:])


def _deletions(word: str) -> Iterator[str]:
    """The word and all that remains of it without one letter: near words have one of these in common."""
    yield word
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


def _written_alike(word: str) -> Iterator[str]:
    """The word with two letters exchanged, one doubled or halved, or what sounds alike written otherwise."""
    for index in range(1, len(word) - 2):
        yield word[:index] + word[index + 1] + word[index] + word[index + 2 :]
    if len(word) < _SHORTEST:
        return
    for index in range(1, len(word)):
        yield word[:index] + word[index - 1] + word[index:]
        if word[index] == word[index - 1] and index < len(word) - 1:  # those at the end are of names: "Swann"
            yield word[:index] + word[index + 1 :]
    if "i" in word and "y" in word:
        yield word.translate(_VOWELS_THAT_SOUND_ALIKE)
    yield word.replace("f", "ph")
    yield word[0] + word[1:].replace("ph", "f")


def _is_derived(word: str, meant: str) -> bool:
    return any(word == meant + ending or word == meant.removesuffix("e") + ending for ending in _ENDINGS_OF_WORDS)
