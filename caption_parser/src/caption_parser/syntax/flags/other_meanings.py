"""Words that mean another thing beside certain others: cells of a body, a guide on how to bake, bears that bear.

Each has a test of its own for what stands around it; a caption without any of the words costs few comparisons.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon
from caption_parser.lexicon.taxonomy import with_hyponyms
from caption_parser.syntax.flags.carts_and_jets import (
    are_of_a_board,
    are_of_a_tub,
    is_a_cart,
    is_of_a_skatepark,
    is_skated_in,
)
from caption_parser.syntax.flags.figures import TRAINED
from caption_parser.syntax.flags.oranges import COLORED_WITH, are_colors, is_a_color
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree

_OF_CELLS = frozenset(
    """
    animals bacteria battery biology blood brain cancer disease dna embryo fuel immune infected jail membrane
    microscope microscopic molecules muscle nerve nucleus organism organisms prison skin solar stem tissue
    tissues tumor virus viruses
    """.split()
)
_LANGUAGE = "natural_language.n.01"
_ON_HOW = frozenset("choosing how picking using what when where which why".split())
_OF_TEXTS = frozenset(
    """
    beginner's buying complete comprehensive definitive detailed essential gift helpful how-to on-screen pocket
    quick screen shopping simple step step-by-step style survival travel ultimate
    """.split()
)
"""What is said of guides that are read."""
_FINITE = frozenset({"VBD", "VBP", "VBZ"})
_OF_TEXTS_ALONE = frozenset({"cover", "covers", "include", "includes"})
"""What guides do that are read, and no others."""
_OF_TEXTS_TOO = frozenset("are explains features has helps is shows takes tells will".split())
_WHAT_HE_DOES = frozenset({"acl", "advcl", "ROOT"})
_FIELD = "field"
_TO_A_SIDE = frozenset({"her", "his", "their", "the"})
_PUBLISHING = frozenset("asked claims named posted published reported reports reveals said says wrote".split())
_WANTING = frozenset(
    """
    ask asks asking look looking looks pay paying pays reach reached reaches reaching search searching shop
    shopping shops wait waiting waits
    """.split()
)
_DIALS = frozenset({"clock", "dial", "numerals", "watch"})
_GOING = frozenset({"go", "goes", "going", "gone", "went"})
_BORNE = frozenset(
    """
    arms fruit inscription logo mark marks name names relation resemblance scars signature signs title trace
    traces witness words
    """.split()
)
"""What is borne by what is no animal: "the stone bears an inscription"."""
_BEFORE_NOUNS = ADJECTIVE_TAGS | {"DT", "PRP$"}
_PETS = frozenset("baby boy fella gal girl guy lady lass sweetheart".split())
"""What people call their animals."""
_OURS = frozenset({"my", "our", "this"})
_FURTHEST = 7
_DESCRIBING = NOUN_TAGS | ADJECTIVE_TAGS | {"CD", "DT", "HYPH", "RB"}
_TAKES = frozenset({"take", "takes"})
_SAID_OF_OTHERS = frozenset(
    "expressionist futurist impressionist minimalist realist surrealist vegan vintage".split()
)
_SPEAKING = frozenset(
    "in into learn learning learns speak speaking speaks study studying teach teaches teaching".split()
)
_STOPS = frozenset({".", "!", "?", ",", ";"})
_POINTING = frozenset({"one", "that", "these", "this"})
_WITH_ROYALTY = frozenset({"and", "by", "for", "of", "the", "with"})
_OF_COUNTRIES = ADJECTIVE_TAGS | {"NNP", "NNPS"}
_TO_CLASS = frozenset({"after", "before", "for", "in", "to"})
_IN_PLACES = frozenset(
    ", across central eastern from in near north northern outside rural south southern through western".split()
)
_ACTING = frozenset("act acting acts pose poses posing serve serves serving work works working".split())
_BRIDAL = frozenset("bride bridesmaid dress gown princess queen robe".split())
_RAILWAYS = frozenset(
    "carriage conductor locomotive platform railway station steam subway ticket track tracks".split()
)
_OF_GOWNS = frozenset({"bridal", "cathedral", "chapel", "lace", "sweeping", "tulle", "watteau"})
_OF_ROADS = frozenset(
    "asphalt carriageway highway lane motorway pavement reflector reflectors road street tarmac".split()
)
"""Where cat's eyes are of glass."""
_IN_RAIN = frozenset({"brolly", "isotoner", "umbrella", "umbrellas"})
_WORN = frozenset("blazer boots dress jeans leggings outfit skirt socks tights trousers".split())
_WAYS = frozenset("creek lane path paths pathway river road roads route stream track trail trails".split())
_NEAR = 5
_DROPPING = frozenset({"carves", "carving", "drop", "dropped", "dropping", "drops", "rips", "shreds"})
_WHERE_BANDS_PLAY = frozenset("concert festival gig march marching music parade school show stage wedding".split())


