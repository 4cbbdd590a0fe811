"""`Tree`: a dependency parse as plain lists, which the rules read many times."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from spacy.tokens import Doc

NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS"})
ADJECTIVE_TAGS = frozenset({"JJ", "JJR", "JJS"})
PARTICIPLE_TAGS = frozenset({"VBG", "VBN"})


@dataclass(frozen=True, slots=True)
class Tree:
    """A parse of `n` tokens: Penn Treebank tags, CLEAR dependency labels (as spaCy's English models give)."""

    words: list[str]
    """Lower-cased."""
    tags: list[str]
    deps: list[str]
    heads: list[int]
    """The head's index; the root's is its own."""
    children: list[list[int]]
    """In text order."""

    @classmethod
    def of(cls, doc: Doc) -> Self:
        """Read the parse of `doc` once."""
        words, tags, deps, heads = [], [], [], []
        children: list[list[int]] = [[] for _ in range(len(doc))]
        for token in doc:
            head = token.head.i
            words.append(token.lower_)
            tags.append(token.tag_)
            deps.append(token.dep_)
            heads.append(head)
            if head != token.i:
                children[head].append(token.i)
        return cls(words, tags, deps, heads, children)

    def __len__(self) -> int:
        return len(self.words)

    def is_noun(self, token: int) -> bool:
        """Whether the token is a common or proper noun (pronouns are not)."""
        return self.tags[token] in NOUN_TAGS

    def has_child(self, token: int, dep: str) -> bool:
        """Whether a child of the token hangs on it by `dep`."""
        return any(self.deps[child] == dep for child in self.children[token])

    def children_by(self, token: int, *deps: str) -> Iterator[int]:
        """The children that hang on the token by one of `deps`, in text order."""
        return (child for child in self.children[token] if self.deps[child] in deps)

    def left_edge(self, token: int) -> int:
        """The first token of the subtree below the token."""
        while self.children[token] and self.children[token][0] < token:
            token = self.children[token][0]
        return token

    def conjuncts(self, token: int) -> list[int]:
        """The token and all that is coordinated after it: "cats, dogs and birds" from "cats"."""
        found = [token]
        for member in found:
            found.extend(self.children_by(member, "conj"))
        return found
