"""Which texts are rivals of others, and the class names of label spaces as rivals; no torch.

Label spaces that ship are read once.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from segmentation.data.phrases import class_text
from segmentation.referring.expressions import content_words
from shared_schemas import LabelSpace, load_label_space
from shared_schemas.label_space_file import SHIPPED


def rival_table(texts: Sequence[str], rivals: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Bool `[N M]`: which rivals a text has. A text is none to another that has all its words ('dog' to 'brown
    dog')."""
    own, others = ([content_words(text) for text in some] for some in (texts, rivals))
    found = np.array([[not (one <= other or other <= one) for other in others] for one in own], dtype=np.bool_)
    return found.reshape(len(own), len(others))


def rival_names(space: str) -> list[str]:
    """The classes of a label space, the background's too. Raises LabelSpaceError where there is none of that
    name."""
    return class_texts(_space(space))


def class_texts(space: LabelSpace) -> list[str]:
    """The same of a label space that was read already; each text once."""
    return [*dict.fromkeys(map(class_text, space.classes))]


def namesakes(asked: LabelSpace, rivals: str) -> dict[int, frozenset[str]]:
    """By class id of `asked`, the names in the label space `rivals` of what has a synset in common with it: an
    airplane is no rival to an aeroplane. Raises LabelSpaceError as `rival_names` does."""
    others = [(class_text(label), {*label.synsets}) for label in _space(rivals).classes]
    return {
        label.id: frozenset(name for name, synsets in others if not synsets.isdisjoint(label.synsets))
        for label in asked.foreground
    }


def shipped_as(space: LabelSpace, called: str) -> str | None:
    """The label space that ships whose names these are: the one that it was `called`, or else of its own name.

    None: there is none, whatever it is called.
    """
    names = class_texts(space)
    return next((name for name in (called, space.name) if name in SHIPPED and rival_names(name) == names), None)


def _space(name: str) -> LabelSpace:
    return _shipped(name) if name in SHIPPED else load_label_space(name)


@lru_cache(maxsize=len(SHIPPED))
def _shipped(name: str) -> LabelSpace:
    return load_label_space(name)
