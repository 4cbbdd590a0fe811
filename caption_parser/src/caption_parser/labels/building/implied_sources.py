"""What WordNet says of entailed objects: candidates for `implied_objects.toml`, and what its entries claim.

`python -m caption_parser.labels.building.implied_sources` prints persons, acts and verbs whose definition names a
class of the label space, for a person to review: few of them entail the object (an "ornithologist" is seen
without birds), so that none is taken over unread.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from caption_parser.labels.decisions import DecisionTable
from caption_parser.lexicon import Lexicon, default_lexicon
from shared_schemas import LabelSpace, Rule, load_label_space

_KINDS = frozenset({"noun.person", "noun.act"})
_PERSON = "person"


class Candidate(NamedTuple):
    """A synset whose definition names a class."""

    synset: str
    label: str
    definition: str


def gloss_names(lexicon: Lexicon, trigger: int, entailed: int) -> bool:
    """Whether the definition of `trigger` has a lemma of `entailed`, in the singular or the plural."""
    return bool(_any_of(lexicon.lemmas(entailed)).search(lexicon.definition(trigger)))


def candidates(label_space: LabelSpace, lexicon: Lexicon) -> Iterator[Candidate]:
    """All persons, acts and verbs whose definition names a foreground class, by class."""
    labelled = DecisionTable(label_space, lexicon).by_synset
    kinds = [synset for synset in lexicon.noun_synsets() if lexicon.lexname(synset) in _KINDS]
    triggers = [*kinds, *lexicon.synset_range("v")]
    for label in label_space.foreground:
        if label.name == _PERSON:
            continue
        own = [
            synset for synset, found in labelled.items() if (found.label, found.rule) == (label.id, Rule.SYNONYM)
        ]
        named = _any_of(tuple(lemma for synset in own for lemma in lexicon.lemmas(synset)) or (label.name,))
        for trigger in triggers:
            definition = lexicon.definition(trigger)
            if named.search(definition):
                yield Candidate(lexicon.name(trigger), label.name, definition)


def _any_of(lemmas: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(lemma.replace("_", " ").lower()) for lemma in lemmas)
    return re.compile(rf"\b(?:{words})(?:s|es)?\b")


if __name__ == "__main__":
    for candidate in candidates(load_label_space("coco"), default_lexicon()):
        print(*candidate, sep="\t")
