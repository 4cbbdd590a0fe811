"""What the trees of captions have in common beyond what the teachers vote: one analysis per construction.

"A man riding a wave" is a noun phrase with a participle, as in "There is a man riding a wave", whether the
teachers find a clause in it, a compound, or two sentences; a clause needs a finite verb. One analysis for all
such captions is easier to learn, and keeps the noun at the root.
"""

from dataclasses import replace
from functools import cache

from caption_parser.lexicon import default_lexicon
from caption_parser.models.building.trees import CaptionTree, is_projective_forest
from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.repairs.tree_repairs import TreeRepairs
from caption_parser.syntax.tree import Tree

PARTICIPLES = frozenset({"VBG", "VBN"})
AUXILIARIES = frozenset({"aux", "auxpass"})
COMMON_TAGS = {"NNP": "NN", "NNPS": "NNS"}
IRREGULAR_PLURALS = frozenset(
    "calves cattle children deer feet geese hooves knives loaves men mice oxen scarves sheep shelves teeth "
    "wolves women".split()
)
"""Plurals that are nothing but nouns."""
FINAL_PUNCTUATION = frozenset({".", "!", "?"})


def follow_conventions(tree: CaptionTree) -> CaptionTree:
    """The tree with every bare participial clause turned into a noun phrase with a participle (`acl`)."""
    for root in tree.roots():
        tree = _noun_over_participle(tree, root)
    return _join_participle_sentences(tree)


def common_nouns(tree: CaptionTree) -> CaptionTree:
    """The tree with proper nouns only where the caption writes a capital.

    Newswire parsers take rare words ("teddy", "frisbee") for names even in lower case. Where the first word
    has a capital as the first word, its tag is left open.
    """
    tags = list(tree.tags)
    for index, (word, tag) in enumerate(zip(tree.words, tree.tags, strict=True)):
        if tag in COMMON_TAGS and word.islower():
            tags[index] = COMMON_TAGS[tag]
        elif tag in COMMON_TAGS and index == 0:
            tags[index] = ""
    return replace(tree, tags=tuple(tags))


def irregular_plurals(tree: CaptionTree) -> CaptionTree:
    """The tree with plural nouns where the form of the word misleads newswire parsers ("geese", "oxen")."""
    tags = tuple(
        "NNS" if word.lower() in IRREGULAR_PLURALS and not tag.startswith("NN") else tag
        for word, tag in zip(tree.words, tree.tags, strict=True)
    )
    deps = tuple(
        "compound" if dep == "amod" and tag == "NNS" and old != "NNS" else dep
        for dep, tag, old in zip(tree.deps, tags, tree.tags, strict=True)
    )
    return replace(tree, tags=tags, deps=deps)


def repaired(tree: CaptionTree) -> CaptionTree:
    """The tree with what no grammar allows read again, as in captions ("a cow grazing", "a suit and tie")."""
    count = len(tree.words)
    plain = Tree(
        words=[word.lower() for word in tree.words],
        tags=list(tree.tags),
        deps=list(tree.deps),
        heads=list(tree.heads),
        starts=[0] * count,
        ends=[0] * count,
        capitals=[],
    )
    read = _repairs()(plain)
    if read is plain or not is_projective_forest(tuple(read.heads)):
        return tree
    return CaptionTree(tree.words, tuple(read.tags), tuple(read.heads), tuple(read.deps))


@cache
def _repairs() -> TreeRepairs:
    return TreeRepairs(default_lexicon(), ModeRules.of(Mode.VISUAL))


def is_one_sentence_each(tree: CaptionTree) -> bool:
    """Whether every root but the first begins after final punctuation, as sentences do."""
    return all(tree.words[_left_edge(tree, root) - 1] in FINAL_PUNCTUATION for root in tree.roots()[1:])


def _noun_over_participle(tree: CaptionTree, root: int) -> CaptionTree:
    """ "A giraffe standing": whatever the noun is to the bare participle after it, it becomes its head."""
    if not _is_bare_participle(tree, root):
        return tree
    children = tree.children(root)
    nouns = [child for child in children if child < root and tree.tags[child].startswith("NN")]
    if not nouns:
        return tree
    noun = nouns[-1]
    heads = list(tree.heads)
    deps = list(tree.deps)
    heads[noun], deps[noun] = noun, "ROOT"
    heads[root], deps[root] = noun, "acl"
    for child in children:
        # What stands before the noun, and the final punctuation, belong to the whole phrase.
        if child < noun or tree.words[child] in FINAL_PUNCTUATION:
            heads[child] = noun
    return replace(tree, heads=tuple(heads), deps=tuple(deps)) if is_projective_forest(tuple(heads)) else tree


def _join_participle_sentences(tree: CaptionTree) -> CaptionTree:
    """ "A fire hydrant | sitting on the sidewalk": no sentence begins with a bare participle after a noun."""
    for first, second in zip(roots := tree.roots(), roots[1:], strict=False):
        before = tree.words[_left_edge(tree, second) - 1]
        if (
            tree.tags[first].startswith("NN")
            and _is_bare_participle(tree, second)
            and before not in FINAL_PUNCTUATION
        ):
            heads = tuple(first if index == second else head for index, head in enumerate(tree.heads))
            deps = tuple("acl" if index == second else dep for index, dep in enumerate(tree.deps))
            joined = replace(tree, heads=heads, deps=deps)
            return _join_participle_sentences(joined)
    return tree


def _is_bare_participle(tree: CaptionTree, index: int) -> bool:
    has_auxiliary = any(tree.deps[child] in AUXILIARIES for child in tree.children(index))
    return tree.tags[index] in PARTICIPLES and not has_auxiliary


def _left_edge(tree: CaptionTree, index: int) -> int:
    leftmost = min([index, *tree.children(index)])
    return index if leftmost == index else _left_edge(tree, leftmost)
