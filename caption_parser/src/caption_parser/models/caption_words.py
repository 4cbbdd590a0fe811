"""Captions in words, as spaCy's tokenizer cuts them; what stands between two spaces is cut once and remembered."""

from functools import lru_cache
from typing import Any, NamedTuple

from spacy.attrs import IDX, LENGTH, NORM, ORTH, SUFFIX
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.syntax.tree import lower_case

_REMEMBERED = 1 << 13

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
        self._tokenize, self._exceptions = tokenizer, tokenizer.rules
        self._vocab = nlp.vocab
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
        if not run.isalpha() or run in self._exceptions:
            return _words_of(self._tokenize(run))
        # What affixes begin or end with is no letter, so that letters alone are one word.
        lexeme = self._vocab[run]
        words, capitals = lower_case([lexeme.orth], self._vocab)
        return Words([(lexeme.norm, lexeme.suffix)], words, [0], [len(run)], capitals)


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
