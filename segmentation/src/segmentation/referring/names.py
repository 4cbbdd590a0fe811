"""The class names of label spaces as rivals of texts; no torch. Those that ship are read once."""

from functools import lru_cache

from segmentation.data.phrases import expression_text
from shared_schemas import LabelSpace, load_label_space
from shared_schemas.label_space_file import SHIPPED


def rival_names(space: str) -> list[str]:
    """The classes of a label space, the background's too. Raises LabelSpaceError where there is none of that
    name."""
    return names_of(_space(space))


def names_of(space: LabelSpace) -> list[str]:
    """The same of a label space that was read already."""
    return [expression_text(label.name) for label in space.classes]


def namesakes(asked: LabelSpace, rivals: str) -> dict[int, frozenset[str]]:
    """By class id of `asked`, the names in the label space `rivals` of what has a synset in common with it: an
    airplane is no rival to an aeroplane. Raises LabelSpaceError as `rival_names` does."""
    others = [(expression_text(label.name), {*label.synsets}) for label in _space(rivals).classes]
    return {
        label.id: frozenset(name for name, synsets in others if not synsets.isdisjoint(label.synsets))
        for label in asked.foreground
    }


def shipped_as(space: LabelSpace) -> str | None:
    """The label space that ships whose names these are; None: there is none, whatever `space` is called."""
    return space.name if space.name in SHIPPED and names_of(space) == rival_names(space.name) else None


def _space(name: str) -> LabelSpace:
    return _shipped(name) if name in SHIPPED else load_label_space(name)


@lru_cache(maxsize=len(SHIPPED))
def _shipped(name: str) -> LabelSpace:
    return load_label_space(name)
