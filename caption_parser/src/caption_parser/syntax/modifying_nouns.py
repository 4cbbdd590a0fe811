"""Nouns that only modify another: the motorcycle of "a motorcycle helmet" is not in the picture."""

from collections.abc import Iterator

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import DASHES, SINGULAR, in_both_numbers

MODIFIER_DEPS = frozenset({"compound", "amod", "nummod", "npadvmod", "quantmod", "advmod"})

_PRESENT_BY = frozenset(
    """
    adorned carried covered crowded crusted decorated drawn dusted dotted filled infested laden lined littered
    loaded packed powered pulled ridden stacked strewn studded stuffed surrounded topped
    """.split()
)
"""Participles whose noun is there: "a horse drawn carriage", "a people filled street"."""

_PORTIONS = in_both_numbers(
    """
    bunch chunk cluster couple crowd duo family flock group half herd pair piece pile row section slice trio
    wedge
    """
) | {"quarters"}
"""Nouns that gather or divide what the noun before them names: "orange wedges", "a zebra herd"."""

_FEATS = in_both_numbers("stunt trick") | {"halfpipe", "slopestyle"}
_DONE_ON = frozenset(
    "bicycle bike bmx board frisbee kite motorbike motorcycle scooter skate skateboard snowboard surfboard".split()
)
"""What feats are done with, which then is there: "a skateboard trick"; not so "a card trick", "a dog trick"."""

_RIDERS = in_both_numbers("cop courier messenger officer rider") | frozenset("police".split())
_RIDDEN = frozenset("bicycle bike ducati harley moped motorbike motorcycle scooter vespa".split())
"""What riders are on: "bicycle cops"."""

_OF_ITSELF = in_both_numbers("replacement review test")
"""Nouns that say what a thing is shown for: "a gravel bike review"."""
_TOLD = frozenset(
    "album blood book books concert driving eye film films game games movie movies restaurant song".split()
)
"""What is reviewed without being seen."""

_DISHES = in_both_numbers("burger cake cheesecake cupcake donut doughnut hamburger panini pizza sandwich")
_COOKED = frozenset("apples bananas broccoli carrots hotdogs oranges".split())
"""What a dish is of that leaves it whole, right before the recipe: "roasted carrots recipe", not "carrot soup"."""
_BEGINNINGS = (["DT"], ["EX"], ["PRP"], ["PRP$"], ["WP"], ["WRB"])
"""Tags of what stands behind a dash and in no word with a hyphen."""
_WORN = frozenset("backpack bag clutch handbag necktie purse tie umbrella".split())
_SOLD_TOGETHER = frozenset(
    """
    bottle bowl chair cup fork glass glasses goblet knife knives luggage mug spoon suitcase teacup tumbler vase
    wineglass
    """.split()
)
_COLLECTED = _SOLD_TOGETHER | frozenset("bear book bottles clock clocks handbag mugs teacups umbrella".split())
_WHOLE_IN_A_DISH = frozenset({"broccoli"})
_ROOMS = frozenset({"bedroom", "room"})
_UNHARNESSED = frozenset(
    """
    abandoned antique antiques broken display displayed empty exhibit leaning museum old restored rusty sale
    unhitched vintage weathered weeds without
    """.split()
)
"""Said of a cart that no animal draws any more."""
_HARNESSED = frozenset("bullock bullocks donkey donkeys horse horses mule mules ox oxen ponies pony".split())
_SHOWN_AS = {
    "recipe": _DISHES,
    "recipes": _DISHES,
    "outfit": _WORN,
    "outfits": _WORN,
    "set": _SOLD_TOGETHER,
    "sets": _SOLD_TOGETHER,
    "collection": _COLLECTED,
    "replica": _COLLECTED,
    **dict.fromkeys("bake casserole gratin pasta salad".split(), _WHOLE_IN_A_DISH),
    **dict.fromkeys("decor decoration design ideas interior makeover photo remodel renovation".split(), _ROOMS),
    **dict.fromkeys(
        "buggies buggy carriage carriages cart carts chariot sleigh sleighs wagon wagons".split(), _HARNESSED
    ),
}
"""Nouns, and what is there before them: a recipe is told beside its dish, a set is one of what is sold so.

A dish shows what stays whole in it, the design of a room shows the room, and horses draw carriages.
"""

