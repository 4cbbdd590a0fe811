"""Greedy arc-eager parsing of a whole batch of captions at a time (Nivre 2004; with `unshift`, Honnibal 2014).

The transition system, its validity and its features are those of spaCy's parser (`arc_eager.pyx`, `_state.pxd`),
and so are the parses. There each state of each caption costs a dozen calls of a linear algebra library; here all
captions make their n-th transition together.

Words are numbered through the batch from 1; 0 is no word, and the row of the padding in every table.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.language import Language

from caption_parser.models.caption_network import Floats, Numbers

_FEATURES = 8
"""B0, B1, S0, S1, S2, the last left child of B0 and of S0, the last right child of S0."""
_PADS = 3
"""Places below a stack that hold no word, so that S0, S1 and S2 can be read of an empty one."""
_SHIFT, _REDUCE, _LEFT = 0, 1, 2
_IMPOSSIBLE = np.float32(-np.inf)

Flags = npt.NDArray[np.bool_]


class Parses(NamedTuple):
    """The heads and labels of all words of a batch."""

    heads: list[int]
    """Counted from 0 through the batch; a root's is its own."""
    labels: list[str]


class _Arcs(NamedTuple):
    """What each word of a batch hangs on so far, and what hangs on it: (T + 1,) int32 each, 0 for none."""

    heads: Numbers
    moves: Numbers
    """Those that made the arcs to the heads."""
    first_left: Numbers
    """The leftmost child."""
    last_right: Numbers
    """The rightmost child."""
    sister: Numbers
    """The right child of its head that the word took the place of."""

    def add_left(self, child: Numbers, head: Numbers, move: Numbers) -> None:
        """Hang words on others behind them, (N,) each."""
        former = self.heads[child]
        self.last_right[former] = np.where(former > 0, self.sister[child], 0)
        self.heads[child], self.moves[child], self.first_left[head] = head, move, child

    def add_right(self, child: Numbers, head: Numbers, move: Numbers) -> None:
        """Hang words on others before them, (N,) each."""
        self.sister[child], self.last_right[head] = self.last_right[head], child
        self.heads[child], self.moves[child] = head, move


