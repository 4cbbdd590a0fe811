"""Classes of a name alone that WordNet does not know, one slip away from a noun that it does: "wheelbarow".

Such a class is looked for as it is written, which is what a new word needs, and what a slip of the fingers spoils.
"""

from collections.abc import Iterator
from string import ascii_lowercase

from caption_parser.labels.usual_senses import senses_of_name
from caption_parser.lexicon import Lexicon, as_lemma
from caption_parser.senses.frequency import tag_counts
from shared_schemas.label_space import LabelClass, LabelSpace

_SHORTEST = 5
"""Of shorter words too many are near."""
_OTHER_PARTS_OF_SPEECH = "var"
_LETTERS = f"{ascii_lowercase}_"


def unknown_names(label_space: LabelSpace, lexicon: Lexicon) -> Iterator[str]:
    """What is to be said of the names of classes that are no nouns, but nearly are."""
    for label in label_space.classes:
        if meant := meant_by_name(label, lexicon):
            yield warning_of(label.name, meant)


def warning_of(name: str, meant: str) -> str:
    """That a class has a name that is no noun, where another one is near."""
    return f"{name!r} is no noun of WordNet; did you mean {meant!r}? It is looked for as it is written"


def meant_by_name(label: LabelClass, lexicon: Lexicon) -> str | None:
    """The noun that the name of a class may be a slip for, the most frequent of several; None: it is no slip.

    Like the words of captions, a name starts with the right letter and has five letters at least.
    """
    if not label.is_named_alone or senses_of_name(label, lexicon):
        return None
    name = as_lemma(label.spoken_name)
    if len(name) < _SHORTEST or any(lexicon.base_forms(name, pos) for pos in _OTHER_PARTS_OF_SPEECH):
        return None
    # WordNet lists no plurals: such a name is tried without its ending, too.
    tried = {slip for form in (name, name.removesuffix("s")) for slip in _one_slip_away(form)}
    near = sorted(lemma for lemma in tried if lemma in lexicon)
    best = max(near, key=lambda lemma: sum(tag_counts(lexicon, lemma, lexicon.synsets(lemma))), default=None)
    return best and best.replace("_", " ")


def _one_slip_away(word: str) -> Iterator[str]:
    """All that one insertion, deletion, substitution or exchange of neighbours behind the first letter makes."""
    for at in range(1, len(word) + 1):
        before, rest = word[:at], word[at:]
        yield before + rest[1:]
        yield before + rest[1:2] + rest[:1] + rest[2:]
        for letter in _LETTERS:
            yield before + letter + rest
            yield before + letter + rest[1:]
