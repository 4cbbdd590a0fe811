"""Names of persons: behind what one is ("Chef Jamie"), or before what only persons do ("Jane Doe smiles")."""

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.names.name_words import BODIES, GIVEN, HIS_OR_HER, NameWords
from caption_parser.syntax.tree import NOUN_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.roles import OFFICES, PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes

_LONGEST = 4
"""Words of a name."""
_FEWEST_WORDS = 2
"""Of a name and another that tell by themselves that they are somebody's, both with a capital."""
_HUMAN = frozenset(
    """
    address applaud attend bow celebrate chat cheer converse cry dance embrace gesture greet grin hug interview
    kiss kneel laugh perform pose pray salute shout sing smile speak talk thank weep yell
    """.split()
)
"""What neither animals nor firms and towns do, as far as captions go."""
_PERSONS_ALONE = frozenset({"attend", "bow", "grin", "hug", "kiss", "kneel", "laugh", "pose", "sing", "smile"})
"""What no town does, so that its name is that of a person: "Ariana Grande", "Paris Hilton"."""
_ACTS = frozenset(
    """
    arrives blocks boards carries catches cooks delivers departs drops enters hits holds kicks leaves
    listens looks makes meets plays prepares presents punches reads rides runs scores serves shows signs
    sits stands swings tackles throws tours visits walks watches waves wears works
    """.split()
)
"""What somebody does whose title and name are told, where a noun is not likely."""
_AT_EVENTS = {
    "arrive": frozenset(
        """
        awards ball ceremony conference court event festival funeral gala hearing match opening party premiere
        reception screening show summit trial wedding
        """.split()
    ),
    "walk": frozenset({"carpet", "catwalk", "runway"}),
}
"""What ships and trains do, too, and where they do not."""
_WEARING = frozenset({"wearing", "wears", "wore"})
_GARMENTS = frozenset(
    """
    blazer blouse boots cape cardigan coat costume dress earrings gown heels hoodie jacket jeans jumpsuit kilt
    necklace outfit pants pantsuit robe sari shirt shorts skirt suit sunglasses sweater tiara trousers tuxedo
    uniform veil
    """.split()
)
"""What somebody with a name wears; a coat of snow is on mountains."""
_FURTHEST_GARMENT = 7
_STAGED = frozenset({"bow", "dance", "kneel", "perform", "rap", "sing", "speak"})
_ON_STAGE = frozenset({"at", "during", "in", "live", "on", "onstage"})
_ROLES = frozenset("baseman dame forward guard host king lady legend lord model queen receiver sir star".split())
"""What somebody is, where WordNet's first sense is another."""
_IN_PLAY = frozenset("doubles homers punts scores singles strikes triples".split())
"""What players do, whatever their last name means: "slugger Aaron Judge homers"."""
_IN_A_TEAM = PLAYERS | {"back", "rookie", "slugger"}
_BACKS = frozenset({"full", "half", "running", "wing"})
_FEATS = frozenset(
    "backhand dunk forehand goal header homer kick penalty punch putt save serve smash tackle volley".split()
)
"""What is seen of somebody whose feat it is: "Wayne Rooney's overhead kick"."""
_WITHIN_A_FEAT = 3
_ODD_NAMES = frozenset({"animal", "person", "plant"})
"""What names of persons mean elsewhere; those of buildings and places mean other things."""
_PETS = (
    "dog.n.01",
    "puppy.n.01",
    "cat.n.01",
    "kitten.n.01",
    "horse.n.01",
    "rabbit.n.01",
    "hamster.n.01",
    "parrot.n.01",
    "domestic_animal.n.01",
)
_TOYS = frozenset({"cartoon", "lego", "playmobil", "plush", "toy"})
_OWNING = frozenset({"'", "'s", "\u2019"})
_OCCASIONS = frozenset("anniversary birthday centenary day holiday jubilee years".split())
"""What towns and firms celebrate, too."""


