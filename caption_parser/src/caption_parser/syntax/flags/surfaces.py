"""Nouns that are printed on something or shown by a device: "a mug with a dog on it", "a tablet displaying a cat".

Which is which depends on both: what is on a shirt is printed there, a table carries what is on it, and on a book a
cat is printed while an apple lies there.
"""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.quantities import referents
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import LIVING, in_both_numbers

_PICTURED = in_both_numbers(
    """
    ad advert advertisement badge banknote billboard calendar cartoon coin comic crest decal drawing emblem
    engraving etching flyer fresco frieze graphic icon illustration label logo medal medallion mosaic mural
    painting poster print sketch stamp sticker tapestry tattoo wallpaper woodcut
    """
) | frozenset("clipart embroidery graffiti".split())
"""Flat likenesses: what they are "with" is in them."""
_PRINTED = in_both_numbers(
    """
    apron backpack badge bag balloon bandana banner billboard bookmark button canvas cap card coaster coin costume
    curtain cushion flag handbag hoodie jacket jersey kite magnet medal menu mousepad napkin necktie onesie patch
    pennant pillow pillowcase plaque postcard poster pouch purse quilt robe sari sarong scarf shirt skirt sleeve
    sock spacesuit stamp sticker stocking sweater sweatshirt swimsuit t-shirt tablecloth tapestry tattoo tee ticket
    tie tile top tote towel tshirt tuxedo umbrella uniform vest wallet wallpaper watch windsock
    """
) | frozenset("leggings pajamas shorts tights trunks".split())
"""What is on them, of whatever kind that moves, is printed, woven or pinned there."""
_WITH_ANYTHING = in_both_numbers(
    "banner billboard flag kite plaque poster screen shirt sign sweater sweatshirt tie"
)
"""What hangs or is worn, so that nothing can lie on it: a pizza on them is printed, too."""
_DECORATED = in_both_numbers(
    """
    album book bottle bowl brochure cake can clock cookie crate cup cupcake dish jar jug lighter lunchbox magazine
    mug newspaper notebook pitcher plate platter pot teapot thermos tin tray tumbler vase
    """
)
"""An animal, a person or a vehicle on them is a picture or a figure; food and things lie there."""
_COVERS = in_both_numbers(
    """
    banknote banner billboard coin cover crest emblem flag jersey label letterhead logo magazine medal package page
    postcard poster screen stamp sticker t-shirt tshirt wallpaper wrapper
    """
) | frozenset("packaging".split())
"""What is on them is a picture."""
_WORN = in_both_numbers("jersey t-shirt tshirt")
"""Who is in them is there."""
_DEVICES = in_both_numbers(
    """
    billboard cellphone chromebook computer ipad iphone jumbotron kindle laptop macbook monitor phone projector
    screen smartphone smartwatch tablet television tv
    """
)
_FLAT = _PICTURED | _COVERS | in_both_numbers("banner card plaque shirt sign sweater t-shirt tee")
_SHOWING = frozenset(
    """
    advertise advertises advertising depict depicting depicts display displaying displays feature features
    featuring play playing plays portraying portrays project projecting projects show showing shows streaming
    """.split()
)
_IMAGES = frozenset(
    "cartoon clip drawing footage image images movie photo photos picture pictures scene video".split()
)
_APPEARING = frozenset(
    "appear appearing appears displayed featured pictured projected racing seen shown visible".split()
)
_OF_THE_CAPTION = frozenset(
    """
    frame image images it photo photograph photographs photos picture pictures scene shot snapshot that this
    """.split()
)
_ON_WHAT = frozenset({"it", "them", "front", "back", "side", "sides"})
_DEPICTING = frozenset({"depict", "depicting", "depicts", "portraying", "portrays"})
"""What they have for an object is a picture, whatever depicts it."""
_ADVERTISEMENTS = in_both_numbers("ad advert advertisement billboard poster")
"""What they are "for" is in them as well."""
_ADORNED = frozenset(
    """
    embossed embroidered emblazoned engraved etched imprinted painted patterned printed stamped stenciled
    stencilled stitched
    """.split()
)
"""What a thing is so "with" is a picture on it."""
_DOING = frozenset(
    """
    asleep curled eating hiding jumping laying leaning licking lounging lying napping perched perching playing
    resting seated sitting sleeping standing stretched walking
    """.split()
)
"""What does so on something is there."""
_ICONS = frozenset("badges clipart decals emblems icons logos stickers".split())
_OF = frozenset({"bundle", "collection", "pack", "set", "sheet"})
"""A set of icons says behind a colon what they are."""
_FINITE = frozenset({"MD", "VBD", "VBP", "VBZ"})
_STOPS = frozenset({".", "!", ";"})
_TRIGGERS = _PICTURED | _PRINTED | _DECORATED | _COVERS | _DEVICES | _DEPICTING | _ADORNED


