"""Words that mean another thing beside certain others: a guide on how to bake, bears that bear.

Each has a test of its own for what stands around it; a caption without any of the words costs few comparisons.
"""

from collections.abc import Iterable

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import with_hyponyms
from caption_parser.syntax.flags.figures import TRAINED
from caption_parser.syntax.flags.oranges import are_colors, is_a_color
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree

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
_OF_CELLS = frozenset(
    """
    animals bacteria battery biology blood brain cancer disease dna embryo fuel immune infected jail membrane
    microscope microscopic molecules muscle nerve nucleus organism organisms prison skin solar stem tissue
    tissues tumor virus viruses
    """.split()
)
_DIALS = frozenset({"clock", "dial", "numerals", "watch"})
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
_MEALS = frozenset(
    """
    cereal drink drinks eat eating eats food fruit holding holds kitchen noodles rice salad soup table
    """.split()
)
_EDGES = frozenset("bottom coping edge edges lip rim side sides top wall walls".split())
_INTO = frozenset({"above", "around", "in", "inside", "into", "on"})
_SKATING = ("carv", "drop", "grind", "rid", "skat")
"""What is done with a bowl of concrete begins so."""
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
_IN_PLACES = frozenset(
    ", across central eastern from in near north northern outside rural south southern through western".split()
)
_ACTING = frozenset("act acting acts pose poses posing serve serves serving work works working".split())
_BRIDAL = frozenset("bride bridesmaid dress gown princess queen robe".split())
_OF_GOWNS = frozenset({"bridal", "lace", "sweeping", "tulle", "watteau"})
_BOARDS = frozenset({"longboard", "longboards", "skateboard", "skateboards"})
_PARTS_OF_BOARDS = frozenset({"bearings", "deck", "decks", "griptape", "wheels"})
_JOINING = frozenset({"&", ",", "and"})
_RAILWAYS = frozenset(
    "carriage conductor locomotive platform railway station steam subway ticket track tracks".split()
)
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
_NEAR = 5


