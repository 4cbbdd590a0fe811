"""What WordNet says of the classes of a label space: the glosses of their synsets, and senses they might have."""

from pydantic import Field

from caption_parser.lexicon import Lexicon, as_lemma
from shared_runtime.configuration import FrozenModel
from shared_schemas import LabelClass


class ClassSense(FrozenModel):
    """A synset, and what it means."""

    synset: str = Field(description="Of WordNet 3.0: 'beacon.n.03'.")
    gloss: str = Field(description="WordNet's definition.")


def own_senses(label: LabelClass, lexicon: Lexicon) -> tuple[ClassSense, ...]:
    """Those that the class lists, in its order."""
    return tuple(_sense(lexicon.synset(name), lexicon) for name in label.synsets)


def possible_senses(label: LabelClass, lexicon: Lexicon) -> tuple[ClassSense, ...]:
    """Of a class without synsets: the senses of its name as a noun, the most frequent first."""
    if label.synsets:
        return ()
    bases = lexicon.base_forms(as_lemma(label.spoken_name))
    found = dict.fromkeys(synset for base in bases for synset in lexicon.synsets(base))
    return tuple(_sense(synset, lexicon) for synset in found)


def _sense(synset: int, lexicon: Lexicon) -> ClassSense:
    return ClassSense(synset=lexicon.name(synset), gloss=lexicon.definition(synset))