class SurfaceFinder:
    """Finds the nouns of a parse that are pictures on a surface or on a screen."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._vehicles = Below(lexicon, "vehicle.n.01")

    def __call__(self, tree: Tree) -> set[int]:
        if _TRIGGERS.isdisjoint(tree.words):
            return set()
        return {
            noun
            for token, word in enumerate(tree.words)
            if word in _TRIGGERS and (tree.is_noun(token) or word in _DEPICTING or word in _ADORNED)
            for shown in self._shown_by(tree, token, word)
            for noun in referents(tree, shown)
            if tree.is_noun(noun)
        }

    def _shown_by(self, tree: Tree, token: int, word: str) -> Iterator[int]:
        if word in _DEPICTING and not _is_the_photograph(tree, token):
            for noun in tree.children_by(token, "dobj"):
                yield from tree.conjuncts(noun)
        if word in _PICTURED:
            for noun in _with(tree, token):
                yield from tree.conjuncts(noun)
        if word in _ICONS:
            yield from _listed(tree, token)
        if word in _ADORNED:
            for noun in tree.complements(token, "with"):
                yield from (one for one in tree.conjuncts(noun) if self._moves(tree.words[one]))
        if word in _ADVERTISEMENTS:
            for noun in tree.complements(token, "for"):
                yield from tree.conjuncts(noun)
        if word in _PRINTED or word in _DECORATED or word in _COVERS:
            for noun in _with(tree, token):
                if _is_on_it(tree, noun) and not _does_something(tree, noun):
                    anything = word in _WITH_ANYTHING
                    yield from (one for one in tree.conjuncts(noun) if anything or self._moves(tree.words[one]))
        if word in _COVERS:
            for noun in _on(tree, token):
                if not _does_something(tree, noun):
                    anything = word in _WITH_ANYTHING
                    yield from (one for one in tree.conjuncts(noun) if anything or self._moves(tree.words[one]))
        if word in _DEVICES or word in _FLAT:
            yield from _shown_by_verb(tree, token)
        if word in _DEVICES:
            yield from _on_screen(tree, token)

    @remembered
    def _moves(self, word: str) -> bool:
        """Whether a noun means an animal, a person or a vehicle: what is larger than what it would lie on."""
        lexicon = self._lexicon
        return any(
            lexicon.lexname(synset) in LIVING or synset in self._vehicles
            for synset in lexicon.frequent_senses(word)
        )


def _is_the_photograph(tree: Tree, verb: int) -> bool:
    """Whether what depicts is the image that the caption is of: "the image depicts a kitchen"."""
    subjects = [*tree.children_by(verb, "nsubj"), *([tree.heads[verb]] if tree.deps[verb] == "acl" else ())]
    return any(tree.words[subject] in _OF_THE_CAPTION for subject in subjects)


def _with(tree: Tree, bearer: int) -> Iterator[int]:
    """What a bearer is "with", or "has"."""
    yield from tree.complements(bearer, "with")
    verbs = list(tree.children_by(bearer, "relcl", "acl"))
    if tree.deps[bearer] == "nsubj":
        verbs.append(tree.heads[bearer])
    for verb in verbs:
        if tree.words[verb] in ("has", "have", "having"):
            yield from tree.children_by(verb, "dobj")


def _listed(tree: Tree, pictures: int) -> Iterator[int]:
    """What they are, behind a colon: "four icons on a white background: an airplane and a clock".

    Clauses tell what happens there, and places are none that icons stand for: "Stickers on a laptop: a cat".
    """
    if ":" not in tree.words[pictures:]:
        return
    colon = tree.words.index(":", pictures)
    end = next((token for token in range(colon, len(tree)) if tree.words[token] in _STOPS), len(tree))
    counted = tree.has_child(pictures, "nummod") or not _OF.isdisjoint(tree.words[:pictures])
    if (counted or colon == pictures + 1) and _FINITE.isdisjoint(tree.tags[colon:end]):
        yield from (token for token in range(colon + 1, end) if tree.is_noun(token))


def _is_on_it(tree: Tree, noun: int) -> bool:
    """Whether "on it", "on them" or "on the front" follows a noun."""
    preposition = tree.heads[noun]
    holders = {*tree.conjuncts(noun), preposition, tree.heads[preposition]}
    return any(
        tree.words[place] == "on"
        and tree.heads[place] in holders
        and any(tree.words[child] in _ON_WHAT for child in tree.children_by(place, "pobj"))
        for place in range(noun + 1, len(tree))
    )


def _does_something(tree: Tree, noun: int) -> bool:
    return any(tree.words[child] in _DOING for child in tree.children[noun])


def _on(tree: Tree, cover: int) -> Iterator[int]:
    """The noun that is said to be on a cover: as its complement, or as the subject of "is"."""
    preposition = tree.heads[cover]
    if tree.deps[cover] != "pobj" or tree.words[preposition] not in ("on", "in"):
        return
    holder = tree.heads[preposition]
    if tree.words[preposition] == "in" and (tree.words[cover] in _WORN or tree.words[holder] not in _APPEARING):
        return
    if tree.is_noun(holder):
        yield holder
    elif tree.words[holder] in ("is", "are") or tree.words[holder] in _APPEARING:
        if tree.deps[holder] == "acl" and tree.is_noun(tree.heads[holder]):
            yield tree.heads[holder]
        yield from tree.children_by(holder, "nsubj", "nsubjpass")


def _shown_by_verb(tree: Tree, bearer: int) -> Iterator[int]:
    """ "a tablet displaying a cat", "the flag shows a bear"."""
    verbs = [verb for verb in tree.children_by(bearer, "acl", "relcl") if tree.words[verb] in _SHOWING]
    head = tree.heads[bearer]
    if tree.deps[bearer] == "nsubj" and tree.words[head] in _SHOWING:
        verbs.append(head)
    for verb in verbs:
        for noun in tree.children_by(verb, "dobj"):
            yield from tree.conjuncts(noun)


def _on_screen(tree: Tree, device: int) -> Iterator[int]:
    """Subjects of "appear on a screen"; and what an image shows where it is said to be on one."""
    preposition = tree.heads[device]
    if tree.deps[device] != "pobj" or tree.words[preposition] != "on":
        return
    verb = tree.heads[preposition]
    yield from _of_image(tree, verb)
    if tree.words[verb] in _APPEARING and not tree.is_noun(verb):
        if tree.deps[verb] == "acl":
            yield tree.heads[verb]
        yield from tree.children_by(verb, "nsubj", "nsubjpass")


def _of_image(tree: Tree, holder: int) -> Iterator[int]:
    """What an image is of that is said to be on a screen, whichever of the two nouns the parse hangs that on."""
    image = holder
    if tree.deps[holder] == "pobj" and tree.words[tree.heads[holder]] == "of":
        image = tree.heads[tree.heads[holder]]
    if tree.words[image] in _IMAGES:
        for noun in tree.complements(image, "of"):
            yield from tree.conjuncts(noun)
