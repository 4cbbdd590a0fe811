"""Which classes are of one narrow kind, so that people name the one for the other: giraffe and zebra, cup and
vase."""

from collections import Counter
from collections.abc import Iterable, Set

from segmentation.data.imagenet_table import WordnetTable, read_table
from shared_schemas import LabelSpace

WIDEST = 0.1
"""Of all foreground classes, the most that a hypernym may have below it and still be a narrow kind: in COCO,
ungulates and vehicles are, containers are not. Of the classes that a single caption names where most name
another of their kind, 5 of 6 were not in the image (474 images); of all that a single caption names, 80 of
231."""


class Kinship:
    """Kinds among the foreground classes of a label space; classes whose synsets the table lacks have no kin."""

    def __init__(self, space: LabelSpace, table: WordnetTable | None = None) -> None:
        """`table`: the one that ships where None."""
        table = read_table() if table is None else table
        ancestors = {label.id: _ancestors(label.synsets, table) for label in space.foreground}
        sizes = Counter(synset for above in ancestors.values() for synset in above)
        most = max(2, WIDEST * len(space.foreground))
        self._kinds = {
            class_id: frozenset(synset for synset in above if sizes[synset] <= most)
            for class_id, above in ancestors.items()
        }

    def akin(self, one: int, other: int) -> bool:
        """Whether the classes of these ids are two of one narrow kind."""
        kinds: Set[str] = self._kinds.get(one, frozenset())
        return one != other and not kinds.isdisjoint(self._kinds.get(other, ()))


def _ancestors(synsets: Iterable[str], table: WordnetTable) -> set[str]:
    """The synsets and all above them."""
    found: set[str] = set()
    level = set(synsets)
    while level:
        found |= level
        level = {above for name in level if name in table for above in table[name].hypernyms} - found
    return found
