"""Nouns that say how much there is of others, or which part: "a sea of umbrellas", "the train of a gown"."""

from collections.abc import Iterator
from functools import lru_cache

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon
from caption_parser.syntax.tree import PLURAL_TAGS, Tree

_WATERS = frozenset("sea seas ocean oceans river rivers wave waves flood pool stream".split())
_COVERS = frozenset("blanket blankets carpet carpets cloak curtain curtains canopy rug".split())
_HEAPS = frozenset("mountain mountains hill hills forest".split())
_MEASURES = _WATERS | _COVERS | _HEAPS | {"train", "bowl"}
"""All that may stand before "of" so."""
_SPREAD = frozenset(
    """
    algae ash clouds color colors colour colours darkness dew dust fog foliage frost grass green greenery haze
    humanity ice ivy leaves lava light lights mist moss mud petals pollen rain sand smoke snow stars steam sunlight
    trash vines water
    """.split()
)
_TRAINED = frozenset("cape cloak costume dress dresses gown gowns robe robes sari skirt skirts veil".split())
"""What has a train that is no vehicle: "the train of her gown"."""
_IN_BOWLS = frozenset(
    "amphitheater amphitheatre arena colosseum hills mountains pipe skatepark spoon stadium toilet valley".split()
)
"""What has a bowl that is no vessel: "the bowl of the stadium"."""
_BRIDAL = frozenset("bride bridesmaid dress gown princess queen robe".split())
_RAILWAYS = frozenset(
    "carriage conductor locomotive platform railway station steam subway ticket track tracks".split()
)
_OF_GOWNS = frozenset({"bridal", "cathedral", "chapel", "lace", "sweeping", "tulle", "watteau"})
_OF_ROADS = frozenset(
    "asphalt carriageway highway lane motorway pavement reflector reflectors road street tarmac".split()
)
"""Where cat's eyes are of glass."""
_COLORS = frozenset(
    "ambers blues browns crimsons golds greens greys grays ochres pinks purples reds violets yellows".split()
)
_COLORING = frozenset("dyed dyeing painted stained tinged tinted".split())
_BETWEEN_COLORS = frozenset({",", "and", "bright", "dark", "deep", "pale", "with"})
_COLORED_WITH = frozenset("blue gold green grey pink purple red violet white yellow".split())
_BEING = frozenset(
    "are be been being glow glowing glows is look looking looks turn turned turning turns was were".split()
)
_SHADES = frozenset(
    "blazing bold bright brilliant burnt dark deep fiery glowing light neon pale rich rusty vivid warm".split()
)
_SUBJECTS = ("nsubj", "nsubjpass")
_SHADING = frozenset({"JJ", "RB", "VBN"})
_MORE_COLORS = frozenset({"black", "brown", "gold", "grey", "silver", "turquoise", "teal"})
_JOINING = frozenset({"and", "&", ",", "/"})
_WITH_COLORS = frozenset({"in", "less", "more", "wear", "wearing", "wears", "wore"})
_LIKING = frozenset({"like", "liked", "love", "loved", "loving"})
_SPEAKERS = frozenset({"i", "we"})
_BESIDE_FRUIT = frozenset(
    """
    apple apples banana bananas citrus eat eating fruit fruits grapefruit grapes half juice kiwi lemon lemons lime
    limes peel peeled peeling pear pears segment segments slice sliced slices squeeze squeezed vitamin
    """.split()
)
_FRUIT = frozenset({"citrus", "fruit", "fruits", "juice", "segment", "segments"})
_IN_RAIN = frozenset({"brolly", "isotoner", "umbrella", "umbrellas"})
_WORN = frozenset("blazer boots dress jeans leggings outfit skirt socks tights trousers".split())
_WAYS = frozenset("creek lane path paths pathway river road roads route stream track trail trails".split())
_NEAR = 5
_DROPPING = frozenset({"carves", "carving", "drop", "dropped", "dropping", "drops", "rips", "shreds"})
_WET = frozenset({"water", "rain", "ice", "waters", "islands", "waves"})
_STREWN = frozenset({"noun.plant", "noun.person", "noun.animal"})

