"""Captions to trees with the caption pipeline that ships: spaCy's words, and its parses in a third of the time."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.arc_eager import ArcEagerParser
from caption_parser.models.caption_network import CaptionNetwork
from caption_parser.models.caption_words import CaptionWords, Words
from caption_parser.syntax.tree import Tree

_FEWEST = 16
"""So many captions must be read together to be faster than spaCy, which reads the longest ones of a batch."""
_MOST_TOKENS = 1 << 14
"""In one table of the parser, at 2 KB each."""
_DECORATED = "||"
"""In a label: of which label the head is; so are crossing arcs parsed as if they did not cross (Nivre 2005)."""


class CaptionTrees:
    """Tags and parses captions as `nlp.pipe` does, whose trees it gives."""

    def __init__(self, nlp: Language) -> None:
        """`nlp`: the pipeline that ships."""
        self._nlp = nlp
        self._cut = CaptionWords(nlp)
        self._network = CaptionNetwork(nlp)
        self._parser = ArcEagerParser(nlp)

    def __call__(self, texts: Iterable[str | Doc]) -> Iterator[Tree]:
        """One tree for each text, in order; they are read together."""
        given = list(texts)
        words = list(map(self._cut, given))
        lengths = [len(of_text.words) for of_text in words]
        longest = sorted(lengths, reverse=True)[_FEWEST - 1] if len(words) >= _FEWEST else 0
        together = [number for number, length in enumerate(lengths) if 0 < length <= longest]
        apart = [number for number, length in enumerate(lengths) if not 0 < length <= longest]
        trees: dict[int, Tree] = {}
        for batch in _batches(together, lengths):
            trees.update(zip(batch, self._read([words[number] for number in batch]), strict=True))
        trees.update(zip(apart, map(Tree.of, self._nlp.pipe(given[number] for number in apart)), strict=True))
        return (trees[number] for number in range(len(given)))

    def _read(self, texts: Sequence[Words]) -> Iterator[Tree]:
        lengths = [len(of_text.words) for of_text in texts]
        vectors = self._network.vectors([key for of_text in texts for key in of_text.keys], lengths)
        tags, numbers = self._network.tags, self._network.tag_numbers(vectors)
        parses = self._parser(vectors, np.array(lengths, np.int32))
        first = 0
        for (_, words, starts, ends, capitals), length in zip(texts, lengths, strict=True):
            end = first + length
            heads, labels = [head - first for head in parses.heads[first:end]], parses.labels[first:end]
            _move_decorated(words, heads, labels)
            of_text = [tags[number] for number in numbers[first:end]]
            yield Tree(words, of_text, labels, heads, starts, ends, capitals, vectors[first:end])
            first = end


def _batches(numbers: Iterable[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    tokens = 0
    for number in numbers:
        if batch and tokens + lengths[number] > _MOST_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(number)
        tokens += lengths[number]
    if batch:
        yield batch


def _move_decorated(words: Sequence[str], heads: list[int], labels: list[str]) -> None:
    """Hang the words with decorated labels on the nearest word with the label that these name."""
    for token, label in enumerate(labels):
        if _DECORATED in label:
            labels[token], of_head = label.split(_DECORATED)
            nearest = [heads[token]]
            for above in nearest:
                below = [
                    child
                    for child, head in enumerate(heads)
                    if head == above and child not in (above, token) and not words[child].isspace()
                ]
                found = next((child for child in below if labels[child] == of_head), None)
                if found is not None:
                    heads[token] = found
                    break
                nearest += below
