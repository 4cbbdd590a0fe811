"""The expressions of a training: which are said of which image, and what each is to the other images.

Axis letters: L expressions of a batch.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from segmentation.data.phrases import Phrase, class_text
from segmentation.data.targets import ImageTargets
from segmentation.referring.config import ExpressionOptions
from segmentation.referring.tf_idf import TfIdf, words
from shared_runtime.errors import InputError
from shared_runtime.wording import counted
from shared_schemas import LabelSpace

ItemT = TypeVar("ItemT")

_EMPTY = frozenset(
    "a an the of in on at to and or with by for from that which who is are be being was were it its his her their "
    "this these those as there some".split()
)
"""Words that say nothing of what is seen."""


class Judgement(NamedTuple):
    """What expressions are to an image."""

    present: npt.NDArray[np.float32]
    """(L,) in [0, 1]: z̄ of the loss, 1 for what is there."""
    known: npt.NDArray[np.bool_]
    """(L,): False where it is neither there nor not, as far as anybody says."""


@dataclass(frozen=True)
class ExpressionTable:
    """All expressions of a training, by their numbers, and the images that they are said of."""

    texts: Sequence[str]
    """Each once; the class names that are in every batch come first."""
    n_names: int
    labels: Sequence[frozenset[int]]
    """By expression the ids of the classes that it was said of; of a class name the classes that have it."""
    images: Sequence[ImageTargets]
    said: Sequence[tuple[int, ...]]
    """By image the numbers of its phrases."""
    options: ExpressionOptions

    def judge(self, image: int, expressions: Sequence[int]) -> Judgement:
        """What `expressions` are to an image: what is said of it is there, and its classes are by their names."""
        targets, said = self.images[image], self.said[image]
        numbers = np.asarray(expressions, dtype=np.intp)
        present = np.zeros(len(numbers), dtype=np.float32)
        known = np.ones(len(numbers), dtype=np.bool_)
        named, is_said = numbers < self.n_names, np.isin(numbers, said)
        names = numbers[named]
        present[named] = self._have_one_of(targets.classes)[names]
        known[named] = ~self._have_one_of(targets.doubtful)[names]
        if self.options.entailed != "negative" or self.options.synonyms != "negative":
            self._relent(numbers, np.flatnonzero(~named & ~is_said), image, present, known)
        present[is_said], known[is_said] = 1, True
        if self._similarity is not None:
            present = np.maximum(present, self._similarity.nearest(expressions, self.said[image]))
        return Judgement(present, known)

    def foreign(self, expressions: Sequence[int]) -> npt.NDArray[np.bool_]:
        """(L, L): which two expressions are of classes, and of none in common."""
        labels = [self.labels[expression] for expression in expressions]
        columns = {label: column for column, label in enumerate(frozenset[int]().union(*labels))}
        classes = np.zeros((len(labels), len(columns)), dtype=np.float32)
        for row, own in enumerate(labels):
            classes[row, [columns[label] for label in own]] = 1
        apart: npt.NDArray[np.bool_] = np.equal(classes @ classes.T, 0)
        apart[~classes.any(axis=1)] = False
        apart[:, ~classes.any(axis=1)] = False
        return apart

    def _relent(
        self,
        numbers: npt.NDArray[np.intp],
        places: npt.NDArray[np.intp],
        image: int,
        present: npt.NDArray[np.float32],
        known: npt.NDArray[np.bool_],
    ) -> None:
        """Write what phrases at `places`, not said of an image, are to it where they are no plain negatives."""
        said, classes = self.said[image], frozenset(self.images[image].classes)
        for place in places:
            expression = int(numbers[place])
            if self._is_entailed(expression, said):
                present[place] = self.options.entailed == "positive"
                known[place] = self.options.entailed != "ignored"
            elif self.options.synonyms == "ignored":
                known[place] = self.labels[expression].isdisjoint(classes)

    def _is_entailed(self, expression: int, said: Iterable[int]) -> bool:
        if self.options.entailed == "negative":
            return False
        words = self._words[expression]
        return bool(words) and any(words <= self._words[other] for other in said)

    def _have_one_of(self, classes: Sequence[int]) -> npt.NDArray[np.bool_]:
        """(n_names,): which class names are those of one of `classes` at least."""
        labels, starts = self._labels_of_names
        found: npt.NDArray[np.bool_] = np.logical_or.reduceat(np.isin(labels, classes), starts)
        return found

    @cached_property
    def _labels_of_names(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The classes of all names one after the other, and where those of each name begin."""
        of_names = [sorted(labels) for labels in self.labels[: self.n_names]]
        starts = np.cumsum([0, *map(len, of_names)], dtype=np.intp)[:-1]
        return np.array([label for labels in of_names for label in labels], dtype=np.intp), starts

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [content_words(text) for text in self.texts]

    @cached_property
    def _similarity(self) -> TfIdf | None:
        return TfIdf(self.texts) if self.options.targets == "tf-idf" else None


def in_share(key: str, share: float) -> bool:
    """Whether the image of that key is in a part of all images; a larger part has all of a smaller one."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def shared(items: Sequence[ItemT], key: Callable[[ItemT], str], share: float, source: Path) -> list[ItemT]:
    """Those of the images `items`, by the `key` of each, that are `in_share`.

    Raises InputError, which names their `source`, where not one is left.
    """
    found = [item for item in items if in_share(key(item), share)]
    if items and not found:
        raise InputError(
            f"{source}: got no image in a share of {share:g} of {counted(len(items), 'image')}, expected one at "
            "least. Choose a larger --set expressions.share"
        )
    return found


def content_words(text: str) -> frozenset[str]:
    """The words of a text that say something of what is seen."""
    return frozenset(words(text)) - _EMPTY


def expression_table(
    images: Sequence[ImageTargets], label_space: LabelSpace, options: ExpressionOptions
) -> ExpressionTable:
    """The expressions of a training on `images`, in the order of the images."""
    numbers: dict[str, int] = {}
    labels: list[set[int]] = []
    for label in {"none": (), "foreground": label_space.foreground, "all": label_space.classes}[options.named]:
        _add(Phrase(class_text(label), label.id), numbers, labels, 0)
    n_names = len(numbers)
    said = [
        tuple(_add(phrase, numbers, labels, n_names) for phrase in image.phrases)
        if options.source == "phrases"
        else ()
        for image in images
    ]
    return ExpressionTable([*numbers], n_names, [frozenset(of_text) for of_text in labels], images, said, options)


def _add(phrase: Phrase, numbers: dict[str, int], labels: list[set[int]], n_names: int) -> int:
    """The number of a phrase; class names keep their class, whatever a caption means by them."""
    number = numbers.setdefault(phrase.text, len(numbers))
    if number == len(labels):
        labels.append(set())
    if phrase.label is not None and number >= n_names:
        labels[number].add(phrase.label)
    return number