class OtherMeanings:
    """Finds the nouns of a parse that do not mean what they mean elsewhere."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._state = lexicon.synset("american_state.n.01")
        self._categories = lru_cache(CACHED_LOOKUPS)(self._categories_of)
        self._peoples = frozenset(self._peoples_of_states())
        self._languages = frozenset(self._peoples_of(with_hyponyms(lexicon, [lexicon.synset(_LANGUAGE)])))

    def __call__(self, tree: Tree) -> set[int]:
        """Those nouns."""
        words = tree.words
        found = set[int]()
        if not _TOLD.keys().isdisjoint(words):
            found.update(at for at, word in enumerate(words) if word in _TOLD and _TOLD[word](tree, at))
        if not self._peoples.isdisjoint(words):
            found.update(at for at, word in enumerate(words) if word in self._peoples and _is_a_place(tree, at))
        if not self._languages.isdisjoint(words) and not _SPEAKING.isdisjoint(words):
            found.update(
                at for at, word in enumerate(words) if word in self._languages and _is_a_language(tree, at)
            )
        if "as" in words and not _ACTING.isdisjoint(words):
            found.update(self._roles_of_animals(tree))
        if "," in words and not _PETS.isdisjoint(words):
            found.update(at for at, word in enumerate(words) if word in _PETS and self._is_a_pet(tree, at))
        return found

    def _is_a_pet(self, tree: Tree, fondly: int) -> bool:
        """ "Our sweet girl Luna, a tabby", where no verb or possessor stands between the name and the animal."""
        if _OURS.isdisjoint(tree.words[max(0, fondly - 3) : fondly]):
            return False
        behind = fondly + 1
        while behind < len(tree) and behind <= fondly + 2 and tree.has_capital(behind):
            behind += 1
        if tree.words[behind : behind + 1] != [","]:
            return False
        for token in range(behind + 1, min(len(tree), behind + _FURTHEST)):
            if tree.is_noun(token) and "noun.animal" in self._categories(tree.words[token]):
                return _ends_there(tree, token)
            if tree.tags[token] not in _DESCRIBING:
                return False
        return False

    def _roles_of_animals(self, tree: Tree) -> set[int]:
        """What somebody else acts as: "a dog acts as goalkeeper"."""
        return {
            noun
            for at, word in enumerate(tree.words)
            if word == "as" and tree.words[max(0, at - 1)] in _ACTING
            for noun in tree.children_by(at, "pobj")
            if "noun.person" in self._categories(tree.words[noun])
            and any(
                "noun.animal" in self._categories(tree.words[subject])
                for subject in tree.children_by(tree.heads[at], "nsubj")
            )
        }

    def _peoples_of_states(self) -> set[str]:
        """Names of American states that are peoples, too: "Iowa"."""
        return self._peoples_of(self._lexicon.instance_hyponyms(self._state))

    def _peoples_of(self, synsets: Iterable[int]) -> set[str]:
        return {
            lemma.lower()
            for synset in synsets
            for lemma in self._lexicon.lemmas(synset)
            if any(self._lexicon.lexname(sense) == "noun.person" for sense in self._lexicon.synsets(lemma.lower()))
        }

    def _categories_of(self, word: str) -> frozenset[str]:
        return frozenset(map(self._lexicon.lexname, self._lexicon.frequent_senses(word, of_each=2)))


def _ends_there(tree: Tree, animal: int) -> bool:
    """Whether nothing but a verb follows, as in "a tabby, sleeps"; not "a cat on her lap", "lion tattoo"."""
    after = tree.words[animal + 1 : animal + 3]
    if not after or tree.tags[animal + 1] in _FINITE | {"VBG"}:
        return True
    return after[0] in _STOPS and "and" not in after


def _is_a_place(tree: Tree, state: int) -> bool:
    """Whether a name is not that of a people: "…, Iowa", "in rural Missouri"."""
    return tree.words[max(0, state - 1)] in _IN_PLACES and not tree.has_child(state, "det")


def _is_read(tree: Tree, guide: int) -> bool:
    """ "The ultimate guide to cheese", "a guide on how to bake"; who leads, explains or stands is a person."""
    after = tree.words[guide + 1 : guide + 3]
    said = set(tree.words[max(0, guide - 3) : guide])
    if _FIELD in said:
        return False
    if tree.deps[guide] == "nsubj" and tree.tags[tree.heads[guide]] in _FINITE:
        done = tree.words[tree.heads[guide]]
        return done in _OF_TEXTS_ALONE or (done in _OF_TEXTS_TOO and not said.isdisjoint(_OF_TEXTS))
    if not tree.is_noun(guide):
        return False
    on = after[:1] == ["on"] and after[1:] != [] and after[1] in _ON_HOW
    return on or not said.isdisjoint(_OF_TEXTS) or (after[:1] in (["to"], ["for"]) and not _guides(tree, guide))


def _guides(tree: Tree, guide: int) -> bool:
    """Whether behind "to" or "for" it is said what he does or where he is: "to the left", "to walk with us"."""
    behind = guide + 2
    if tree.tags[behind : behind + 1] == ["VB"] or (
        tree.words[behind : behind + 1] != [] and tree.words[behind] in _TO_A_SIDE and _is_where(tree, guide)
    ):
        return True
    return any(
        tree.tags[verb] in _FINITE or (tree.tags[verb] == "VBG" and tree.deps[verb] in _WHAT_HE_DOES)
        for verb in range(behind + 1, len(tree))
    )


def _is_where(tree: Tree, noun: int) -> bool:
    return not {"left", "right", "side"}.isdisjoint(tree.words[noun + 1 : noun + 4])


def _is_unsold(tree: Tree, royalty: int) -> bool:
    """The end of what agencies say of pictures: "… royalty free", also cut off."""
    after = [word for word in tree.words[royalty + 1 : royalty + 3] if word != "-"]
    if after[:1] == ["free"]:
        return True
    before = royalty - 1
    return (
        royalty + 1 == len(tree)
        and before > 1
        and tree.tags[before] not in _OF_COUNTRIES
        and tree.words[before] not in _WITH_ROYALTY
        and not tree.has_capital(before)
    )


def _is_beside(words: frozenset[str]) -> Callable[[Tree, int], bool]:
    """A test for some words anywhere in the caption."""
    return lambda tree, _: not words.isdisjoint(tree.words)


def _any_of(*tests: Callable[[Tree, int], bool]) -> Callable[[Tree, int], bool]:
    return lambda tree, token: any(test(tree, token) for test in tests)


def _is_a_publisher(tree: Tree, magazine: int) -> bool:
    """ "A portrait session for a magazine", "the magazine posted an article"."""
    before = tree.heads[magazine]
    if tree.deps[magazine] == "nsubj" and before == magazine + 1 and tree.words[before] in _PUBLISHING:
        return True
    wanted = tree.words[before] == "for" and not _WANTING.isdisjoint(tree.words[max(0, before - 2) : before])
    is_of_a_noun = tree.words[before] == "from" and tree.is_noun(tree.heads[before])
    return tree.deps[magazine] == "pobj" and not wanted and (tree.words[before] in ("by", "for") or is_of_a_noun)


def _is_of_a_clock(tree: Tree, hands: int) -> bool:
    """ "A clock whose face is white, and its hands point to four"."""
    return tree.words[max(0, hands - 1)] == "its" and not _DIALS.isdisjoint(tree.words)


def _is_a_surgeons(tree: Tree, knife: int) -> bool:
    """ "Went under the knife"."""
    return tree.words[max(0, knife - 2) : knife] == ["under", "the"] and tree.words[max(0, knife - 3)] in _GOING


def _are_borne(tree: Tree, bears: int) -> bool:
    """ "The stone bears an inscription", "a tree bears fruit"; not what has a word in the plural before it."""
    if not bears or tree.tags[bears - 1] not in NOUN_TAGS or tree.words[bears - 1].endswith("s"):
        return False
    if tree.words[bears + 1 : bears + 3] in (["much", "of"], ["little", "of"]):
        return True
    borne = bears + 1
    while borne < min(len(tree), bears + _NEAR) and tree.tags[borne] in _BEFORE_NOUNS:
        borne += 1
    return borne < len(tree) and tree.words[borne] in _BORNE


def _is_taken(tree: Tree, cake: int) -> bool:
    """ "This one takes the cake!", "this pie really takes the cake": what is shown, and nothing follows."""
    after = tree.words[cake + 1 : cake + 2]
    if tree.words[max(0, cake - 1)] != "the" or (after != [] and after[0] not in _STOPS - {","}):
        return False
    takes = cake - 2
    subject = takes - 1
    while subject > 0 and tree.tags[subject] == "RB":
        subject -= 1
    pointed = not _POINTING.isdisjoint(tree.words[max(0, subject - 1) : subject + 1])
    return subject >= 0 and tree.words[takes] in _TAKES and pointed


def _is_a_lesson(tree: Tree, lesson: int) -> bool:
    """ "On my way to class", "between my classes"."""
    before = tree.words[max(0, lesson - 1)]
    return before in _TO_CLASS or (before == "my" and tree.words[lesson] == "classes")


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
    worn = tree.deps[train] == "pobj" and tree.words[tree.heads[train]] == "with" and tree.words[whole] in TRAINED
    gowned = not (TRAINED | {"bride"}).isdisjoint(tree.words)
    return worn or not whose.isdisjoint(_BRIDAL) or (gowned and not said.isdisjoint(_OF_GOWNS))


def _is_of_glass(tree: Tree, cat: int) -> bool:
    """Whether cat's eyes are those of a road."""
    if cat and tree.tags[cat - 1] in ("DT", "JJ", "PRP$"):
        return False
    return tree.words[cat + 1 : cat + 3] == ["'s", "eyes"] and not _OF_ROADS.isdisjoint(tree.words)


