"""What WordNet says of the classes of a label space: the glosses of their synsets, and senses they might have."""

from collections.abc import Sequence

from pydantic import Field

from caption_parser.labels.usual_senses import senses_of_name
from caption_parser.lexicon import Lexicon
from shared_runtime.configuration import FrozenModel
from shared_schemas import LabelClass


class ClassSense(FrozenModel):
    """A synset, and what it means."""

    synset: str = Field(description="Of WordNet 3.0: 'beacon.n.03'.")
    gloss: str = Field(description="WordNet's definition.")


def own_senses(label: LabelClass, lexicon: Lexicon) -> tuple[ClassSense, ...]:
    """Those that the class lists, in its order."""
    return tuple(_sense(lexicon.synset(name), lexicon) for name in label.synsets)


def taken_senses(synsets: Sequence[int], lexicon: Lexicon) -> tuple[ClassSense, ...]:
    """Those that a class has by its name alone, the most usual first."""
    return tuple(_sense(synset, lexicon) for synset in synsets)


def possible_senses(label: LabelClass, lexicon: Lexicon, taken: Sequence[int] = ()) -> tuple[ClassSense, ...]:
    """Of a class without synsets: what else its name may mean as a noun than is taken, the most frequent first."""
    if label.synsets:
        return ()
    return tuple(_sense(synset, lexicon) for synset in senses_of_name(label, lexicon) if synset not in taken)


def _sense(synset: int, lexicon: Lexicon) -> ClassSense:
    return ClassSense(synset=lexicon.name(synset), gloss=lexicon.definition(synset))
