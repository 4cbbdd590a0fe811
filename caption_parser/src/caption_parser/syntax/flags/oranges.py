"""Oranges that are a colour: "wearing orange", "the oranges and reds of a sunset"."""

from caption_parser.syntax.tree import Tree

_COLORS = frozenset(
    "ambers blues browns crimsons golds greens greys grays ochres pinks purples reds violets yellows".split()
)
_COLORING = frozenset("dyed dyeing painted stained tinged tinted".split())
_BETWEEN_COLORS = frozenset({",", "and", "bright", "dark", "deep", "pale", "with"})
COLORED_WITH = frozenset("blue gold green grey pink purple red violet white yellow".split())
_BEING = frozenset(
    """
    are be became become becomes becoming been being glow glowing glows go goes going gone is look looking looks
    turn turned turning turns was went were
    """.split()
)
_SHADES = frozenset(
    "blazing bold bright brilliant burnt dark deep fiery glowing light neon pale rich rusty vivid warm".split()
)
_SUBJECTS = ("nsubj", "nsubjpass")
_SHADING = frozenset({"JJ", "RB", "VBN"})
_MORE_COLORS = frozenset({"black", "brown", "gold", "grey", "silver", "turquoise", "teal"})
_JOINING = frozenset({"and", "&", ",", "/"})
_WITH_COLORS = frozenset({"in", "less", "more"})
_WEARING = frozenset({"wear", "wearing", "wears", "wore"})
_DRESSED = frozenset(
    """
    boy boys child children clad dressed girl girls guy guys kid kids lady man men monk monks people person player
    players prisoner prisoners woman women worker workers
    """.split()
)
_IN_A_PLACE = frozenset({"at", "beside", "in", "near", "on", "under"})
_LIKING = frozenset({"like", "liked", "love", "loved", "loving"})
_SPEAKERS = frozenset({"i", "we"})
_BESIDE_FRUIT = frozenset(
    """
    apple apples banana bananas citrus eat eating fruit fruits grapefruit grapes half juice kiwi lemon lemons
    lettuce lime limes peel peeled peeling pear pears salad salads segment segments slice sliced slices snack
    snacks squeeze squeezed vitamin
    """.split()
)
_FRUIT = frozenset({"citrus", "fruit", "fruits", "juice", "segment", "segments"})
_NEAR = 5


def are_colors(tree: Tree, oranges: int) -> bool:
    """ "Rich oranges and reds of a sunset", but not of fruit."""
    near = tree.words[max(0, oranges - _NEAR) : oranges + _NEAR]
    return not _COLORS.isdisjoint(near) and {"fruit", "fruits", "market", "crate", "lemons"}.isdisjoint(tree.words)


def is_a_color(tree: Tree, orange: int) -> bool:
    """ "A frisbee, orange with a worn rim", "the sea is tinted pink and orange", "a woman wearing orange"."""
    if _is_among_colors(tree, orange) or _is_spoken_of(tree, orange):
        return True
    before = orange - 1
    while before > 0 and (tree.words[before] in _BETWEEN_COLORS or tree.words[before] in COLORED_WITH):
        before -= 1
    if before >= 0 and tree.words[before] in _COLORING:
        if before == orange - 1 and _has_an_article(tree, before):
            return False
        return orange + 1 == len(tree) or not tree.is_noun(orange + 1)
    if _is_said_to_be(tree, orange):
        return True
    return (
        orange > 1
        and tree.words[orange - 1] == ","
        and tree.is_noun(orange - 2)
        and tree.words[orange + 1 : orange + 2] == ["with"]
    )


def _is_among_colors(tree: Tree, orange: int) -> bool:
    """ "Orange, green and yellow cars", "orange & silver bracelets"; "wearing orange", "more orange"."""
    before, after = tree.words[max(0, orange - 1)], tree.words[orange + 1 : orange + 3]
    ends = not after or not tree.is_noun(orange + 1)
    if before in _WEARING or (before == "in" and not _DRESSED.isdisjoint(tree.words[max(0, orange - 2) : orange])):
        return ends
    if not _BESIDE_FRUIT.isdisjoint(tree.words):
        return False
    if orange and before in _WITH_COLORS:
        return ends
    return len(after) > 1 and after[0] in _JOINING and after[1] in COLORED_WITH | _MORE_COLORS


def _is_spoken_of(tree: Tree, orange: int) -> bool:
    """ "Orange is the new black", "orange is in this season", "I like the orange with it"."""
    if not _BESIDE_FRUIT.isdisjoint(tree.words):
        return False
    verb, before = tree.heads[orange], tree.words[max(0, orange - 1)]
    if before in ("the", "this", "that") and orange > 1:
        if tree.words[orange + 1 : orange + 2] != [] and tree.words[orange + 1] in _IN_A_PLACE:
            return False
        return tree.words[orange - 2] in _LIKING and not _SPEAKERS.isdisjoint(tree.words[: orange - 2])
    if tree.deps[orange] != "nsubj" or tree.children[orange] or verb != orange + 1:
        return False
    in_season = tree.words[verb + 1 : verb + 2] == ["in"] and tree.words[verb + 2 : verb + 3] not in (
        ["a"],
        ["the"],
    )
    return tree.words[verb] in ("is", "was") and (tree.has_child(verb, "attr") or in_season)


def _is_said_to_be(tree: Tree, orange: int) -> bool:
    """ "The clay is deep orange", "the sky is a fiery orange": one to eat has an article, and no shade."""
    if tree.deps[orange] == "nsubj" or (orange + 1 < len(tree) and tree.is_noun(orange + 1)):
        return False
    if not _FRUIT.isdisjoint(tree.words):
        return False
    before = orange - 1
    while (
        before > 0
        and tree.words[before] not in _BEING
        and (tree.tags[before] in _SHADING or tree.words[before] in _BETWEEN_COLORS | _SHADES)
    ):
        before -= 1
    if before > 0 and tree.words[before] == "a" and tree.words[before + 1] in _SHADES:
        before -= 1
    has_subject = any(tree.has_child(verb, dep) for verb in {before, tree.heads[orange]} for dep in _SUBJECTS)
    return before > 0 and tree.words[before] in _BEING and has_subject


def _has_an_article(tree: Tree, participle: int) -> bool:
    """Whether a participle stands between an article and its noun: "a painted orange", "a hand painted orange"."""
    first = participle - 1
    while first > 0 and (tree.words[first] in ("-", "hand") or tree.tags[first] == "RB"):
        first -= 1
    return first >= 0 and tree.tags[first] in ("CD", "DT", "PRP$")
