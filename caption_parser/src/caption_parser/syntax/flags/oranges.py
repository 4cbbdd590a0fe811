"""Oranges that are a colour: "wearing orange", "the oranges and reds of a sunset"."""

from caption_parser.syntax.tree import NOUN_TAGS, Tree
from caption_parser.syntax.words.colors import color_words

_COLORING = frozenset("dyed dyeing painted stained tinged tinted".split())
_BETWEEN_COLORS = frozenset({",", "and", "bright", "dark", "deep", "pale", "with"})
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
_JOINING = frozenset({"and", "&", ",", "/"})
_WITH_COLORS = frozenset({"in", "less", "more"})
_WEARING = frozenset({"wear", "wearing", "wears", "wore"})
_DRESSED = frozenset(
    """
    boy boys child children clad dressed girl girls guy guys kid kids lady man men monk monks people person player
    players prisoner prisoners woman women worker workers
    """.split()
)
_LIKING = frozenset({"like", "liked", "love", "loved", "loving"})
_BESIDE_FRUIT = frozenset(
    """
    apple apples banana bananas citrus crate eat eating fruit fruits grapefruit grapes half juice kiwi lemon lemons
    lettuce lime limes market peel peeled peeling pear pears salad salads segment segments slice sliced slices
    snack snacks squeeze squeezed vitamin
    """.split()
)
_NEAR = 5


def are_colors(tree: Tree, oranges: int) -> bool:
    """ "Rich oranges and reds of a sunset", but not of fruit."""
    near = tree.words[max(0, oranges - _NEAR) : oranges + _NEAR]
    among_others = any(word.endswith("s") and word.removesuffix("s") in color_words() for word in near)
    return among_others and _BESIDE_FRUIT.isdisjoint(tree.words)


def is_a_color(tree: Tree, orange: int) -> bool:
    """ "The sea is tinted pink and orange", "a woman wearing orange"; beside other fruit it is one."""
    ends = tree.tag(orange + 1) not in NOUN_TAGS
    if tree.word(orange - 1) in _WEARING or (tree.word(orange - 1) == "in" and tree.word(orange - 2) in _DRESSED):
        return ends
    if not _BESIDE_FRUIT.isdisjoint(tree.words):
        return False
    if _is_among_colors(tree, orange) or _is_spoken_of(tree, orange):
        return True
    return ends and (_is_dyed(tree, orange) or _is_said_to_be(tree, orange))


def _is_among_colors(tree: Tree, orange: int) -> bool:
    """ "Orange, green and yellow cars", "orange & silver bracelets", "more orange", "a vase, orange with dots"."""
    if tree.word(orange - 1) in _WITH_COLORS:
        return tree.tag(orange + 1) not in NOUN_TAGS
    added = tree.word(orange - 1) == "," and tree.tag(orange - 2) in NOUN_TAGS and tree.word(orange + 1) == "with"
    return added or (tree.word(orange + 1) in _JOINING and tree.word(orange + 2) in color_words())


def _is_spoken_of(tree: Tree, orange: int) -> bool:
    """ "Orange is the new black", "orange is in this season", "I like the orange with it"."""
    if tree.word(orange - 1) == "the" and tree.word(orange - 2) in _LIKING:
        return tree.word(orange + 1) == "with"
    verb = tree.heads[orange]
    if tree.deps[orange] != "nsubj" or tree.children[orange] or tree.words[verb] not in ("is", "was"):
        return False
    in_season = tree.word(verb + 1) == "in" and tree.word(verb + 2) not in ("a", "the")
    return tree.has_child(verb, "attr") or in_season


def _is_dyed(tree: Tree, orange: int) -> bool:
    """ "Tinted pink and orange"; "a hand painted orange" is one to eat."""
    before = orange - 1
    while tree.word(before) in _BETWEEN_COLORS or tree.word(before) in color_words():
        before -= 1
    first = before - 1
    while tree.word(first) in ("-", "hand"):
        first -= 1
    has_an_article = before == orange - 1 and tree.tag(first) in ("CD", "DT", "PRP$")
    return tree.word(before) in _COLORING and not has_an_article


def _is_said_to_be(tree: Tree, orange: int) -> bool:
    """ "The clay is deep orange", "the sky is a fiery orange": one to eat has an article, and no shade."""
    before = orange - 1
    while tree.word(before) not in _BEING and (
        tree.tag(before) in _SHADING or tree.word(before) in _BETWEEN_COLORS | _SHADES
    ):
        before -= 1
    if tree.word(before) == "a" and tree.words[before + 1] in _SHADES:
        before -= 1
    has_subject = any(tree.has_child(verb, dep) for verb in {before, tree.heads[orange]} for dep in _SUBJECTS)
    return tree.deps[orange] != "nsubj" and tree.word(before) in _BEING and has_subject
