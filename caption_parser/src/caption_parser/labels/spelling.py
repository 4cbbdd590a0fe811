"""Unknown words that are one slip of the fingers away from a word of the label space: "girafe", "surbfoard".

Guards keep other words out: the word is unknown to WordNet in every part of speech, written small, at least
five letters long, starts with the right letter, and one label word alone is near. One insertion, deletion,
substitution or exchange of neighbours makes the distance (Damerau 1964: four in five misspellings).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.lexicon.remembering import remembered

_SHORTEST = 5
_PARTS_OF_SPEECH = "nvar"
_ENDINGS_OF_WORDS = ("ers", "er", "ed", "ing", "ish", "like", "less", "ness", "y", "ie", "ies")
"""A label word with one of these is another word, not a slip: "skier", "boating", "catlike"."""


class Respeller:
    """Reads a misspelt word as the word that was meant."""

    def __init__(self, words: Iterable[str], lexicon: Lexicon) -> None:
        """`words`: what labels are named by, in the singular; those of several words are left out."""
        self._lexicon = lexicon
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
        if not _SHORTEST <= len(word) <= self._longest or not word.isalpha() or self._is_known(word):
            return None
        near = {form for shortened in _deletions(word) for form in self._by_deletion.get(shortened, ())}
        meant = {
            self._meant[form]
            for form in near
            if form[0] == word[0] and is_one_slip(word, form) and not _is_derived(word, self._meant[form])
        }
        return meant.pop() if len(meant) == 1 else None

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


def _is_derived(word: str, meant: str) -> bool:
    return any(word == meant + ending or word == meant.removesuffix("e") + ending for ending in _ENDINGS_OF_WORDS)
