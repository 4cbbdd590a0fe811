"""`Tree`: a dependency parse as plain lists, which the rules read many times."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from spacy.attrs import DEP, HEAD, IDX, LENGTH, ORTH, TAG
from spacy.tokens import Doc
from spacy.vocab import Vocab

NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS"})
PLURAL_TAGS = frozenset({"NNS", "NNPS"})
ADJECTIVE_TAGS = frozenset({"JJ", "JJR", "JJS"})
NOMINAL_TAGS = NOUN_TAGS | ADJECTIVE_TAGS
VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ"})
PARTICIPLE_TAGS = frozenset({"VBG", "VBN"})
MODIFIERS = frozenset({"amod", "compound", "nmod", "nummod"})
"""Relations to a noun of the nouns, adjectives and numbers before it."""

SPELLED_AS = {"nt": "n't"} | {
    word.replace("'", "\u2019"): word for word in ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")
}
"""What is cut off another word, as rules and pipelines know it: "isnt"; "nt" by itself may be a territory."""

_HALF = 1 << 63
"""`Doc.to_array` writes a head to the left as an unsigned 64-bit number."""


_DECODED_LIMIT = 1 << 14
_decoded: dict[int, str] = {}
"""Strings by spaCy's hash, which is the same in every store: a frequent word is decoded once."""
_lowered: dict[int, tuple[str, bool]] = {}
"""By the hash of a word: its lower case, and whether that is another word."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A parse of `n` tokens: Penn Treebank tags, CLEAR dependency labels (as spaCy's English models give).

    Trees share their lists, which are left as they are: `dataclasses.replace` makes another tree.
    """

    words: list[str]
    """Lower-cased; what is cut off another word, with its apostrophe."""
    tags: list[str]
    deps: list[str]
    heads: list[int]
    """The head's index; the root's is its own."""
    starts: list[int]
    """Character offset of each token in the caption."""
    ends: list[int]
    """Character offset behind each token."""
    capitals: list[int]
    """The tokens with a capital letter, in text order."""
    vectors: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """What the caption pipeline makes of each token in its context, (n, D); none: another one read it."""
    children: list[list[int]] = field(init=False)
    """In text order."""
    left_edges: list[int] = field(init=False)
    """The first token of the subtree below each token."""
    first_conjuncts: list[int] = field(init=False)
    """The first of the words that each token is coordinated with; itself where it is coordinated with none."""

    @classmethod
    def of(cls, doc: Doc) -> Self:
        """Read the parse of `doc` once."""
        # One array of hashes is several times faster than asking every token for four strings.
        rows = doc.to_array([ORTH, TAG, DEP, HEAD, IDX, LENGTH]).tolist()
        strings = doc.vocab.strings
        if len(_decoded) > _DECODED_LIMIT:
            _decoded.clear()
        tags, deps, heads, starts, ends = [], [], [], [], []
        for token, (_, tag, dep, offset, start, length) in enumerate(rows):
            head = token + (offset if offset < _HALF else offset - 2 * _HALF)
            tags.append(_decoded.get(tag) or _decoded.setdefault(tag, strings[tag]))
            deps.append(_decoded.get(dep) or _decoded.setdefault(dep, strings[dep]))
            heads.append(head)
            starts.append(start)
            ends.append(start + length)
        words, capitals = lower_case([row[0] for row in rows], doc.vocab)
        vectors = np.asarray(doc.tensor, np.float32) if len(doc.tensor) == len(rows) else None
        return cls(words, tags, deps, heads, starts, ends, capitals, vectors)

    def __post_init__(self) -> None:
        if not SPELLED_AS.keys().isdisjoint(self.words):
            object.__setattr__(self, "words", [*_with_apostrophes(self.words, self.starts, self.ends)])
        children: list[list[int]] = [[] for _ in self.heads]
        first_conjuncts: list[int] = []
        for token, head in enumerate(self.heads):
            if head != token:
                children[head].append(token)
            coordinated = head < token and self.deps[token] == "conj"
            first_conjuncts.append(first_conjuncts[head] if coordinated else token)
        left_edges: list[int] = []
        for token, below in enumerate(children):
            left_edges.append(left_edges[below[0]] if below and below[0] < token else token)
        object.__setattr__(self, "children", children)
        object.__setattr__(self, "left_edges", left_edges)
        object.__setattr__(self, "first_conjuncts", first_conjuncts)

    def __len__(self) -> int:
        return len(self.words)

    def word(self, token: int) -> str:
        """The word at a place; none before the first and behind the last."""
        return self.words[token] if 0 <= token < len(self.words) else ""

    def tag(self, token: int) -> str:
        """The tag at a place; none before the first and behind the last."""
        return self.tags[token] if 0 <= token < len(self.tags) else ""

    def is_noun(self, token: int) -> bool:
        """Whether the token is a common or proper noun (pronouns are not)."""
        return self.tags[token] in NOUN_TAGS

    def has_capital(self, token: int) -> bool:
        """Whether the token begins with a capital letter, or has one."""
        place = bisect_left(self.capitals, token)
        return place < len(self.capitals) and self.capitals[place] == token

    def has_child(self, token: int, dep: str) -> bool:
        """Whether a child of the token hangs on it by `dep`."""
        return dep in [self.deps[child] for child in self.children[token]]

    def children_by(self, token: int, *deps: str) -> Iterator[int]:
        """The children that hang on the token by one of `deps`, in text order."""
        children, labels = self.children[token], self.deps
        return iter([child for child in children if labels[child] in deps] if children else ())

    def complements(self, token: int, *prepositions: str) -> list[int]:
        """The nouns behind some prepositions that hang on a token: the "man" of "a statue of a man"."""
        return [
            noun
            for preposition in self.children_by(token, "prep")
            if self.words[preposition] in prepositions
            for noun in self.children_by(preposition, "pobj")
        ]

    def conjuncts(self, token: int) -> list[int]:
        """The token and all that is coordinated after it: "cats, dogs and birds" from "cats"."""
        found = [token]
        for member in found:
            found += [child for child in self.children[member] if self.deps[child] == "conj"]
        return found


def _with_apostrophes(words: Sequence[str], starts: Sequence[int], ends: Sequence[int]) -> Iterator[str]:
    for word, start, end_before in zip(words, starts, [-1, *ends], strict=False):
        yield word if word == "nt" and start != end_before else SPELLED_AS.get(word, word)


def lower_case(orths: Sequence[int], vocab: Vocab) -> tuple[list[str], list[int]]:
    """The words with these hashes in lower case, and which of them have a capital letter."""
    if len(_lowered) > _DECODED_LIMIT:
        _lowered.clear()
    words: list[str] = []
    capitals: list[int] = []
    for token, orth in enumerate(orths):
        found = _lowered.get(orth)
        if found is None:
            lexeme = vocab[orth]
            found = _lowered[orth] = lexeme.lower_, lexeme.lower != orth
        word, is_capital = found
        words.append(word)
        if is_capital:
            capitals.append(token)
    return words, capitals
