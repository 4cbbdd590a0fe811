"""Possessors that say of what kind a thing is: "women's boots", "a chef's knife", but "the woman's dog".

What is possessed, and how the possessor is determined, tells the two apart. A part of a body shows its owner, and
so does a pet; "the man's hat" and "my dad's car" speak of somebody. Without an article, in the plural behind a
singular one ("a children's book"), or by a profession and its tool ("a chef's knife"), the possessor is a kind.
"""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.body_parts import BodyParts
from caption_parser.syntax.words.word_kinds import WordKinds
from caption_parser.syntax.words.word_lists import DEFINITE, ONE_OR_EACH, OUR_POSSESSIVES, in_both_numbers

_WITH_S = frozenset({"'s", "\u02bcs", "`s", "\u00b4s"})
_WITHOUT_S = frozenset({"'", "\u2019", "\u02bc", "`", "\u00b4"})
_APOSTROPHES = _WITH_S | _WITHOUT_S
_UNMARKED = frozenset({"mens", "womens", "childrens"})  # with the apostrophe left out, and nothing else
_MARKS = _APOSTROPHES | _UNMARKED
_IN_POSSESSION = NOUN_TAGS | ADJECTIVE_TAGS | PARTICIPLE_TAGS | {"CD", "HYPH", "FW"}
"""Tags of what may stand between an apostrophe and the noun that is possessed."""
_BEFORE_POSSESSOR = NOUN_TAGS | ADJECTIVE_TAGS | {"CD"}
_PLURALS = _UNMARKED | frozenset(
    "men women children boys girls ladies kids gentlemen people babies toddlers".split()
)

_DEFINITE = DEFINITE | {"whose"}

