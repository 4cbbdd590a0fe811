"""`WordEncoder`: the encoder's vector of each word that is asked about."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from caption_parser.senses.disambiguator import SenseQuery
from caption_parser.senses.subtokens import Passage, SubtokenLocator, WordPosition
from shared_runtime.errors import MissingResourceError

Vector = npt.NDArray[np.float32]

_TINY = float(np.finfo(np.float32).tiny)


class TokenEncoder(Protocol):
    """Token ids in, one vector per token out."""

    def encode(self, sequences: Sequence[Sequence[int]]) -> list[npt.NDArray[np.float32]]:
        """The last layer of each sequence, (N, D), in order."""
        ...


class WordEncoder:
    """Unit vectors of words in their captions; words of one caption share one pass of the encoder."""

    def __init__(self, locator: SubtokenLocator, encoder: TokenEncoder) -> None:
        self._locator = locator
        self._encoder = encoder

    def encode(self, queries: Sequence[SenseQuery]) -> list[Vector | None]:
        """The unit vector of each query's word, (D,); None where the tokenizer leaves nothing of it."""
        spans_of_caption: dict[str, dict[tuple[int, int], None]] = {}
        for query in queries:
            spans_of_caption.setdefault(query.caption, {})[query.start, query.end] = None
        spans = [list(of_caption) for of_caption in spans_of_caption.values()]
        located = self._locator.locate(list(spans_of_caption), spans)
        position_of: dict[tuple[str, int, int], WordPosition | None] = {
            (caption, *span): position
            for caption, of_caption, positions in zip(spans_of_caption, spans, located, strict=True)
            for span, position in zip(of_caption, positions, strict=True)
        }
        vector_of = self._word_vectors(position for position in position_of.values() if position)
        positions = [position_of[query.caption, query.start, query.end] for query in queries]
        return [vector_of[position] if position else None for position in positions]

    def _word_vectors(self, positions: Iterable[WordPosition]) -> dict[WordPosition, Vector]:
        words_of_passage: dict[Passage, list[WordPosition]] = {}
        for position in positions:
            words_of_passage.setdefault(position.passage, []).append(position)
        hidden = self._encoder.encode([passage.token_ids for passage in words_of_passage])
        return {
            word: _unit(layer[word.start : word.end].mean(axis=0))
            for words, layer in zip(words_of_passage.values(), hidden, strict=True)
            for word in words
        }


def load_tokenizer(path: Path) -> Tokenizer:
    """A `tokenizer.json`; MissingResourceError if it is none."""
    # Python's own processes do the parallel work; threads that were started before a fork would be lost.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise MissingResourceError(f"{path}: this file holds no tokenizer: {error}") from error


def _unit(vector: Vector) -> Vector:
    unit: Vector = vector / max(float(np.linalg.norm(vector)), _TINY)
    return unit
