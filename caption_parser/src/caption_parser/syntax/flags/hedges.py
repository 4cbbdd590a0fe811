"""Nouns that a caption is not sure of: "possibly a cat", "what appears to be a dog".

They assert their class, for writers hedge what they name more often rightly than not, but at half the confidence.
What a text only concludes ("suggesting that a person was here") asserts nothing: it is not seen.
"""

from collections.abc import Iterator

from caption_parser.syntax.clauses import phrase_behind
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import MENTIONED, SENTENCE_ENDS

_RUNS = """
    possibly|perhaps|maybe|probably|presumably|likely|potentially|apparently|supposedly|conceivably|allegedly
    might be|may be|could be|might have|may have|could have|appears to be|appear to be|appearing to be
    appeared to be|seems to be|seem to be|seemed to be|seeming to be|looks to be|look to be|what looks like
    believed to be|thought to be|assumed to be|said to be|appears to have|seems to have|suspected
"""
_HEDGES = sorted(
    (tuple(run.split()) for line in _RUNS.split("\n") for run in line.split("|")), key=len, reverse=True
)
_BEGINNINGS = frozenset(run[0] for run in _HEDGES if run)
_CONCLUDING = frozenset(
    "hinting implying imply implies indicate indicates indicating suggest suggests suggesting".split()
)
_AS_IF = frozenset({"if", "though"})
_CONCLUDING_OR_AS_IF = _CONCLUDING | _AS_IF
_LEAVING = frozenset("abandoned departed disappeared fled gone left stepped vanished walked".split())
_ENDS = SENTENCE_ENDS | {",", ";", ":", "but"}
_NO_PHRASE = frozenset({"IN", "TO", "CC", "EX", "."})


def uncertain_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that the caption is not sure of."""
    return nouns_told_by(tree, _BEGINNINGS, _hedged_by)


def concluded_nouns(tree: Tree) -> set[int]:
    """The nouns that stand in a conclusion from the image, or in a comparison with what is not in it."""
    found: set[int] = set()
    if _CONCLUDING_OR_AS_IF.isdisjoint(tree.words):
        return found
    concludes = known = False
    for token, word in enumerate(tree.words):
        if word in _ENDS:
            concludes = False
        elif word in _CONCLUDING or (word in _AS_IF and tree.word(token - 1) == "as"):
            concludes = tree.tags[token] not in ("NN", "NNS") or tree.word(token + 1) == "that"
        elif concludes and ((tree.is_noun(token) and not known) or _has_left(tree, token)):
            found.add(token)
        known = (word in MENTIONED and not (word == "that" and tree.words[token - 1] in _CONCLUDING)) or (
            known and tree.tags[token] not in ("IN", "DT", "VBZ", "VBP", "VBD", "CC")
        )
    return found


def _has_left(tree: Tree, owner: int) -> bool:
    """Whether it is as if somebody had left: "as if its occupant had just gone"."""
    return tree.word(owner + 1) == "had" and not _LEAVING.isdisjoint(tree.words[owner + 2 : owner + 4])


def _hedged_by(tree: Tree, token: int, word: str) -> Iterator[int]:
    for run in _HEDGES:
        behind = token + len(run)
        if run and run[0] == word and tuple(tree.words[token:behind]) == run:
            if behind < len(tree) and tree.tags[behind] not in _NO_PHRASE:
                yield from phrase_behind(tree, behind)
            return