_PROFESSIONS = (
    "worker.n.01",
    "skilled_worker.n.01",
    "professional.n.01",
    "expert.n.01",
    "serviceman.n.01",
    "creator.n.02",
    "entertainer.n.01",
    "leader.n.01",
    "businessperson.n.01",
    "peasant.n.01",
    "traveler.n.01",
    "criminal.n.01",
    "clergyman.n.01",
    "aristocrat.n.01",
    "spiritual_being.n.01",
    "student.n.01",
)
"""Who is known by what he works with."""
_WITH_NAMES_OF_THEIR_OWN = frozenset("noun.act noun.event noun.group noun.person noun.animal noun.body".split())
"""Categories of what shows its possessors: "the women's match", "a boy's dog", "girls' hair"."""
_KEPT_FOR_ANIMALS = (
    "container.n.01",
    "furniture.n.01",
    "structure.n.01",
    "plaything.n.01",
    "food.n.01",
    "food.n.02",
)
"""What is an animal's without the animal: its bed, cage, bowl and toys; a collar or a saddle is on it."""
_GROWN = frozenset(
    "antlers coat feathers fur hooves horns mane markings plumage reflection spots stripes tusks wool".split()
)
"""What a body has besides its parts, and where nothing else can have it."""
_ANYBODY = frozenset(
    """
    adult athlete batter boy bride catcher cyclist female gentleman girl groom guy lady male man model
    passenger pedestrian person pitcher player rider skateboarder skater skier snowboarder somebody someone surfer
    teen teenager umpire woman
    """.split()
)
"""Who is spoken of where an article is left out: "man's hat"; products name them in the plural."""
_WORN_BY_ANIMALS = in_both_numbers(
    "bandana blanket bow bridle coat collar halter harness jacket leash muzzle sweater tag"
) | frozenset("clothes reins".split())
_NO_BODIES = frozenset(
    {
        ("adder", "tongue"),
        ("athlete", "foot"),
        ("bird", "eye"),
        ("bull", "eye"),
        ("cat", "eye"),
        ("crow", "feet"),
        ("crow", "foot"),
        ("devil", "claw"),
        ("dragon", "mouth"),
        ("mare", "tail"),
        ("mind", "eye"),
    }
)
"""Names that mean no part of a body."""
_LIFELESS = frozenset({"toy", "stuffed", "plush"})
_JOINED = frozenset({"and", "&", "or"})
_OF_A_SEX = frozenset("men women boys girls ladies gentlemen kids children".split())
_PLAYERS = ("athlete.n.01", "player.n.01", "umpire.n.01")
_GEAR = in_both_numbers("glove helmet mask mitt pad stick") | frozenset("goggles padding".split())
"""What players have for their game."""
_PRIVATE_ROOMS = in_both_numbers("bedroom dorm nursery playroom room")
"""Rooms that tell whose they are and do not show him: "my son's bedroom"."""
_LEFT_ALONE = (
    "furniture.n.01",
    "building.n.01",
    "dwelling.n.01",
    "room.n.01",
    "plaything.n.01",
    "workplace.n.01",
)
"""What is somebody's without him: "a child's desk", "my uncle's farm"."""
_PUT_DOWN = in_both_numbers(
    "bag billfold charger diary handbag key notebook purse schoolbag suitcase wallet"
) | frozenset("homework luggage".split())
"""What is carried and put down."""
_GROUNDS = in_both_numbers(
    """
    allotment backyard barn cottage driveway farm farmhouse garden house orchard shop studio villa vineyard
    workshop yard
    """
)
"""What is somebody's and shows nobody, however he is determined: "the farmer's barn"."""
_OF_OLD = frozenset({"childhood", "former", "old", "vintage"})
"""Before what my father has no more, or leaves about: "my father's old racket"."""
_WORN = ("clothing.n.01", "footwear.n.01", "footwear.n.02", "jewelry.n.01")
_SPEAKING_OF_OWNERS = frozenset("he her hers herself him himself his she".split())
"""Behind what is somebody's they say that he is there: "the woman's garden where she grows oranges"."""
_WITH_OWNERS = frozenset({"at", "with"})
"""Before where somebody is himself, and before whom: "a notebook of a student at a desk"."""
_SENSES_OF_THINGS = 4
_ALIVE = frozenset({"noun.animal", "noun.body", "noun.person"})
_OF_OTHERS = OUR_POSSESSIVES | {"a", "an", "another"}
"""Before owners who have not been spoken of."""
_AT_THE_WHEEL = frozenset({"driver", "passenger", "pilot"})
_OF_VEHICLES = in_both_numbers("cabin compartment door mirror seat side window")
"""Parts of a vehicle by those whom they are for."""
_AT_A_POST = frozenset({"barber", "dentist", "director", "lifeguard"})
_POSTS = in_both_numbers("chair hut stand tower")
"""What stands where they work, whoever is in it."""
_WORKS = in_both_numbers(
    "artwork doodle drawing letter note novel painting poem scrawl scribble signature sketch"
) | frozenset("art handwriting".split())
"""What somebody has made who need not be there: "a child's drawings"."""
_ROOMS = in_both_numbers(
    """
    aisle area bathroom bedroom clinic club department hospital lavatory library locker market museum restroom room
    school section shelter shop size store toilet trailer
    """
) | frozenset("changing clothing fashion footwear shoes wear".split())


