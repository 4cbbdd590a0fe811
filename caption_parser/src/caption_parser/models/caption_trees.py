"""Captions to trees with the caption pipeline that ships: spaCy's words, and its parses in a third of the time."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from spacy.attrs import IDX, LENGTH, NORM, ORTH
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.arc_eager import ArcEagerParser
from caption_parser.models.caption_network import CaptionNetwork
from caption_parser.syntax.tree import Tree, lower_case

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
        self._network = CaptionNetwork(nlp)
        self._parser = ArcEagerParser(nlp)

    def __call__(self, texts: Iterable[str | Doc]) -> Iterator[Tree]:
        """One tree for each text, in order; they are read together."""
        docs = [text if isinstance(text, Doc) else self._nlp.make_doc(text) for text in texts]
        longest = sorted(map(len, docs), reverse=True)[_FEWEST - 1] if len(docs) >= _FEWEST else 0
        together = [number for number, doc in enumerate(docs) if 0 < len(doc) <= longest]
        apart = [number for number, doc in enumerate(docs) if not 0 < len(doc) <= longest]
        trees: dict[int, Tree] = {}
        for batch in _batches(together, docs):
            trees.update(zip(batch, self._read([docs[number] for number in batch]), strict=True))
        trees.update(zip(apart, map(Tree.of, self._nlp.pipe(docs[number] for number in apart)), strict=True))
        return (trees[number] for number in range(len(docs)))

    def _read(self, docs: Sequence[Doc]) -> Iterator[Tree]:
        rows = [doc.to_array([ORTH, NORM, IDX, LENGTH]).tolist() for doc in docs]
        lengths = list(map(len, rows))
        vectors = self._network.vectors([(row[0], row[1]) for of_doc in rows for row in of_doc], lengths)
        tags, numbers = self._network.tags, self._network.tag_numbers(vectors)
        parses = self._parser(vectors, np.array(lengths, np.int32))
        first = 0
        for of_doc in rows:
            end = first + len(of_doc)
            words, capitals = lower_case([row[0] for row in of_doc], self._nlp.vocab)
            heads, labels = [head - first for head in parses.heads[first:end]], parses.labels[first:end]
            _move_decorated(words, heads, labels)
            yield Tree(
                words,
                [tags[number] for number in numbers[first:end]],
                labels,
                heads,
                [row[2] for row in of_doc],
                [row[2] + row[3] for row in of_doc],
                capitals,
                vectors[first:end],
            )
            first = end


def _batches(numbers: Iterable[int], docs: Sequence[Doc]) -> Iterator[list[int]]:
    batch: list[int] = []
    tokens = 0
    for number in numbers:
        if batch and tokens + len(docs[number]) > _MOST_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(number)
        tokens += len(docs[number])
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