class OtherMeanings:
    """Finds the nouns of a parse that do not mean what they mean elsewhere."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._state = lexicon.synset("american_state.n.01")
        self._peoples = frozenset(self._peoples_of_states())
        self._languages = frozenset(self._peoples_of(with_hyponyms(lexicon, [lexicon.synset(_LANGUAGE)])))

    def __call__(self, tree: Tree) -> set[int]:
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
        if tree.word(behind) != ",":
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
            if word == "as" and tree.word(at - 1) in _ACTING
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

    @remembered
    def _categories(self, word: str) -> frozenset[str]:
        return frozenset(map(self._lexicon.lexname, self._lexicon.frequent_senses(word, of_each=2)))


def _ends_there(tree: Tree, animal: int) -> bool:
    """Whether nothing follows at once; not "a cat on her lap", "lion tattoo"."""
    after = tree.words[animal + 1 : animal + 3]
    return not after or (after[0] in _STOPS and "and" not in after)


def _is_a_place(tree: Tree, state: int) -> bool:
    """Whether a name is not that of a people: "…, Iowa", "in rural Missouri"."""
    return tree.word(state - 1) in _IN_PLACES and not tree.has_child(state, "det")


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
    if tree.tag(behind) == "VB" or (tree.word(behind) in _TO_A_SIDE and _is_where(tree, guide)):
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


def _is_a_publisher(tree: Tree, magazine: int) -> bool:
    """ "A portrait session for a magazine", "the magazine posted an article"."""
    before = tree.heads[magazine]
    if tree.deps[magazine] == "nsubj" and before == magazine + 1 and tree.words[before] in _PUBLISHING:
        return True
    wanted = tree.words[before] == "for" and not _WANTING.isdisjoint(tree.words[max(0, before - 2) : before])
    is_of_a_noun = tree.words[before] == "from" and tree.is_noun(tree.heads[before])
    return tree.deps[magazine] == "pobj" and not wanted and (tree.words[before] in ("by", "for") or is_of_a_noun)


def _are_no_phones(tree: Tree, _: int) -> bool:
    """ "The cells of an organism", "a wall of prison cells"."""
    return not _OF_CELLS.isdisjoint(tree.words)


def _are_of_a_clock(tree: Tree, hands: int) -> bool:
    """ "A clock whose face is white, and its hands point to four"."""
    return tree.word(hands - 1) == "its" and not _DIALS.isdisjoint(tree.words)


def _are_borne(tree: Tree, bears: int) -> bool:
    """ "The stone bears an inscription", "a tree bears fruit"; not what has a word in the plural before it."""
    if not bears or tree.tags[bears - 1] not in NOUN_TAGS:
        return False
    if tree.words[bears + 1 : bears + 3] in (["much", "of"], ["little", "of"]):
        return True
    borne = bears + 1
    while borne < min(len(tree), bears + _NEAR) and tree.tags[borne] in _BEFORE_NOUNS:
        borne += 1
    return borne < len(tree) and tree.words[borne] in _BORNE


def _is_taken(tree: Tree, cake: int) -> bool:
    """ "This one takes the cake!", "this pie really takes the cake": what is shown, and nothing follows."""
    takes = tree.word(cake - 2) in _TAKES and tree.word(cake - 1) == "the"
    pointed = not _POINTING.isdisjoint(tree.words[max(0, cake - 5) : max(0, cake - 2)])
    return takes and pointed and tree.word(cake + 1) in ("", *_STOPS - {","})


def _is_of_a_gown(tree: Tree, train: int) -> bool:
    """ "the bride's train", "a gown with a long train", "a cathedral train"."""
    if not _RAILWAYS.isdisjoint(tree.words):
        return False
    whose = {tree.words[child] for child in tree.children_by(train, "poss")}
    whole = tree.heads[tree.heads[train]]
    worn = tree.deps[train] == "pobj" and tree.words[tree.heads[train]] == "with" and tree.words[whole] in TRAINED
    made = {tree.words[child] for child in tree.children_by(train, "amod", "compound")}
    return worn or not whose.isdisjoint(_BRIDAL) or not made.isdisjoint(_OF_GOWNS)


def _is_bare(tree: Tree, word: int) -> bool:
    """ "Dinner, vegan and gluten free", "bedroom, minimalist": who eats or builds so has a determiner or acts."""
    return tree.deps[word] != "nsubj" and not any(
        tree.has_child(word, determining) for determining in ("det", "nummod", "poss")
    )


def _is_a_language(tree: Tree, language: int) -> bool:
    """ "Price cards in Thai", "a label in Russian and English", "she speaks Polish"."""
    first = tree.first_conjuncts[language]
    before = tree.words[tree.heads[first]] if tree.deps[first] in ("pobj", "dobj") else ""
    return before in _SPEAKING and _is_bare(tree, language) and tree.tag(language + 1) != "NN"


def _is_a_cart(tree: Tree, trolley: int) -> bool:
    """ "A tea trolley", "a trolley full of luggage", "pushing a trolley"; one to the airport is a tram."""
    if not _RAILS.isdisjoint(tree.words):
        return False
    kind = {tree.words[child] for child in tree.children[trolley] if child < trolley}
    near = tree.words[max(0, trolley - _NEAR) : trolley + 1 + _NEAR]
    return not (_OF_CARTS.isdisjoint(kind) and _LOADS.isdisjoint(near) and _PUSHED.isdisjoint(near))


def _is_skated_in(tree: Tree, bowl: int) -> bool:
    """ "A skateboarder on the edge of the bowl", "riding a bowl on a skateboard", and nothing of a meal."""
    if not any(_is_of_skating(tree, at) for at in range(len(tree))) or not _MEALS.isdisjoint(tree.words):
        return False
    if tree.word(bowl + 1) in ("of", "with"):
        return False
    over = tree.heads[bowl]
    if tree.deps[bowl] == "pobj":
        return tree.words[over] in _INTO or (tree.words[over] == "of" and tree.words[tree.heads[over]] in _EDGES)
    return tree.deps[bowl] == "dobj" and tree.words[over].startswith(_SKATING)


def _are_of_a_board(tree: Tree, trucks: int) -> bool:
    """ "A skateboard with red trucks", "its deck, trucks and wheels"; others park beside a skateboard."""
    if _BOARDS.isdisjoint(tree.words):
        return False
    first = tree.first_conjuncts[trucks]
    over = tree.heads[first]
    had = tree.deps[first] == "pobj" and tree.words[over] == "with" and not tree.has_child(first, "acl")
    before, behind = tree.words[max(0, trucks - 3) : trucks], tree.words[trucks + 1 : trucks + 4]
    return (had and tree.words[tree.heads[over]] in _BOARDS) or any(
        not _PARTS_OF_BOARDS.isdisjoint(near) and not _JOINING.isdisjoint(near) for near in (before, behind)
    )


def _is_of_skating(tree: Tree, token: int) -> bool:
    """ "Skateboarders", "skates", "rides a skateboard", "on his skateboard"; not one beside other things."""
    if not tree.words[token].startswith("skat"):
        return False
    if tree.words[token] not in ("skateboard", "skateboards"):
        return True
    near = tree.words[max(0, token - 3) : token]
    return "on" in near or any(word.startswith(_SKATING) for word in near)


_TOLD = {
    "bears": _are_borne,
    "bowl": _is_skated_in,
    "cake": _is_taken,
    "cells": _are_no_phones,
    "guide": _is_read,
    "guides": _is_read,
    "hands": _are_of_a_clock,
    "magazine": _is_a_publisher,
    "orange": is_a_color,
    "oranges": are_colors,
    "royalty": _is_unsold,
    "train": _is_of_a_gown,
    "trucks": _are_of_a_board,
    "trolley": _is_a_cart,
    "trolleys": _is_a_cart,
    **dict.fromkeys(_SAID_OF_OTHERS, _is_bare),
}
"""Words, and what tells that they mean another thing."""