class PossessorFinder(WordKinds):
    """Finds the possessors of a parse that name a kind and nobody in the image."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._body_parts = BodyParts(lexicon)
        self._professions = Below(lexicon, *_PROFESSIONS)
        self._kept = Below(lexicon, *_KEPT_FOR_ANIMALS)
        self._players = Below(lexicon, *_PLAYERS)
        self._left_alone = Below(lexicon, *_LEFT_ALONE)
        self._is_kin = Below(lexicon, "relative.n.01")
        self._is_worn = Below(lexicon, *_WORN)

    def __call__(self, tree: Tree) -> set[int]:
        """The possessors of kind, as tokens."""
        of_nouns = set() if _PUT_DOWN.isdisjoint(tree.words) else set(self._of_nouns(tree))
        if _MARKS.isdisjoint(tree.words):
            return of_nouns
        return of_nouns | {
            possessor
            for possessor, possessed in _possessions(tree)
            if self._names_kind(tree, possessor, possessed)
        }.union(_of_goods_before(tree))

    def owned_parts(self, tree: Tree) -> set[int]:
        """Possessors of a part of their body: "a cow's head" is no weed, whatever WordNet calls by that name.

        And of what they wear for a game, if they are known: "the catcher's mask".
        """
        return {
            possessor
            for possessor, possessed in _possessions(tree)
            if (
                tree.words[possessed] in self._body_parts
                and (tree.words[possessor], tree.words[possessed]) not in _NO_BODIES
            )
            or (
                self._is_gear(tree.words[possessor], tree.words[possessed])
                and _determiner(tree, possessor) in _DEFINITE
            )
        }

    def _is_gear(self, owner: str, owned: str) -> bool:
        """Whether a player has it for his game, and not as his own: "a catcher's mitt"."""
        return owned in _GEAR and self.means(owner, self._players, 2)

    def _names_kind(self, tree: Tree, possessor: int, possessed: int) -> bool:
        owner, owned = tree.words[possessor], tree.words[possessed]
        if owned in _PRIVATE_ROOMS | _WORKS and self.category(owner) == "noun.person":
            return True
        determiner = _determiner(tree, possessor)
        is_spoken_of = determiner not in OUR_POSSESSIVES and _speaks_of_owner(tree, possessed)
        is_away = not is_spoken_of and self.category(owner) == "noun.person"
        if determiner in OUR_POSSESSIVES and is_away and self._is_of_old(tree, possessor, possessed):
            return True
        if (
            owned in self._body_parts
            or owned in _GROWN
            or (owned not in _ROOMS | _PUT_DOWN and self._shows_owner(tree, possessed))
        ):
            return False
        if (owner in _AT_THE_WHEEL and owned in _OF_VEHICLES) or (owner in _AT_A_POST and owned in _POSTS):
            return True
        if is_away and (owned in _GROUNDS or (determiner in _OF_OTHERS and self._is_left(owned))):
            return True
        is_plural = tree.tags[possessor] in PLURAL_TAGS or owner in _PLURALS
        if self._is_gear(owner, owned):
            return determiner not in _DEFINITE
        if determiner in _DEFINITE:
            return owner in _OF_A_SEX and owned in _ROOMS
        if determiner in ONE_OR_EACH:
            if self.category(owner) == "noun.animal":
                return self.means(owned, self._kept)
            return is_plural or self._is_profession(owner)
        # "two men's hats" speaks of two men; without any determiner the possessor is a kind, one or many.
        return determiner is None and (is_plural or self._is_kind_alone(tree, owner, possessed))

    def _is_of_old(self, tree: Tree, possessor: int, possessed: int) -> bool:
        """Whether a thing is what one of the family once had, and what is not worn."""
        if _OF_OLD.isdisjoint(tree.words[possessor + 1 : possessed]) or not any(
            sense in self._is_kin for sense in self._lexicon.frequent_senses(tree.words[possessor])
        ):
            return False
        name = f"{tree.words[possessed - 1]}_{tree.words[possessed]}"
        senses = [
            synset
            for lemma in self._lexicon.base_forms(name) or self._lexicon.base_forms(tree.words[possessed])
            for synset in self._lexicon.synsets(lemma)[:_SENSES_OF_THINGS]
        ]
        kinds = set(map(self._lexicon.lexname, senses))
        return (
            "noun.artifact" in kinds
            and _ALIVE.isdisjoint(kinds)
            and not any(sense in self._is_worn for sense in senses[:1])
        )

    def _of_nouns(self, tree: Tree) -> Iterator[int]:
        """Owners behind what they have put down, if no more is said of them: "the suitcase of a guest"."""
        for of, word in enumerate(tree.words):
            owned = of - 1
            if word != "of" or owned < 0 or tree.words[of + 1 : of + 2] not in (["a"], ["an"]):
                continue
            if tree.words[owned] in _PUT_DOWN and tree.is_noun(owned):
                yield from (
                    owner
                    for owner in tree.children_by(of, "pobj")
                    if self.category(tree.words[owner]) == "noun.person"
                    and (tree.words[owner] not in _ANYBODY or tree.words[owner] in _AT_THE_WHEEL)
                    and next(tree.children_by(owner, "acl", "relcl"), None) is None
                    and not _speaks_of_owner(tree, owner)
                    and tree.word(owner + 1) not in _WITH_OWNERS
                    and tree.tag(owner + 1) != "VBG"
                )

    def _is_kind_alone(self, tree: Tree, owner: str, possessed: int) -> bool:
        """Whether a singular possessor without an article is a kind: "chef's knife", not "man's shirt is red"."""
        category = self.category(owner)
        if category == "noun.animal":
            return tree.words[possessed] not in _WORN_BY_ANIMALS
        if category != "noun.person" or owner in _ANYBODY:
            return False
        return self._is_profession(owner) or tree.deps[possessed] not in ("nsubj", "nsubjpass")

    def _shows_owner(self, tree: Tree, possessed: int) -> bool:
        """Whether what is possessed is seen with its possessor; a toy animal is a thing."""
        return (
            self.category(tree.words[possessed]) in _WITH_NAMES_OF_THEIR_OWN
            and tree.words[possessed - 1] not in _LIFELESS
        )

    def _is_profession(self, word: str) -> bool:
        return self.means(word, self._professions)

    def _is_left(self, word: str) -> bool:
        return word in _PUT_DOWN or self.means(word, self._left_alone)


def _speaks_of_owner(tree: Tree, thing: int) -> bool:
    return not _SPEAKING_OF_OWNERS.isdisjoint(tree.words[thing + 1 :])


def _possessions(tree: Tree) -> Iterator[tuple[int, int]]:
    """Each noun before an apostrophe with the noun that it possesses, read off the words where the parse errs."""
    quoted = False
    for mark, word in enumerate(tree.words):
        if word in _UNMARKED and mark + 1 < len(tree):
            yield mark, _possessed(tree, mark, mark) or mark + 1
            continue
        if word not in _APOSTROPHES or not mark:
            continue
        noun = mark - 1
        if word in _WITHOUT_S and (quoted or tree.ends[noun] != tree.starts[mark]):
            quoted = not quoted
            continue
        if not tree.is_noun(noun) or (word in _WITHOUT_S and not tree.words[noun].endswith("s")):
            continue
        possessed = _possessed(tree, noun, mark)
        if possessed is not None:
            yield noun, possessed


def _of_goods_before(tree: Tree) -> Iterator[int]:
    """Possessors behind the goods that are theirs, as shops have them: "Socks 6 Pack Men's"."""
    for mark, word in enumerate(tree.words):
        if mark > 1 and word in _APOSTROPHES and tree.words[mark - 1] in _OF_A_SEX:
            before = mark - 2
            if tree.is_noun(before) and _possessed(tree, mark - 1, mark) is None and _ends(tree, mark + 1):
                yield mark - 1


def _ends(tree: Tree, token: int) -> bool:
    return token >= len(tree) or not (tree.tags[token][0].isalpha() and tree.tags[token][0] in "DIPTV")


def _possessed(tree: Tree, noun: int, mark: int) -> int | None:
    """The last noun of the run behind the apostrophe; over "and" to a second possessor's: "men's and women's"."""
    if tree.word(mark + 1) == "drawing" and not (
        tree.has_child(mark + 1, "dobj") or (mark + 2 < len(tree) and tree.is_noun(mark + 2))
    ):
        return mark + 1  # "a child's drawing on a fridge", whatever the parse makes of it
    if tree.tags[mark] in ("VBZ", "VBP") and tree.words[noun] not in _PLURALS:
        return None  # "the dog's running"
    last = None
    for token in range(mark + 1, len(tree)):
        if tree.is_noun(token):
            last = token
        elif last is None and (tree.words[token] in _JOINED or tree.word(token + 1) == "-"):
            continue
        elif last is not None and tree.words[token] in _APOSTROPHES:
            last = None
        elif tree.tags[token] not in _IN_POSSESSION or (last is not None and tree.tags[token] in PARTICIPLE_TAGS):
            break
    return last


def _determiner(tree: Tree, possessor: int) -> str | None:
    """The word before the possessor and its adjectives that determines it; a numeral counts as one."""
    token = possessor - 1
    while token >= 0 and tree.tags[token] in _BEFORE_POSSESSOR and tree.words[token] not in ONE_OR_EACH:
        if tree.tags[token] == "CD":
            return tree.words[token]
        token -= 1
    if token < 0:
        return None
    if tree.words[token] in _APOSTROPHES:
        return "the"  # "the man's dog's bowl"
    return tree.words[token] if tree.words[token] in _DEFINITE | ONE_OR_EACH else None