def _is_a_stripe(tree: Tree, band: int) -> bool:
    """ "A lighthouse with a red band": what has one that has a colour plays no music, if it is no concert."""
    kind = band - 1
    if (
        not _WHERE_BANDS_PLAY.isdisjoint(tree.words)
        or kind < 1
        or tree.words[kind] not in COLORED_WITH | {"black", "brown", "orange"}
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


def _is_bare(tree: Tree, word: int) -> bool:
    """ "Dinner, vegan and gluten free", "bedroom, minimalist": who eats or builds so has a determiner or acts."""
    return tree.deps[word] != "nsubj" and not any(
        tree.has_child(word, determining) for determining in ("det", "nummod", "poss")
    )


def _is_a_language(tree: Tree, language: int) -> bool:
    """ "Price cards in Thai", "a label in Russian and English", "she speaks Polish"."""
    first = tree.first_conjuncts[language]
    before = tree.words[tree.heads[first]] if tree.deps[first] in ("pobj", "dobj") else ""
    return before in _SPEAKING and _is_bare(tree, language) and tree.tags[language + 1 : language + 2] != ["NN"]


def _is_of_a_way(tree: Tree, fork: int) -> bool:
    """ "A fork in the hiking trail"."""
    return tree.words[fork + 1 : fork + 2] == ["in"] and any(
        tree.words[way] in _WAYS for way in tree.children_by(fork + 1, "pobj")
    )


_TOLD = {
    "band": _is_a_stripe,
    "bands": _is_a_stripe,
    "bears": _are_borne,
    "bowl": _any_of(is_of_a_skatepark, is_skated_in, _is_of_skaters),
    "cake": _is_taken,
    "cat": _is_of_glass,
    "cells": _is_beside(_OF_CELLS),
    "class": _is_a_lesson,
    "classes": _is_a_lesson,
    "docs": _are_shoes,
    "fork": _is_of_a_way,
    "guide": _is_read,
    "guides": _is_read,
    "hands": _is_of_a_clock,
    "jets": are_of_a_tub,
    "knife": _is_a_surgeons,
    "magazine": _is_a_publisher,
    "orange": is_a_color,
    "oranges": are_colors,
    "royalty": _is_unsold,
    "totes": _is_a_maker,
    "train": _is_of_a_gown,
    "trolley": is_a_cart,
    "trolleys": is_a_cart,
    "trucks": are_of_a_board,
    **dict.fromkeys(_SAID_OF_OTHERS, _is_bare),
}
"""Words, and what tells that they mean another thing."""
