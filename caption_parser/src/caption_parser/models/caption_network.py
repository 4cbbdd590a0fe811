"""The network of the caption pipeline that ships, as a few products of matrices over whole batches of captions.

The arithmetic is spaCy's, its order within a product is not: vectors agree to six digits or so. What it saves is
time: a word is embedded once and remembered, and NumPy's products take half as long as those of thinc.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from thinc.api import Model

from caption_parser.models.caption_words import WordKey

Layer = Model[Any, Any]
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]

_PIECES = 3
_REMEMBERED_WORDS = 1 << 14
_VARIANCE = np.float32(1e-8)
_ROWS = 8
"""Of a product of matrices: so few that BLAS takes all of them alike."""


@dataclass(frozen=True, slots=True)
class Maxout:
    """The largest of several affine maps, normalised over its outputs (Goodfellow et al. 2013; Ba et al. 2016)."""

    weights: Floats
    """(I, P · O): piece by piece."""
    bias: Floats
    """(P · O,)"""
    gain: Floats
    shift: Floats

    @classmethod
    def of(cls, maxout: Layer, norm: Layer) -> "Maxout":
        """From the layers of thinc."""
        weights, bias = parameter(maxout, "W"), parameter(maxout, "b")  # (O, P, I), (O, P)
        by_piece = weights.transpose(1, 0, 2).reshape(-1, weights.shape[2])
        return cls(np.ascontiguousarray(by_piece.T), bias.T.ravel(), parameter(norm, "G"), parameter(norm, "b"))

    def __call__(self, inputs: Floats) -> Floats:
        """(N, I) to (N, O)."""
        pieces = product(inputs, self.weights)
        pieces += self.bias
        width = len(self.gain)
        outputs: Floats = pieces[:, :width]
        for piece in range(1, _PIECES):
            outputs = np.maximum(outputs, pieces[:, piece * width : (piece + 1) * width])
        outputs = outputs - outputs.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", outputs, outputs)[:, None] / np.float32(width) + _VARIANCE
        outputs *= self.gain / np.sqrt(variance)
        outputs += self.shift
        return outputs


class CaptionNetwork:
    """Vectors of words in their captions, and the scores of their tags."""

    def __init__(self, nlp: Language) -> None:
        """`nlp`: the pipeline that ships; another one has other layers."""
        layers = layers_of(nlp, "tok2vec")
        self._hashed = [layer for layer in layers if layer.name == "hashembed"]
        maxouts = [layer for layer in layers if layer.name == "maxout"]
        norms = [layer for layer in layers if layer.name == "layernorm"]
        self._mix, *self._windows = map(Maxout.of, maxouts, norms)
        softmax = next(layer for layer in layers_of(nlp, "tagger") if layer.name == "softmax")
        self._tag_weights, self._tag_bias = (
            np.ascontiguousarray(parameter(softmax, "W").T),
            parameter(softmax, "b"),
        )
        self.tags: tuple[str, ...] = tuple(nlp.get_pipe("tagger").labels)  # type: ignore[attr-defined]
        self._row_of: dict[WordKey, int] = {}
        self._embedded: Floats = np.zeros((0, len(self._mix.gain)), np.float32)

    def vectors(self, words: Sequence[WordKey], lengths: Sequence[int]) -> Floats:
        """The vectors of the words of captions of these lengths, one after the other: (sum of lengths, D).

        A word sees as many neighbours on either side as there are windows, none of them in another caption.
        """
        depth = len(self._windows)
        gaps = np.repeat(np.arange(1, len(lengths) + 1) * depth, lengths)
        places = np.arange(len(words)) + gaps
        padded = np.zeros((len(words) + (len(lengths) + 1) * depth, len(self._mix.gain)), np.float32)
        padded[places] = self._embed(words)
        for window in self._windows:
            around = np.empty((len(padded), 3 * padded.shape[1]), np.float32)
            before, here, after = np.split(around, 3, axis=1)
            before[1:], here[:], after[:-1] = padded[:-1], padded, padded[1:]
            before[:1], after[-1:] = 0, 0
            padded = padded + window(around)
        vectors: Floats = padded[places]
        return vectors

    def tag_numbers(self, vectors: Floats) -> list[int]:
        """The best tag of each word, as its number in `tags`."""
        scores = product(vectors, self._tag_weights)
        scores += self._tag_bias
        best: list[int] = scores.argmax(axis=1).tolist()
        return best

    def _embed(self, words: Sequence[WordKey]) -> Floats:
        """What the words are without their neighbours, (N, D)."""
        row_of = self._row_of
        if len(row_of) > _REMEMBERED_WORDS:
            row_of.clear()
        new = [word for word in dict.fromkeys(words) if word not in row_of]
        if new:
            known = len(row_of)
            # Rows come first: an interruption may leave some that no word has, which are written over, never words
            # without rows.
            self._embedded = np.concatenate([self._embedded[:known], self._mix(self._hash(new))])
            row_of.update(zip(new, range(known, known + len(new)), strict=True))
        embedded: Floats = self._embedded[[row_of[word] for word in words]]
        return embedded

    def _hash(self, words: Sequence[WordKey]) -> Floats:
        """NORM and SUFFIX by hashed embeddings, side by side (Svenstrup et al. 2017)."""
        columns = np.array(words, np.uint64).T.copy()
        embedded = [layer.predict(column) for layer, column in zip(self._hashed, columns, strict=True)]
        return np.concatenate(embedded, axis=1, dtype=np.float32)


def product(inputs: Floats, weights: Floats) -> Floats:
    """(N, I) times (I, O), each row the same to the last bit whatever stands beside it.

    BLAS adds up in another order where there are other numbers of rows, and in other places among many; labels
    would then depend on what was read together. So it gets a few at a time.
    """
    blocks = -(-len(inputs) // _ROWS)
    padded = np.empty((blocks * _ROWS, inputs.shape[1]), np.float32)
    padded[: len(inputs)], padded[len(inputs) :] = inputs, 0
    rows: Floats = (padded.reshape(blocks, _ROWS, -1) @ weights).reshape(blocks * _ROWS, -1)
    return rows[: len(inputs)]


def layers_of(nlp: Language, component: str) -> list[Layer]:
    """All layers of a component's network, from the outermost on."""
    return list(cast(Any, nlp.get_pipe(component)).model.walk())


def parameter(layer: Layer, name: str) -> Floats:
    """A parameter of a layer of thinc."""
    return np.asarray(layer.get_param(name), np.float32)
