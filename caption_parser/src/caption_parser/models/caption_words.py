"""Captions in words, as spaCy's tokenizer cuts them; what stands between two spaces is cut once and remembered."""

from functools import lru_cache
from typing import Any, NamedTuple

from spacy.attrs import IDX, LENGTH, NORM, ORTH, SUFFIX
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc

from caption_parser.syntax.tree import lower_case

_REMEMBERED = 1 << 13
_SPLIT_OFF = (",", ".")
"""They are words of their own behind letters, the last of which is a small one."""

WordKey = tuple[int, int]
"""NORM and SUFFIX of a word, all that the caption pipeline sees of it."""


class Words(NamedTuple):
    """The words of a text, in order."""

    keys: list[WordKey]
    words: list[str]
    """Lower-cased."""
    starts: list[int]
    ends: list[int]
    capitals: list[int]
    """Those with a capital letter."""


class CaptionWords:
    """Cuts captions into words."""

    def __init__(self, nlp: Language) -> None:
        """`nlp`: a pipeline whose tokenizer has no exceptions with a space in them, as spaCy's English ones."""
        tokenizer: Any = nlp.tokenizer
        vocabulary: Any = nlp.vocab
        self._tokenize, self._exceptions = tokenizer, tokenizer.rules
        self._norm, self._suffix = (vocabulary.lex_attr_getters[attribute] for attribute in (NORM, SUFFIX))
        self._between_spaces = lru_cache(_REMEMBERED)(self._cut)

    def __call__(self, text: str | Doc) -> Words:
        """The words of a text, or of one that is cut already."""
        if isinstance(text, Doc):
            return _words_of(text)
        runs = text.split(" ")
        if runs != text.split():
            return _words_of(self._tokenize(text))  # other white space is a word
        found = Words([], [], [], [], [])
        keys, words, starts, ends, capitals = found
        begin = 0
        for run in runs:
            of_keys, of_words, of_starts, of_ends, of_capitals = self._between_spaces(run)
            if of_capitals:
                capitals += [len(words) + word for word in of_capitals]
            keys += of_keys
            words += of_words
            if len(of_words) == 1:
                starts.append(begin)
                ends.append(begin + len(run))
            else:
                starts += [begin + start for start in of_starts]
                ends += [begin + end for end in of_ends]
            begin += len(run) + 1
        return found

    def _cut(self, run: str) -> Words:
        stem = run[:-1] if run.endswith(_SPLIT_OFF) else run
        is_split = stem != run
        if (
            not stem.isalpha()
            or run in self._exceptions
            or (is_split and (stem in self._exceptions or not "a" <= stem[-1] <= "z"))
        ):
            return _words_of(self._tokenize(run))
        # What affixes begin or end with is no letter, so that letters alone are one word.
        parts = (stem, run[-1]) if is_split else (stem,)
        words = [part.lower() for part in parts]
        ends = [len(stem), len(run)][: len(parts)]
        capitals = [0] if words[0] != stem else []
        return Words(list(map(self._key, parts)), words, [0, *ends[:-1]], ends, capitals)

    def _key(self, word: str) -> WordKey:
        """As spaCy's vocabulary has it, which would keep the word."""
        return get_string_id(self._norm(word)), get_string_id(self._suffix(word))


def _words_of(doc: Doc) -> Words:
    rows = doc.to_array([ORTH, NORM, SUFFIX, IDX, LENGTH]).tolist()
    words, capitals = lower_case([row[0] for row in rows], doc.vocab)
    return Words(
        [(norm, suffix) for _, norm, suffix, _, _ in rows],
        words,
        [start for *_, start, _ in rows],
        [start + length for *_, start, length in rows],
        capitals,
    )