_GIFTS = frozenset({"box", "boxes", "hamper", "pack", "set", "sets"})
"""Behind "gift" they hold what stands before: "mug gift set"."""

_PHOTOGRAPHS = in_both_numbers("headshot image photo photograph pic picture portrait snapshot") | {"closeup"}
"""Behind what they show, if the caption is of them: "black dog photo"."""
_OF_PHOTOGRAPHS = frozenset(
    """
    agency author book camera cell client contributor cover customer drone file guest magazine newspaper owner
    phone photographer press product reader royalty self smartphone staff student traveler traveller tv user
    visitor
    """.split()
)
"""Who or what took photographs, or has them: "staff photo"."""
_OF_NO_CAMERA = frozenset(
    """
    art canvas color coloring colour colouring commission custom drawing frame framed hanging hung illustration
    mounted mug oil painted painting pencil poster print printable sculpture shirt sticker t-shirt vector wall
    watercolor watercolour
    """.split()
)
_SAID_OF_PHOTOGRAPHS = frozenset("at by during for from of with".split())
_OPEN_AIR = frozenset(
    """
    backdrop background beach city countryside desert field forest garden grass lake lawn meadow mountain mountains
    nature ocean orchard park rain sand sea snow street sun sunlight sunset vineyard water woods
    """.split()
)
"""Where no picture hangs or stands: "family photo on the beach"."""
_PUT = frozenset(
    "attached glued hidden leaning next pasted pinned placed propped standing stuck tacked taped".split()
)
"""Right behind a picture they say that it is somewhere."""
_SURFACES = frozenset("brochure cover laptop magazine phone screen shelf shelves wall walls".split())
"""On them it is no room that one sees: "bedroom photo on a wall"."""

_WHERE_AND_WHEN = frozenset(
    """
    anytime backstage downstairs downtown indoors onstage outdoors today tomorrow tonight upstairs uptown
    yesterday
    """.split()
)
"""Words that parses take for what the noun before them modifies: "a busy intersection downtown"."""

_SEVERAL = frozenset("couple dozen few group lot many number several".split())

_PLURALS_OF_KIND = frozenset("arts boys games girls goods ladies men mens savings sports womens women".split())
"""Plurals that say of what kind the noun after them is: "sports cars", "ladies shoes"."""


def modifies_noun(tree: Tree, token: int) -> bool:
    """Whether a noun stands before another word as its modifier, itself or as a conjunct of one."""
    token = tree.first_conjuncts[token]
    return tree.deps[token] in MODIFIER_DEPS and token < tree.heads[token]


def is_present_all_the_same(tree: Tree, token: int) -> bool:
    """Whether a modifying noun names what is there: "a horse drawn carriage", "orange wedges", "vases cups"."""
    dep, head = tree.deps[token], tree.heads[token]
    if dep == "npadvmod":
        return tree.words[head] in _PRESENT_BY or _is_before_a_dash(tree, token)
    if tree.words[token + 1] in _RIDERS and tree.words[token] in _RIDDEN:
        return True  # "a Harley rider waves", whatever the parse makes of the verb
    if tree.words[token + 1] == "gift" and tree.words[token + 2 : token + 3] and tree.words[token + 2] in _GIFTS:
        return not _SOLD_TOGETHER.isdisjoint((tree.words[token], tree.words[token].removesuffix("s")))
    if _is_before_a_dash(tree, token):
        return True
    return dep == "compound" and (
        tree.words[head] in _PORTIONS
        or (tree.words[head] in _FEATS and tree.words[token] in _DONE_ON and "without" not in tree.words)
        or (tree.words[head] in _OF_ITSELF and tree.words[token] not in _TOLD and tree.words[token].isalpha())
        or (
            tree.words[head] in _PHOTOGRAPHS
            and tree.deps[head] == "ROOT"
            and tree.words[token] not in _OF_PHOTOGRAPHS
            and _OF_NO_CAMERA.isdisjoint(tree.words)
            and not _is_put_somewhere(tree, head)
        )
        or (
            tree.words[token] in _SHOWN_AS.get(tree.words[head], ())
            and _ends_a_title(tree, head)
            and not (tree.words[token] in _HARNESSED and not _UNHARNESSED.isdisjoint(tree.words))
            and not (tree.words[token] in _ROOMS and not _SURFACES.isdisjoint(_places_of(tree, head)))
        )
        or (
            tree.words[head] in ("recipe", "recipes")
            and token + 1 == head
            and tree.words[token] in _COOKED
            and _ends_a_title(tree, head)
        )
        or (tree.words[head] in _WHERE_AND_WHEN and not modifies_noun(tree, head))
        or _is_in_a_list(tree, token, head)
        or _is_a_subject(tree, token, head)
    )


