"""What stands in writing: "a sign that says bus stop", "a chalkboard lists the day's soups"."""

from collections.abc import Iterator

from caption_parser.syntax.tree import Tree

SAYING = frozenset({"say", "saying", "says", "read", "reading", "reads", "spell", "spelling", "spells"})
_QUOTES = frozenset({'"', "``", "\u201c", "\u201d", "''"})
_NEAR = 5
"""Where a quote opens at the latest: behind "she replies in blue, "."""
_ENDS_OF_A_LIST = frozenset(
    ". ; : above at behind beneath beside below near next outside over under where while".split()
)


def written_on(tree: Tree, bearer: int) -> Iterator[int]:
    """ "a sign that says bus stop": every noun of what it says."""
    verbs = list(tree.children_by(bearer, "acl", "relcl"))
    if tree.deps[bearer] == "nsubj":
        verbs.append(tree.heads[bearer])
    for verb in verbs:
        if tree.words[verb] in SAYING:
            pending = [child for child in tree.children[verb] if child > verb]
            for token in pending:
                if _goes_on(tree, token, verb):
                    pending.extend(tree.children[token])
                    if tree.is_noun(token):
                        yield token


def quoted(tree: Tree, verb: int) -> Iterator[int]:
    """The nouns of what stands in quotes behind "says" or "the words", however it is parsed."""
    opening = next(
        (token for token in range(verb + 1, min(verb + _NEAR, len(tree))) if tree.words[token] in _QUOTES), None
    )
    if opening is None:
        return
    for token in range(opening + 1, len(tree)):
        if tree.words[token] in _QUOTES:
            return
        if tree.is_noun(token):
            yield token


def _goes_on(tree: Tree, token: int, verb: int) -> bool:
    """Whether a word below a verb of saying belongs to what is said; where the sign stands does not."""
    if tree.deps[token] == "prep":
        return tree.words[token] in ("of", "for", "to")
    return tree.deps[token] != "advmod" and (
        tree.heads[token] != verb or tree.deps[token] not in ("advcl", "cc", "conj")
    )


def listed(tree: Tree, verb: int) -> Iterator[int]:
    """What can be had, as a menu says: "a chalkboard lists the day's soups"."""
    for token in range(verb + 1, len(tree)):
        if tree.words[token] in _ENDS_OF_A_LIST:
            return
        if tree.is_noun(token):
            yield token