_WHERE_BANDS_PLAY = frozenset("concert festival gig march marching music parade school show stage wedding".split())


class FigureFinder:
    """Finds the nouns of a parse that stand for a measure."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._category = lru_cache(CACHED_LOOKUPS)(self._category_of)

    def __call__(self, tree: Tree) -> set[int]:
        """Those nouns."""
        found = set(self._figures(tree)) if "of" in tree.words else set()
        if not _TOLD.keys().isdisjoint(tree.words):
            found.update(
                token for token, word in enumerate(tree.words) if word in _TOLD and _TOLD[word](tree, token)
            )
        return found

    def _figures(self, tree: Tree) -> Iterator[int]:
        for preposition, word in enumerate(tree.words):
            noun = preposition - 1
            if word != "of" or noun < 0 or tree.words[noun] not in _MEASURES or not tree.is_noun(noun):
                continue
            if any(self._is_measured(tree, tree.words[noun], of) for of in tree.children_by(preposition, "pobj")):
                yield noun

    def _is_measured(self, tree: Tree, measure: str, of: int) -> bool:
        word = tree.words[of]
        if tree.tags[of] in ("NNP", "NNPS"):
            return False
        if measure == "train":
            return word in _TRAINED
        if measure == "bowl":
            return word in _IN_BOWLS
        plural = tree.tags[of] in PLURAL_TAGS or word in ("people", "sheep", "luggage", "traffic")
        if measure in _WATERS:
            return word not in _WET and (plural or word in _SPREAD)
        if measure in _COVERS:
            return word in _SPREAD or (plural and self._category(word) in _STREWN)
        return measure in _HEAPS and plural and self._category(word) == "noun.artifact"

    def _category_of(self, word: str) -> str | None:
        for lemma in self._lexicon.base_forms(word):
            for synset in self._lexicon.synsets(lemma):
                return self._lexicon.lexname(synset)
        return None


def _is_of_skaters(tree: Tree, bowl: int) -> bool:
    """ "Tony Hawk drops into the bowl", "a skater carving the bowl"; an egg drops into one of another kind."""
    verb = next((at for at in range(bowl - 1, max(0, bowl - _NEAR), -1) if tree.words[at] in _DROPPING), 0)
    skates = any("skate" in before or "skating" in before or "bmx" in before for before in tree.words[:verb])
    named = verb > 1 and tree.has_capital(verb - 1) and tree.has_capital(verb - 2)
    return bool(verb) and (skates or named)


def _is_of_a_gown(tree: Tree, train: int) -> bool:
    """ "the bride's train", "a gown with a long train", "a cathedral train"."""
    if not _RAILWAYS.isdisjoint(tree.words):
        return False
    whose = {tree.words[child] for child in tree.children_by(train, "poss")}
    said = {tree.words[child] for child in tree.children_by(train, "amod", "compound")}
    whole = tree.heads[tree.heads[train]]
    worn = tree.deps[train] == "pobj" and tree.words[tree.heads[train]] == "with" and tree.words[whole] in _TRAINED
    gowned = not (_TRAINED | {"bride"}).isdisjoint(tree.words)
    return worn or not whose.isdisjoint(_BRIDAL) or (gowned and not said.isdisjoint(_OF_GOWNS))


def _is_of_glass(tree: Tree, cat: int) -> bool:
    """Whether cat's eyes are those of a road."""
    if cat and tree.tags[cat - 1] in ("DT", "JJ", "PRP$"):
        return False
    return tree.words[cat + 1 : cat + 3] == ["'s", "eyes"] and not _OF_ROADS.isdisjoint(tree.words)


def _are_colors(tree: Tree, oranges: int) -> bool:
    """ "Rich oranges and reds of a sunset", but not of fruit."""
    near = tree.words[max(0, oranges - _NEAR) : oranges + _NEAR]
    return not _COLORS.isdisjoint(near) and {"fruit", "fruits", "market", "crate", "lemons"}.isdisjoint(tree.words)


