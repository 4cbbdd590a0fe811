"""Which foreground classes are in the same images, and how much more often than by chance."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from shared_runtime.html_page.evidence import Names, class_name
from shared_schemas import ImageLabels

MATRIX_CLASSES = 16
PAIRS_SHOWN = 60
_SHADES = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """Two classes."""

    name: str
    images: int
    """That have both."""
    lift: float
    """These images over the number to be expected if the classes knew nothing of each other."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """How many images have two classes."""

    images: int
    shade: int
    """0 to 4, by the share of the rarer class's images."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A class and its images with each of the others; None: with itself."""

    name: str
    cells: tuple[MatrixCell | None, ...]


class CoOccurrence:
    """Counts classes and pairs of classes, record by record."""

    def __init__(self) -> None:
        self._images = 0
        self._classes: Counter[int] = Counter()
        self._pairs: Counter[tuple[int, int]] = Counter()

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        present = sorted({label.id for label in record.foreground})
        self._images += 1
        self._classes.update(present)
        self._pairs.update(combinations(present, 2))

    def pairs(self, names: Names) -> tuple[Pair, ...]:
        """The most frequent pairs, by their number of images."""
        ordered = sorted(self._pairs.items(), key=lambda item: (-item[1], item[0]))[:PAIRS_SHOWN]
        return tuple(
            Pair(
                f"{class_name(one, names)} + {class_name(other, names)}",
                images,
                images * self._images / (self._classes[one] * self._classes[other]),
            )
            for (one, other), images in ordered
        )

    def matrix(self, names: Names) -> tuple[MatrixRow, ...]:
        """The most frequent classes against each other, the most frequent first; () without any pair."""
        frequent = sorted(self._classes, key=lambda label: (-self._classes[label], label))[:MATRIX_CLASSES]
        if not self._pairs:
            return ()
        return tuple(
            MatrixRow(class_name(row, names), tuple(self._cell(row, column) for column in frequent))
            for row in frequent
        )

    def _cell(self, row: int, column: int) -> MatrixCell | None:
        if row == column:
            return None
        images = self._pairs[min(row, column), max(row, column)]
        rarer = min(self._classes[row], self._classes[column])
        return MatrixCell(images, -(-_SHADES * images // rarer))
