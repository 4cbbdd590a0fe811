"""`WordEncoder`: from the characters of a word to its subtokens, and to the encoder's vector of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from caption_parser.senses.disambiguator import SenseQuery
from caption_parser.senses.logits import Vector
from caption_parser.senses.model_folder import Pooling
from shared_runtime.errors import MissingResourceError

_TINY = float(np.finfo(np.float32).tiny)


class Passage(NamedTuple):
    """What the encoder reads for one or several words of a text."""

    token_ids: tuple[int, ...]
    """With the special tokens at both ends."""


class WordPosition(NamedTuple):
    """Where a word's vector stands: subtokens [start, end) of a passage."""

    passage: Passage
    start: int
    end: int


class SubtokenLocator:
    """Finds words in tokenized texts; safe to call from several threads."""

    def __init__(self, tokenizer: Tokenizer, pooling: Pooling, max_subtokens: int) -> None:
        """`max_subtokens` counts the two special tokens; those of the tokenizer's own limits are lifted."""
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._pooling = pooling
        self._limit = max_subtokens - 2
        # Those that the tokenizer puts around any text: [CLS] and [SEP], or <s> and </s>.
        self._begin, self._end = tokenizer.encode("").ids

    def locate(
        self, texts: Sequence[str], words: Sequence[Sequence[tuple[int, int]]]
    ) -> list[list[WordPosition | None]]:
        """For each text the positions of its words, given as character spans.

        All words of a text that fits into the encoder share one passage; in a longer text neighbouring words
        share a window with context on either side, so that there are as many windows as the text is long, not
        as it has words. None: the tokenizer leaves nothing of the word, such as one of control characters.
        """
        # Batches would start threads, which a fork loses; processes of ours do the parallel work.
        encodings = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        return [self._place_all(encoding, spans) for encoding, spans in zip(encodings, words, strict=True)]

    def _place_all(self, encoding: Encoding, spans: Sequence[tuple[int, int]]) -> list[WordPosition | None]:
        ids, offsets = encoding.ids, encoding.offsets  # copied at each access
        starts, ends = [start for start, _ in offsets], [end for _, end in offsets]
        # Subtokens stand in the order of the text: those that a word touches are neighbours.
        touched = [(bisect_right(ends, start), bisect_left(starts, end)) for start, end in spans]
        return [self._place(ids, first, stop) if first < stop else None for first, stop in touched]

    def _place(self, ids: Sequence[int], first: int, stop: int) -> WordPosition:
        last = first if self._pooling == "first" else stop - 1
        begin = shared_window_start(len(ids), first, last + 1, self._limit)
        window = ids[begin : begin + self._limit]
        passage = Passage((self._begin, *window, self._end))
        # The special token in front shifts all by one; a word longer than the window is cut at its end.
        return WordPosition(passage, first - begin + 1, min(last - begin + 1, len(window)) + 1)


def window_start(length: int, first: int, end: int, size: int) -> int:
    """Where a window of `size` out of `length` subtokens begins that has [first, end) in its middle.

    At the ends of the text it is moved inwards, so that it is full; a span longer than the window begins it.
    """
    spare = max(0, size - (end - first))
    return max(0, min(first - spare // 2, length - size))


def shared_window_start(length: int, first: int, end: int, size: int) -> int:
    """As `window_start`, but at one of few places, with a quarter of the window on either side of a short span."""
    begin, step = window_start(length, first, end, size), size // 2
    if begin in (0, length - size) or step == 0 or end - first > step:
        return begin
    return min((begin + step // 2) // step * step, length - size)


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
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise MissingResourceError(f"{path}: this file holds no tokenizer: {error}") from error


def _unit(vector: Vector) -> Vector:
    unit: Vector = vector / max(float(np.linalg.norm(vector)), _TINY)
    return unit