class PersonalNames(NameWords):
    """Finds persons who are there by their names."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._pets = Below(lexicon, *_PETS)

    def __call__(self, tree: Tree) -> set[int]:
        """The last words of the names of who does what persons do, or the roles before them."""
        return self._subjects(tree) | self._acting(tree) | self._performing(tree)

    def titles(self, tree: Tree) -> set[int]:
        """The nouns before a name that say what its bearer is: the chef of "Chef Jamie" is no mere modifier."""
        return {
            token
            for token in range(len(tree) - 1)
            if tree.has_capital(token + 1)
            and tree.is_noun(token)
            and not tree.has_child(token, "poss")
            and self._is_role(tree.words[token])
            and (
                self._is_name_of(tree, token)
                or self._is_in_a_team(tree, token)
                or self._is_of_who_acts(tree, token)
            )
        }

    def _is_in_a_team(self, tree: Tree, position: int) -> bool:
        """Whether a position stands between a team and a name of two words: "Cowboys quarterback Dak Prescott"."""
        return (
            tree.words[position] in PLAYERS
            and tree.heads[position] > position
            and not tree.has_capital(position)
            and all(map(tree.has_capital, (position + 1, position + 2)))
        )

    def _is_of_who_acts(self, tree: Tree, title: int) -> bool:
        """Whether a name and what its bearer does follow: "Beauty queen Maria Lopez waves from a car"."""
        verb = title + 1
        while verb < len(tree) and verb - title <= _LONGEST + 1 and tree.has_capital(verb):
            verb += 1
        name = tree.words[title + 1 : verb]
        if not 1 < len(name) <= _LONGEST or verb >= len(tree):
            return False
        is_in_play = tree.words[title] in _IN_A_TEAM and tree.words[verb] in _IN_PLAY
        return (
            (is_in_play or self._is_human(tree.words[verb]) or tree.words[verb] in _ACTS)
            and self.begins_a_name(name[0])
            and (
                is_in_play
                or tree.words[title] in OFFICES
                or all(self._may_be_a_name(word) or self.is_uncommon(word) for word in name[1:])
            )
        )

    def _is_name_of(self, tree: Tree, title: int) -> bool:
        """Whether what a title modifies is the end of a name that begins right behind it."""
        last = title
        for _ in range(_LONGEST):
            if tree.heads[last] <= last or tree.deps[last] not in ("compound", "amod", "nmod"):
                break
            last = tree.heads[last]
        name = range(title + 1, last + 1)
        return (
            0 < len(name) <= _LONGEST
            and all(tree.has_capital(token) for token in name)
            and (self.is_uncommon(tree.words[name[0]]) or tree.words[name[0]] in GIVEN)
            and all(self._may_be_a_name(tree.words[token]) for token in name[tree.words[name[0]] in GIVEN :])
        )

    def by_role(self, tree: Tree) -> set[int]:
        """The last word of the name that opens a caption before what its bearer is: "Tony Hawk, skateboarder"."""
        if tree.capitals[:_FEWEST_WORDS] != [0, 1] or len(tree) <= _FEWEST_WORDS:
            return set()
        role = _FEWEST_WORDS + (tree.words[_FEWEST_WORDS] == ",")
        if (
            role < len(tree)
            and not tree.has_capital(role)
            and tree.deps[role] in ("ROOT", "appos", "conj")
            and tree.left_edges[role] == role
            and self._is_role(tree.words[role])
            and self.begins_a_name(tree.words[0])
            and tree.is_noun(1)
            and not self._is_other_name("_".join(tree.words[:_FEWEST_WORDS]))
            and tree.words[0] not in vehicle_makes()
        ):
            return {1}
        return set()

    def _acting(self, tree: Tree) -> set[int]:
        """The roles before names whose bearers act, whatever the parse makes of them."""
        found: set[int] = set()
        for first in tree.capitals:
            role = first - 1
            word = tree.words[role] if role >= 0 else ""
            is_back = word == "back" and tree.word(role - 1) in _BACKS
            if (is_back or self._is_role(word)) and self._is_of_who_acts(tree, role):
                found.add(role)
        return found

    def _performing(self, tree: Tree) -> set[int]:
        """The last words of names that open a caption of a part, and of those whose feats are told.

        "Emma Watson as Hermione", "Wayne Rooney's overhead kick".
        """
        found: set[int] = set()
        if _OWNING.isdisjoint(tree.words) and "as" not in tree.words:
            return found
        for last in tree.capitals:
            behind = tree.words[last + 1 : last + 2 + _WITHIN_A_FEAT]
            if not last or not behind:
                continue
            if behind[0] in _OWNING:
                performs = not _FEATS.isdisjoint(behind[1:])
            else:
                performs = behind[0] == "as" and last < _LONGEST and self._is_a_part(tree, last + 2)
            if performs and (self._is_full_name(tree, last, as_place=True) or self._is_odd_name(tree, last)):
                found.add(last)
        return found

    def _is_odd_name(self, tree: Tree, last: int) -> bool:
        """Whether two words are a name the second of which is another word, too: "Ryan Gosling".

        Not a pet that is dressed up, nor a car or a toy: "Goldendoodle Puppy as Chewbacca".
        """
        first, second = tree.words[last - 1 : last + 1]
        senses = self._lexicon.synsets(second)
        return (
            tree.capitals[:2] == [0, 1]
            and last == 1
            and self.begins_a_name(first)
            and bool(senses)
            and self._kind(senses[0]) in _ODD_NAMES
            and senses[0] not in self._pets
            and first not in vehicle_makes() | _TOYS
        )

    def _is_a_part(self, tree: Tree, first: int) -> bool:
        """Whether what begins there is a name, or what somebody is: "as the prime minister"."""
        if first < len(tree) and tree.has_capital(first):
            return True
        return tree.word(first) == "the" and any(map(self._is_role, tree.words[first + 1 : first + 3]))

    def _subjects(self, tree: Tree) -> set[int]:
        """The last words of names of two words or more whose bearers do what only persons do."""
        found = {0} if self._is_on_stage(tree) else set()
        if len(tree.capitals) < _FEWEST_WORDS:
            return found
        having_subjects = {tree.heads[token] for token, dep in enumerate(tree.deps) if dep == "nsubj"}
        for verb, tag in enumerate(tree.tags):
            if not verb or not (tag in VERB_TAGS or verb in having_subjects):
                continue
            dressed = _is_dressed(tree, verb)
            if (
                not dressed
                and not self._is_human(tree.words[verb])
                and not self._is_at_an_event(tree, verb)
                and HIS_OR_HER.isdisjoint(tree.words[verb + 1 :])
            ):
                continue
            noun = next(tree.children_by(verb, "nsubj"), tree.heads[verb] if tree.deps[verb] == "acl" else verb)
            if all(map(tree.has_capital, range(noun, verb))):
                noun = max(noun, verb - 1)
            as_place = not dressed and _PERSONS_ALONE.isdisjoint(self._lexicon.base_forms(tree.words[verb], "v"))
            if (
                noun < verb
                and self._is_full_name(tree, noun, as_place=as_place)
                and not self._is_an_occasion(tree, verb)
            ):
                found.add(noun)
        return found

    def _is_on_stage(self, tree: Tree) -> bool:
        """Whether a caption begins with one word for who performs at a place: "Beyonce performs at Coachella"."""
        return (
            len(tree) > _FEWEST_WORDS
            and tree.words[_FEWEST_WORDS] in _ON_STAGE
            and tree.capitals[:1] == [0]
            and not tree.has_capital(1)
            and not _STAGED.isdisjoint(self._lexicon.base_forms(tree.words[1], "v"))
            and self.begins_a_name(tree.words[0])
        )

    def _is_full_name(self, tree: Tree, last: int, *, as_place: bool) -> bool:
        """Whether words with capitals are somebody's name; `as_place`: not if it begins with a place."""
        first = last
        while (
            first
            and last - first < _LONGEST
            and tree.has_capital(first - 1)
            and tree.tags[first - 1] in NOUN_TAGS | {"JJ"}
        ):
            first -= 1
        words = tree.words[first : last + 1]
        return (
            len(words) >= _FEWEST_WORDS
            and not (as_place and words[-1] in BODIES)
            and (tree.is_noun(last) or tree.tags[last] in ("PRP", "RB"))
            and tree.has_capital(last)
            and (self.is_uncommon(words[0]) or words[0] in GIVEN)
            and all(
                self._may_be_a_name(word) or (not as_place and self.is_uncommon(word))
                for word in words[words[0] in GIVEN :]
            )
            and not any(self._is_other_name(name) for name in (*words[:as_place], "_".join(words)))
        )

    def _is_at_an_event(self, tree: Tree, verb: int) -> bool:
        events = (_AT_EVENTS.get(base, frozenset()) for base in self._lexicon.base_forms(tree.words[verb], "v"))
        return any(not of_verb.isdisjoint(tree.words[verb + 1 :]) for of_verb in events)

    def _is_an_occasion(self, tree: Tree, verb: int) -> bool:
        return any(tree.words[thing] in _OCCASIONS for thing in tree.children_by(verb, "dobj"))

    @remembered
    def _is_role(self, word: str) -> bool:
        """By the most frequent sense."""
        if word in _ROLES:
            return True
        senses = self._lexicon.frequent_senses(word)
        return any(self._kind(sense) == "person" for sense in senses) and not self.is_uncommon(word)

    @remembered
    def _is_human(self, word: str) -> bool:
        return not _HUMAN.isdisjoint(self._lexicon.base_forms(word, "v"))


def _is_dressed(tree: Tree, verb: int) -> bool:
    """Whether a verb says what somebody wears: "wears a red dress", but not "wears a coat of snow"."""
    if tree.words[verb] not in _WEARING:
        return False
    behind = tree.words[verb + 1 : verb + 1 + _FURTHEST_GARMENT]
    return any(word in _GARMENTS and behind[place + 1 : place + 2] != ["of"] for place, word in enumerate(behind))