def _is_a_color(tree: Tree, orange: int) -> bool:
    """ "A frisbee, orange with a worn rim", "the sea is tinted pink and orange", "a woman wearing orange"."""
    if _is_among_colors(tree, orange) or _is_spoken_of(tree, orange):
        return True
    before = orange - 1
    while before > 0 and (tree.words[before] in _BETWEEN_COLORS or tree.words[before] in _COLORED_WITH):
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
    if not _BESIDE_FRUIT.isdisjoint(tree.words):
        return False
    before, after = tree.words[max(0, orange - 1)], tree.words[orange + 1 : orange + 3]
    ends = not after or not tree.is_noun(orange + 1)
    if orange and before in _WITH_COLORS:
        return ends
    return len(after) > 1 and after[0] in _JOINING and after[1] in _COLORED_WITH | _MORE_COLORS


def _is_spoken_of(tree: Tree, orange: int) -> bool:
    """ "Orange is the new black", "orange is in this season", "I like the orange with it"."""
    if not _BESIDE_FRUIT.isdisjoint(tree.words):
        return False
    verb, before = tree.heads[orange], tree.words[max(0, orange - 1)]
    if before in ("the", "this", "that") and orange > 1:
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
    while before > 0 and (tree.tags[before] in _SHADING or tree.words[before] in _BETWEEN_COLORS | _SHADES):
        before -= 1
    if before > 0 and tree.words[before] == "a" and tree.words[before + 1] in _SHADES:
        before -= 1
    has_subject = any(tree.has_child(verb, dep) for verb in {before, tree.heads[orange]} for dep in _SUBJECTS)
    return before > 0 and tree.words[before] in _BEING and has_subject


def _is_a_stripe(tree: Tree, band: int) -> bool:
    """ "A lighthouse with a red band": what has one that has a colour plays no music, if it is no concert."""
    kind = band - 1
    if (
        not _WHERE_BANDS_PLAY.isdisjoint(tree.words)
        or kind < 1
        or tree.words[kind] not in _COLORED_WITH | {"black", "brown", "orange"}
    ):
        return False
    first = kind - (tree.words[kind - 1] in ("a", "an", "the", "one"))
    return first > 0 and tree.words[first - 1] in ("has", "have", "having", "with")


def _are_shoes(tree: Tree, docs: int) -> bool:
    """ "Mom jeans, docs": not doctors."""
    return not _WORN.isdisjoint(tree.words) and tree.tags[docs - 1 : docs] != ["DT"]


def _is_a_maker(tree: Tree, totes: int) -> bool:
    """ "Totes automatic folding brolly"."""
    return totes == 0 and tree.has_capital(0) and not _IN_RAIN.isdisjoint(tree.words) and "and" not in tree.words


def _has_an_article(tree: Tree, participle: int) -> bool:
    """Whether a participle stands between an article and its noun: "a painted orange", "a hand painted orange"."""
    first = participle - 1
    while first > 0 and (tree.words[first] in ("-", "hand") or tree.tags[first] == "RB"):
        first -= 1
    return first >= 0 and tree.tags[first] in ("CD", "DT", "PRP$")


def _is_of_a_way(tree: Tree, fork: int) -> bool:
    """ "A fork in the hiking trail"."""
    return tree.words[fork + 1 : fork + 2] == ["in"] and any(
        tree.words[way] in _WAYS for way in tree.children_by(fork + 1, "pobj")
    )


_TOLD = {
    "band": _is_a_stripe,
    "bands": _is_a_stripe,
    "bowl": _is_of_skaters,
    "cat": _is_of_glass,
    "docs": _are_shoes,
    "fork": _is_of_a_way,
    "orange": _is_a_color,
    "oranges": _are_colors,
    "totes": _is_a_maker,
    "train": _is_of_a_gown,
}
"""Words, and what tells that they name nothing of that name."""
