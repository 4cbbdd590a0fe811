"""Makes spaCy's SUFFIX feature blind to case, so that a pipeline that sees NORM and SUFFIX is too.

"TWO DOGS", "Two Dogs" and "two dogs" then get the same parse by construction, not by augmentation: NORM is
lower case already, SUFFIX (the last three characters) is not.
"""

from collections.abc import Callable

from spacy.attrs import SUFFIX
from spacy.language import Language

SUFFIX_LENGTH = 3


def lower_suffix(text: str) -> str:
    """The last three characters of a word, in lower case."""
    return text[-SUFFIX_LENGTH:].lower()


def set_case_blind_suffix(nlp: Language) -> Language:
    """Replace the SUFFIX of the words that `nlp` knows, and of those that it will meet."""
    nlp.vocab.lex_attr_getters = {**nlp.vocab.lex_attr_getters, SUFFIX: lower_suffix}  # type: ignore[attr-defined]
    for lexeme in nlp.vocab:
        lexeme.suffix_ = lower_suffix(lexeme.orth_)
    return nlp


def make_case_blind_suffix() -> Callable[[Language], Language]:
    """For `[nlp] after_creation = {"@callbacks": "capparse.case_blind_suffix.v1"}`, by entry point."""
    return set_case_blind_suffix