class ArcEagerParser:
    """The parser of the caption pipeline that ships."""

    def __init__(self, nlp: Language) -> None:
        parser: Any = nlp.get_pipe("parser")
        to_hidden, lower, upper = parser.model.layers
        linear = to_hidden.layers[-1]
        weights = lower.get_param("W")  # (features, H, P, I)
        features, self._hidden, pieces, width = weights.shape
        by_piece = weights.transpose(0, 2, 1, 3).reshape(features * pieces * self._hidden, width)
        # Both maps are linear, but are left apart: their product would round otherwise.
        self._linear, self._linear_bias = np.ascontiguousarray(linear.get_param("W").T), linear.get_param("b")
        self._lower = np.ascontiguousarray(by_piece.T)
        self._padding = lower.get_param("pad").transpose(0, 1, 3, 2).reshape(features, pieces * self._hidden)
        self._lower_bias = lower.get_param("b").T.ravel().copy()
        self._upper, self._upper_bias = np.ascontiguousarray(upper.get_param("W").T), upper.get_param("b")
        moves = [name.partition("-")[::2] for name in parser.move_names]
        kinds = [kind for kind, _ in moves]
        self._right, self._break = kinds.index("R"), kinds.index("B")
        self._labels = [label for _, label in moves]

    def __call__(self, vectors: Floats, lengths: Numbers) -> Parses:
        """The parses of captions of these lengths (B,), whose words have these vectors (T, D)."""
        heads, moves = self._decide(self._table(vectors), lengths)
        roots = heads == 0
        labels = self._labels
        return Parses(
            np.where(roots, np.arange(-1, len(heads) - 1), heads - 1)[1:].tolist(),
            ["ROOT" if root else labels[move] for root, move in zip(roots[1:], moves[1:].tolist(), strict=True)],
        )

    def _table(self, vectors: Floats) -> Floats:
        """What each word adds to the hidden layer in each place of a state, ((T + 1) · features, P · H)."""
        inputs = vectors @ self._linear
        inputs += self._linear_bias
        table = np.empty((len(vectors) + 1, self._padding.size), np.float32)
        table[0] = self._padding.ravel()
        np.matmul(inputs, self._lower, out=table[1:])
        return table.reshape(-1, self._padding.shape[1])

    def _score(self, table: Floats, words: Numbers) -> Floats:
        """The scores of all moves, (N, M), in states that show these words, (features, N)."""
        rows = words * _FEATURES
        rows += np.arange(_FEATURES, dtype=np.int32)[:, None]
        pieces = table.take(rows, axis=0).sum(axis=0)
        pieces += self._lower_bias
        scores: Floats = np.maximum(pieces[:, : self._hidden], pieces[:, self._hidden :]) @ self._upper
        scores += self._upper_bias
        return scores

    def _decide(self, table: Floats, lengths: Numbers) -> tuple[Numbers, Numbers]:
        """For every word, from 1 on, its head (0: it is a root) and the move that made it.

        Args:
            table: ((T + 1) · features, P · H), of `_table`.
            lengths: (B,), the words of each caption.

        Returns:
            Heads and moves, (T + 1,) each.
        """
        size = int(lengths.sum()) + 1
        arcs = _Arcs(*np.zeros((5, size), np.int32))
        unshiftable, begins = np.zeros((2, size + 1), np.bool_)
        ends = lengths.cumsum(dtype=np.int32) + 1
        bottoms = ends - lengths + _PADS * np.arange(1, len(lengths) + 1, dtype=np.int32) - 1
        stack, returned = np.zeros((2, size + _PADS * (len(lengths) + 1)), np.int32)
        # One row for each caption that is not done: the top of its stack, of what came back from there to the
        # buffer, the first word that is still there, and their ends.
        states = np.stack([bottoms - 1, bottoms - 1, ends - lengths, ends, bottoms], axis=0)[:, lengths > 0]
        words = np.empty((_FEATURES, states.shape[1]), np.int32)
        while states.shape[1]:
            top, back, following, end, bottom = states
            depth, waiting = top - bottom + 1, back - bottom + 1
            next0 = np.where(following < end, following, 0)
            next1 = np.where(following + 1 < end, following + 1, 0)
            b0, b1 = next0, next1
            if waiting.any():
                b0 = np.where(waiting > 0, returned[back], next0)
                b1 = np.where(waiting > 1, returned[back - 1], np.where(waiting > 0, next0, next1))
            s0 = stack[top]
            words = words[:, : len(b0)]
            words[0], words[1], words[2] = b0, b1, s0
            words[3], words[4] = stack[top - 1], stack[top - 2]
            words[5], words[6], words[7] = arcs.first_left[b0], arcs.first_left[s0], arcs.last_right[s0]
            scores = self._score(table, words)
            self._forbid(scores, b0, b1, empty=depth == 0, begins=begins, unshiftable=unshiftable)
            move = scores.argmax(axis=1)

            left = (move >= _LEFT) & (move < self._right)
            right = (move >= self._right) & (move < self._break)
            if left.any():
                arcs.add_left(s0[left], b0[left], move[left])
                unshiftable[b0[left]] = False
            if right.any():
                arcs.add_right(b0[right], s0[right], move[right])
            begins[b1[move == self._break]] = True

            reduced = move == _REDUCE
            unshifted = reduced & (arcs.heads[s0] == 0) & (depth > 1)
            if unshifted.any():
                word = s0[unshifted]
                unshiftable[word] = True
                back[unshifted] += 1
                returned[back[unshifted]] = word
            top -= reduced | left
            pushed = right | (move == _SHIFT)
            top += pushed
            stack[top[pushed]] = b0[pushed]
            came_back = pushed & (waiting > 0)
            back -= came_back
            following += pushed & ~came_back
            going_on = (top >= bottom) | (following < end) | (back >= bottom)
            if not going_on.all():
                states = states[:, going_on]
        return arcs.heads, arcs.moves

    def _forbid(
        self, scores: Floats, b0: Numbers, b1: Numbers, *, empty: Flags, begins: Flags, unshiftable: Flags
    ) -> None:
        """Give moves that are not possible no chance.

        Args:
            scores: (N, M), of N states; changed.
            b0, b1: (N,), the next two words.
            empty: (N,), whether the stack is.
            begins: (T + 2,), of each word, whether a sentence begins with it.
            unshiftable: (T + 2,), of each word, whether it came back from the stack.
        """
        no_arc = empty | (b0 == 0) | begins[b0]
        scores[~empty & ((b1 == 0) | begins[b0] | unshiftable[b0]), _SHIFT] = _IMPOSSIBLE
        scores[empty, _REDUCE] = _IMPOSSIBLE
        scores[no_arc, _LEFT : self._break] = _IMPOSSIBLE
        scores[(b1 == 0) | (b1 != b0 + 1) | begins[b1], self._break] = _IMPOSSIBLE