def _is_put_somewhere(tree: Tree, photograph: int) -> bool:
    """Whether a photograph is itself what is seen in a room: "cat picture on the fridge", "taped to a mirror"."""
    if tree.word(photograph + 1) in _PUT:
        return True
    return not _OPEN_AIR.issuperset(_places_of(tree, photograph))


def _places_of(tree: Tree, noun: int) -> Iterator[str]:
    """Where a noun is said to be; a preposition without a noun stands for it."""
    for preposition in tree.children_by(noun, "prep"):
        if tree.words[preposition] not in _SAID_OF_PHOTOGRAPHS:
            inside = [tree.words[child] for child in tree.children_by(preposition, "pobj")]
            yield from inside or [tree.words[preposition]]


def _is_before_a_dash(tree: Tree, token: int) -> bool:
    """Whether a dash follows and then what begins a clause: "chocolate cake - we all had some"."""
    return (
        tree.words[token + 1] in DASHES
        and (
            tree.tags[token + 2 : token + 3] in _BEGINNINGS
            or (tree.tag(token + 2) == "IN" and tree.word(token + 3) not in DASHES)
        )
        and tree.ends[token] < tree.starts[token + 1]
    )


def _ends_a_title(tree: Tree, noun: int) -> bool:
    """Whether a noun modifies no other: "pizza recipe", not "pizza recipe book"."""
    return not modifies_noun(tree, noun)


def _is_in_a_list(tree: Tree, token: int, head: int) -> bool:
    """Whether a compound is a list whose commas were left out: "vases pots cups", "a keyboard two laptops"."""
    if any(token < child < head and tree.deps[child] in ("det", "nummod") for child in tree.children[head]):
        return True
    following = range(token, head + 1)
    return tree.words[token] not in _PLURALS_OF_KIND and all(tree.tags[t] == "NNS" for t in following)


def _is_a_subject(tree: Tree, token: int, head: int) -> bool:
    """Whether the parse takes a verb for a plural: of "A dog races along" the article says that it is none."""
    first = tree.left_edges[head]
    singular = any(tree.words[child] in SINGULAR for child in (*tree.children[token], *tree.children[head]))
    singular |= tree.words[first] in SINGULAR and _SEVERAL.isdisjoint(tree.words[first:head])
    return singular and tree.tags[head] == "NNS" and tree.tags[token] == "NN" and head == token + 1


def modifying_nouns(tree: Tree) -> list[tuple[int, int, int]]:
    """Each noun that only modifies, the word it modifies in the end, the first token of both; in text order."""
    found = []
    modified_by: dict[int, int] = {}
    for token, dep in enumerate(tree.deps):
        if (
            (dep not in MODIFIER_DEPS and dep != "conj")
            or not tree.is_noun(token)
            or not modifies_noun(tree, token)
        ):
            continue
        noun, passed = token, []
        while noun not in modified_by and modifies_noun(tree, noun):
            passed.append(noun)
            noun = tree.heads[tree.first_conjuncts[noun]]
        noun = modified_by.get(noun, noun)
        modified_by |= dict.fromkeys(passed, noun)  # so that a chain of nouns is walked once
        found.append((token, noun, min(tree.left_edges[token], tree.left_edges[noun])))
    return found
