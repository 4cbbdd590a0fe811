"""Kites, which fly as toys and as hawks, and dogs that are hot: what stands around them tells what they are."""

from itertools import pairwise

from caption_parser.syntax.tree import Tree

HAWK = ("black", "kite"), ("JJ", "NN"), 1
"""What stands for the hawk: words, tags and which of them is the head."""
_DOGS = frozenset({"dog", "dogs"})
_KITES = frozenset({"kite", "kites"})
DOGS_AND_KITES = _DOGS | _KITES
"""Words with which "hot dog" and "black kite" end, which may mean something else."""
_OF_DOGS = frozenset("bark barking barks fur leash panting tongue tongues wagging".split())
"""What dogs do and have, also those that are hot."""
_HAWKS = frozenset({"black", "red"})
"""Before "kite" they name a hawk, or are the colour of a toy."""
_KINDS_OF_HAWKS = _HAWKS | frozenset(
    """
    adult bellied brahminy eared juvenile mississippi shouldered snail tailed whistling wild winged young
    """.split()
)
"""What a kite is called that may be one."""
_OF_HAWKS = frozenset("carrion hunting plumage preening prey raptor talons wingspan".split())
_DONE_BY_HAWKS = frozenset("nest nesting perch perched perches perching roost roosting".split())
"""What other birds near a toy do as well, so that it has to be said of the kite itself."""
_IN_THE_AIR = frozenset(
    "circle circles circling feed feeding feeds flight glides gliding hovering hovers soar soaring soars".split()
)
_SPREAD = frozenset({"extended", "its", "outspread", "outstretched", "spread"})
"""Said of wings that no toy has."""
_NEAR = 8
"""Words behind a kite among which its nest is."""
_OF_TOYS = frozenset(
    """
    air beach boy boys child children crowd fly girl girls he her his kid kids man men people person sand she
    sky string strings their woman women
    """.split()
)
"""Who flies kites where."""


def is_no_name_with_the_word_before(tree: Tree, head: int) -> bool:
    """Whether a dog or a kite names no sausage and no hawk with the word before it, though both may be listed.

    A dog that is hot has or does what dogs do, and a toy nothing that hawks do: "a boy flies a black kite".
    """
    before = tree.word(head - 1)
    if tree.words[head] in _KITES:
        return before in _HAWKS and not is_hawk(tree, head)
    return before == "hot" and not _OF_DOGS.isdisjoint(tree.words) and sum(map(tree.words.count, _DOGS)) == 1


def is_hawk(tree: Tree, head: int) -> bool:
    """Whether a kite has or does what hawks alone do, and nobody flies it: "kite soaring, forked tail"."""
    words = tree.words
    if words[head] not in _KITES or not _OF_TOYS.isdisjoint(words):
        return False
    kinds = [words[child] for child in tree.children_by(head, "amod", "compound", "nmod")]
    if not _KINDS_OF_HAWKS.issuperset(kinds):
        return False
    has_its_color = not _HAWKS.isdisjoint(kinds)
    has_a_body = "forked" in words or ("wings" in words and not _SPREAD.isdisjoint(words))
    if (has_its_color or has_a_body) and not _IN_THE_AIR.isdisjoint(words):
        return True
    told = words if has_its_color else _told_of(tree, head)
    return not _OF_HAWKS.isdisjoint(words) or not _DONE_BY_HAWKS.isdisjoint(told)


def _told_of(tree: Tree, noun: int) -> set[str]:
    """The verbs of which a noun is the subject, and what it is said to have: "kites on their nest"."""
    told = {tree.words[child] for child in tree.children_by(noun, "acl", "relcl", "appos")}
    if tree.deps[noun] in ("nsubj", "nsubjpass", "compound"):
        told.add(tree.words[tree.heads[noun]])
    behind = pairwise(tree.words[noun + 1 : noun + _NEAR])
    return told.union(word for before, word in behind if before in ("its", "their"))
