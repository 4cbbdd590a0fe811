"""From a word's characters to the encoder's subtokens; windows where the text is longer than the encoder takes."""

from collections.abc import Sequence
from typing import NamedTuple

from tokenizers import Encoding, Tokenizer

from caption_parser.senses.model_files import Pooling


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

        All words of a text that fits into the encoder share one passage; in a longer text each word gets a
        window of its own with as much context on either side as fits. None: the tokenizer leaves nothing of
        the word, such as one of control characters.
        """
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            [self._place(encoding, start, end) for start, end in spans]
            for encoding, spans in zip(encodings, words, strict=True)
        ]

    def _place(self, encoding: Encoding, start: int, end: int) -> WordPosition | None:
        touched = [
            index
            for index, (token_start, token_end) in enumerate(encoding.offsets)
            if token_start < end and start < token_end
        ]
        if not touched:
            return None
        first = touched[0]
        last = first if self._pooling == "first" else touched[-1]
        begin = window_start(len(encoding.ids), first, last + 1, self._limit)
        window = encoding.ids[begin : begin + self._limit]
        passage = Passage((self._begin, *window, self._end))
        # The special token in front shifts all by one; a word longer than the window is cut at its end.
        return WordPosition(passage, first - begin + 1, min(last - begin + 1, len(window)) + 1)


def window_start(length: int, first: int, end: int, size: int) -> int:
    """Where a window of `size` out of `length` subtokens begins that has [first, end) in its middle.

    At the ends of the text it is moved inwards, so that it is full; a span longer than the window begins it.
    """
    spare = max(0, size - (end - first))
    return max(0, min(first - spare // 2, length - size))
