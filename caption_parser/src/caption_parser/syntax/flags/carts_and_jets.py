"""Trolleys that are pushed, the jets of a tub, the trucks of a skateboard and the bowl of a skatepark.

Each is told by what it is of or what it is with, not by any word of the caption: trucks may park by skateboards.
"""

from collections.abc import Set

from caption_parser.syntax.tree import Tree

_OF_CARTS = frozenset(
    "baggage casualty drinks grocery hospital luggage patient serving shopping supermarket tea toy".split()
)
_PUSHED = frozenset({"push", "pushed", "pushes", "pushing"})
_LOADS = frozenset(
    "bags baggage casualty drinks food groceries grocery luggage paramedics patient suitcases".split()
)
_RAILS = frozenset(
    "commuters passengers rail railway rails riders station street streetcar track tracks tram".split()
)
_FULL = frozenset({"carrying", "filled", "full", "loaded", "of", "with"})
_TUBS = frozenset("bath bathtub fountain jacuzzi massage pool shower spa tub water whirlpool".split())
_BOARDS = frozenset({"longboard", "longboards", "skateboard", "skateboards"})
_PARTS_OF_BOARDS = frozenset({"bearings", "deck", "decks", "griptape", "wheels"})
_JOINING = frozenset({"&", ",", "and"})
_SKATED = frozenset({"skatepark", "skateparks"})
_OF_PARKS = frozenset({"concrete", "empty", "skate", "skateboard", "skateboarding", "skatepark"})
_EATEN = frozenset({"fruit", "rice", "salad", "soup"})
_MEALS = _EATEN | frozenset("cereal drink drinks eat eating eats food holding holds kitchen noodles table".split())
_EDGES = frozenset("bottom coping edge edges lip rim side sides top wall walls".split())
_INTO = frozenset({"above", "around", "in", "inside", "into", "on"})
_SKATING = ("carv", "drop", "grind", "rid", "skat")
"""What is done with a bowl of concrete begins so."""
_WITHIN = frozenset({"in", "of"})
_HAVING = frozenset({"had", "has", "have"})
_NEAR = 4


def is_a_cart(tree: Tree, trolley: int) -> bool:
    """ "A tea trolley", "a trolley full of luggage", "pushing a trolley"; one to the airport is a tram."""
    if not _RAILS.isdisjoint(tree.words):
        return False
    before = tree.words[max(0, trolley - 3) : trolley]
    kind = {tree.words[child] for child in tree.children[trolley] if child < trolley}
    if not _OF_CARTS.isdisjoint(kind) or not _OF_CARTS.isdisjoint(before[-1:]):
        return True
    after = tree.words[trolley + 1 : trolley + 1 + _NEAR]
    loaded = after[:1] != [] and after[0] in _FULL and not _LOADS.isdisjoint(after)
    beside = not _LOADS.isdisjoint(tree.words[max(0, trolley - _NEAR) : trolley])
    return loaded or beside or not _PUSHED.isdisjoint(before) or not _PUSHED.isdisjoint(after)


def are_of_a_tub(tree: Tree, jets: int) -> bool:
    """ "A hot tub with jets", "the jets of the whirlpool"; "jets next to a pool" fly."""
    return _is_of(tree, jets, _TUBS)


def are_of_a_board(tree: Tree, trucks: int) -> bool:
    """ "A skateboard with red trucks", "deck, trucks and wheels"; "trucks parked at the skateboard shop" drive."""
    if _is_of(tree, trucks, _BOARDS):
        return True
    named = not (_BOARDS | {"griptape"}).isdisjoint(tree.words)
    behind = tree.words[trucks + 1 : trucks + _NEAR]
    before = tree.words[max(0, trucks - _NEAR + 1) : trucks]
    return named and any(
        not _PARTS_OF_BOARDS.isdisjoint(near) and not _JOINING.isdisjoint(near) for near in (before, behind)
    )


def is_of_a_skatepark(tree: Tree, bowl: int) -> bool:
    """ "The bowl of a skatepark", "rides in a bowl at the skatepark"; a bowl of chips is eaten there."""
    if _SKATED.isdisjoint(tree.words) or not _EATEN.isdisjoint(tree.words):
        return False
    kind = {tree.words[child] for child in tree.children_by(bowl, "compound")}
    filled = tree.words[bowl + 1 : bowl + 2] == ["of"] and _SKATED.isdisjoint(tree.words[bowl + 2 : bowl + 5])
    return kind <= _OF_PARKS and not filled


def is_skated_in(tree: Tree, bowl: int) -> bool:
    """ "A skateboarder on the edge of the bowl", "riding a bowl on a skateboard", and nothing of a meal."""
    if not any(word.startswith("skate") for word in tree.words) or not _MEALS.isdisjoint(tree.words):
        return False
    if tree.words[bowl + 1 : bowl + 2] in (["of"], ["with"]):
        return False
    over = tree.heads[bowl]
    if tree.deps[bowl] == "pobj":
        return tree.words[over] in _INTO or (tree.words[over] == "of" and tree.words[tree.heads[over]] in _EDGES)
    return tree.deps[bowl] == "dobj" and tree.words[over].startswith(_SKATING)


def _is_of(tree: Tree, part: int, wholes: Set[str]) -> bool:
    """Whether a word is of, in or had by a whole: "tub jets", "jets in the tub", "a tub with seats and jets"."""
    if any(tree.words[child] in wholes for child in tree.children_by(part, "compound", "nmod", "amod")):
        return True
    if any(
        tree.words[preposition] in _WITHIN and tree.words[whole] in wholes
        for preposition in tree.children_by(part, "prep")
        for whole in tree.children_by(preposition, "pobj")
    ):
        return True
    first = tree.first_conjuncts[part]
    holder = tree.heads[first]
    if tree.deps[first] == "pobj" and tree.words[holder] == "with":
        return not tree.has_child(first, "acl") and tree.words[tree.heads[holder]] in wholes
    return (
        tree.deps[first] == "dobj"
        and tree.words[holder] in _HAVING
        and any(tree.words[subject] in wholes for subject in tree.children_by(holder, "nsubj"))
    )
