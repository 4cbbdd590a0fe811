"""`CaptionTree`: a tagged dependency tree over the words of a caption, and what can be cut out of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from spacy.tokens import Doc
from spacy.vocab import Vocab


@dataclass(frozen=True, slots=True)
class CaptionTree:
    """Words with Penn Treebank tags ("" = not annotated), head indices (a root is its own) and CLEAR labels."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    heads: tuple[int, ...]
    deps: tuple[str, ...]

    def roots(self) -> list[int]:
        """Indices of the words that are their own heads."""
        return [index for index, head in enumerate(self.heads) if head == index]

    def children(self, head: int) -> list[int]:
        """Indices of the words whose head is `head`, in text order."""
        return [index for index, other in enumerate(self.heads) if other == head != index]

    def to_doc(self, vocab: Vocab) -> Doc:
        """The gold document for training or scoring."""
        return Doc(
            vocab,
            words=list(self.words),
            tags=list(self.tags),
            heads=list(self.heads),
            deps=list(self.deps),
        )


def from_doc(doc: Doc) -> CaptionTree:
    """The tree of a parsed document."""
    return CaptionTree(
        tuple(token.text for token in doc),
        tuple(token.tag_ for token in doc),
        tuple(token.head.i for token in doc),
        tuple(token.dep_ for token in doc),
    )


def is_projective_forest(heads: tuple[int, ...]) -> bool:
    """Whether every word reaches a root and no two arcs cross: what the transition system can build."""
    for index in range(len(heads)):
        ancestor = index
        for _ in heads:
            ancestor = heads[ancestor]
        if heads[ancestor] != ancestor:
            return False
    arcs = [(min(index, head), max(index, head)) for index, head in enumerate(heads) if index != head]
    crossing = any(a < c < b < d for a, b in arcs for c, d in arcs)
    root_covered = any(a < index < b for index, head in enumerate(heads) if index == head for a, b in arcs)
    return not crossing and not root_covered


def subtree(tree: CaptionTree, root: int) -> CaptionTree:
    """The part of a projective tree that hangs on `root`, as a tree of its own."""
    inside = [index for index in range(len(tree.words)) if _is_under(tree.heads, index, root)]
    return part(tree, inside, root)


def without(tree: CaptionTree, dropped: set[int]) -> CaptionTree:
    """The tree less some leaves.

    Raises:
        ValueError: A dropped word has a child that stays, or no word stays.
    """
    kept = [index for index in range(len(tree.words)) if index not in dropped]
    if not kept or any(tree.heads[index] in dropped for index in kept):
        raise ValueError(f"only leaves can be dropped, and not all words: {sorted(dropped)}")
    return part(tree, kept, None)


def insert(
    tree: CaptionTree,
    at: int,
    words: tuple[str, ...],
    tags: tuple[str, ...],
    heads: tuple[int, ...],
    deps: tuple[str, ...],
) -> CaptionTree:
    """The tree with words before index `at`; their heads are given as indices of the new tree."""
    shifted = tuple(head + len(words) * (head >= at) for head in tree.heads)
    return CaptionTree(
        tree.words[:at] + words + tree.words[at:],
        tree.tags[:at] + tags + tree.tags[at:],
        shifted[:at] + heads + shifted[at:],
        tree.deps[:at] + deps + tree.deps[at:],
    )


def _is_under(heads: tuple[int, ...], index: int, root: int) -> bool:
    while index != root and heads[index] != index:
        index = heads[index]
    return index == root


def part(tree: CaptionTree, kept: list[int], root: int | None) -> CaptionTree:
    """The words `kept`, whose heads are among them, but for that of `root`, which becomes a root."""
    position = {index: new for new, index in enumerate(kept)}
    return CaptionTree(
        tuple(tree.words[index] for index in kept),
        tuple(tree.tags[index] for index in kept),
        tuple(position[index if index == root else tree.heads[index]] for index in kept),
        tuple("ROOT" if index == root else tree.deps[index] for index in kept),
    )


def write_treebank(trees: Iterable[CaptionTree], path: Path) -> int:
    """Write one JSON object per tree and line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for count, tree in enumerate(trees, start=1):  # noqa: B007 - the last count is the result
            file.write(json.dumps(asdict(tree), ensure_ascii=False) + "\n")
    return count


def read_treebank(path: Path) -> Iterator[CaptionTree]:
    """Read what `write_treebank` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield CaptionTree(**{field: tuple(values) for field, values in record.items()})
