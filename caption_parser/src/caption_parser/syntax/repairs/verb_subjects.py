"""Nouns before a finite verb: they are its subject, whatever else the verb can be.

"A giraffe points its head", "cows lounge in a field", "Kitten naps in sunbeam", "cabs queue at the airport": where
the verb is also a noun, a parser takes the two for a compound like "a giraffe head". A noun has no object and no
number that disagrees with its article; beyond that, what WordNet counts of the two, what the noun would name and
what follows tell which it is.
"""

from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import ADJECTIVE_TAGS, MODIFIERS, NOMINAL_TAGS, NOUN_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings
from caption_parser.syntax.words.roles import ACTS_OF_OFFICE, ACTS_OF_PLAYERS, OFFICES, PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes
from caption_parser.syntax.words.verb_words import VerbWords
from caption_parser.syntax.words.word_lists import SINGULAR, THEMSELVES

_FINITE = frozenset({"VBP", "VBZ"})
_FINITE_OR_PAST = _FINITE | {"VBD"}
_CLAUSES = frozenset({"ROOT", "advcl", "ccomp", "conj", "parataxis", "relcl"})
"""Relations of a finite verb to what it depends on."""
_OWN = frozenset({"det", "poss", "nummod"})
_OF_NOUNS = frozenset({"amod", "compound", "nmod", "nsubj"})
_COUNTED = frozenset({"noun.animal", "noun.artifact", "noun.food", "noun.person", "noun.plant"})
_LYING = frozenset({"graze", "hang", "lay", "lie", "rest", "wait"})
"""What several things or beings do, and what hardly is a thing."""
_HOLDING = frozenset({"contains", "displays", "features", "holds", "reveals", "shows"})

_OF_A_VEHICLE = frozenset("approaches charges docks idles lands refuels taxis".split())
_OF_VEHICLES = frozenset("circle crawl cruise line park queue race stream wait".split())
_ATHLETES = PLAYERS | {"rookie", "slugger"}
_LISTED = _OF_A_VEHICLE | _OF_VEHICLES | ACTS_OF_PLAYERS
"""What a vehicle or a player does far oftener than a caption names such a thing."""
_AIMED = frozenset({"batting", "pawing", "swatting"})
"""What beings do to what stands behind "at"."""
_TAKING_IN = frozenset({"bearing", "containing", "holding"})
_ACTS = _AIMED | _TAKING_IN

_LONGEST = 5
"""Words of a headline up to the verb: "K-9 Officer Rex retires"."""
_THINGS = frozenset({"animal", "artifact", "body", "food", "group", "object", "person", "substance"})
_SAID = frozenset({"cognition", "communication"})
_OF_BEINGS = frozenset({"body", "communication", "consumption", "perception"})
"""What animals do without being carried anywhere, by WordNet's kinds of verbs."""
_WITHOUT_OBJECTS = _OF_BEINGS | {"competition", "motion", "social", "stative"}
"""What is done as often to nothing as to something."""
_RATHER, _FAR_RATHER, _NEARLY_ALWAYS = 2, 5, 12
"""Times as often a verb as a noun: where little else tells, before a preposition, and where the noun would name a
thing; set by hand."""
_OUT_OF = frozenset({"away", "into", "off", "onto", "out", "past", "toward", "towards"})
"""What stands behind nothing that lies or stands there."""
_OF_THINGS = frozenset({"and", "by", "for", "from", "of", "or", "with"})
"""What says of things more often than of acts whose they are, and for whom."""
_WHEN = frozenset("after again ahead as before during while".split())
"""What happens happens at a time, and things have none."""
_OF_PLACES = frozenset({"CC", "IN", "RB", "RP", "TO"})
_GOODS = frozenset({"chews", "fries", "pants", "rolls", "supplies", "treats", "wipes"})
"""Goods that captions name more often than the verbs, which the texts that WordNet counts do not tell."""
_TOLD = frozenset({"rescues", "saves", "sounds"})
"""The same of what is done, told or heard; behind them, an object tells that somebody does so."""
_ENDS = frozenset({",", ".", "!", ";", "-", "|"})


class VerbSubjects:
    """Makes subjects of nouns that were taken for modifiers of the verb after them."""

    def __init__(self, words: VerbWords, beings: ActsAndBeings) -> None:
        self._words = words
        self._beings = beings

    def __call__(self, draft: TreeDraft) -> None:
        """Read each word and the one before it again that are a verb and its subject."""
        for verb in range(1, len(draft.heads)):
            noun = verb - 1
            if self._is_being_read_as_adjective(draft.tree, noun, verb):
                draft.tags[noun] = "NN"
            if self._is_headline(draft.tree, noun, verb):
                draft.tags[verb] = "NNS"
                _make_clause(draft, noun, verb)
                continue
            is_kind = draft.deps[verb] == "compound"
            if is_kind and (thing := self._disagreeing(draft.tree, noun, verb)) is not None:
                draft.part(noun, verb, thing)
                draft.make_subject(noun, verb, clause=draft.deps[verb] in _CLAUSES)
                continue
            tree = draft.tree
            if tree.words[verb] in THEMSELVES and (tree.deps[noun], tree.heads[noun]) == ("compound", verb):
                draft.free(noun, verb)  # "the kite itself is pink"
            elif (ends := self._list_before(tree, noun, verb)) is not None:
                draft.end_list(noun, verb, *ends)
            elif self._is_joined_verb(tree, verb):
                draft.make_finite(verb)
            elif tree.words[verb] in _ACTS and self._is_doer(tree, noun, verb):
                draft.raise_subject(noun, verb)
            elif tree.words[verb] == "taxis" and tree.heads[verb] == noun and self._is_vehicle(tree, noun):
                draft.make_finite(verb)
                draft.deps[verb] = "acl"  # "the Airbus A320 taxis to the stand"
            elif tree.deps[noun] in MODIFIERS and not self._names_things(tree, noun, verb):
                self._read_as_subject(draft, noun, verb)

    def _read_as_subject(self, draft: TreeDraft, noun: int, verb: int) -> None:
        tree = draft.tree
        if not (tree.is_noun(noun) or tree.words[verb] in _LISTED):
            return
        if (thing := self._object_after_no_noun(tree, noun, verb)) is not None:
            draft.part(noun, verb, thing)
        if draft.heads[noun] == verb and self._is_verb_of(draft.tree, noun, verb):
            if not tree.is_noun(noun):
                draft.tags[noun] = "NN"
            draft.make_subject(noun, verb, clause=draft.deps[verb] in _CLAUSES)

    def _is_being_read_as_adjective(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a being does something in place of its noun: "a resident clears snow"."""
        word = tree.words[noun]
        if tree.tags[noun] not in ADJECTIVE_TAGS or tree.heads[noun] != verb:
            return False
        if tree.deps[noun] == "nsubj":
            return self._is_somebody(word)
        return (
            tree.deps[noun] == "amod"
            and tree.word(noun - 1) in SINGULAR
            and self._beings.is_being(word)
            and self._words.is_third_person(tree.words[verb])
            and self._words.names_a_thing(word)
        )

    def _is_somebody(self, word: str) -> bool:
        return self._words.is_vehicle(word) or (
            self._beings.is_being(word) and not self._beings.is_adjective(word)
        )

    def _is_headline(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a caption begins with a being, a vehicle or an office without an article, and a verb in -s."""
        word = tree.words[verb]
        return (
            verb <= _LONGEST
            and self._words.is_third_person(word)
            and (tree.is_noun(verb) or tree.deps[verb] in _OF_NOUNS)
            and tree.tags[noun] not in PLURAL_TAGS
            and all(tree.tags[before] in NOMINAL_TAGS for before in range(verb))
            and self._is_somebody(tree.words[noun])
            and not self._words.is_listed(tree.words[noun], word)
            and self._is_rather_done(tree, noun, verb)
        )

    def _is_rather_done(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether what follows, what WordNet counts and what it would name as a noun make a word a verb."""
        word, behind, tag = tree.words[verb], tree.word(verb + 1), tree.tag(verb + 1)
        has_no_object = not behind or behind in _ENDS or tag in _OF_PLACES
        is_before_a_verb = tag in ("VB", "VBP") and self._words.is_rather_a_verb(behind)
        if is_before_a_verb or word in _GOODS or (word in _TOLD and has_no_object):
            return False
        if word in ACTS_OF_OFFICE and tree.words[noun] in OFFICES:
            return True
        kinds = self._words.noun_kinds(word)
        as_verb, as_noun = self._words.counts(word)
        if not _THINGS.isdisjoint(kinds) and as_verb <= _NEARLY_ALWAYS * as_noun:
            is_manner = tag == "IN" and behind not in _OF_THINGS
            return behind in _OUT_OF or (is_manner and as_verb > _FAR_RATHER * as_noun)
        is_rather_a_verb = as_verb > _RATHER * as_noun
        if behind in _WHEN:
            return True
        if has_no_object:
            return (
                _SAID.isdisjoint(kinds[:1])
                and self._words.is_for(word, _WITHOUT_OBJECTS)
                and (is_rather_a_verb or self._words.is_for(word, _OF_BEINGS))
            )
        return is_rather_a_verb or (as_verb > as_noun and self._beings.is_being(behind))

    def _list_before(self, tree: Tree, last: int, verb: int) -> tuple[int, int] | None:
        """What the noun before a verb is joined with, and who does it: "a boy in a suit and tie poses"."""
        if tree.tags[verb] != "NNS" or not self._words.is_third_person(tree.words[verb]):
            return None
        if (tree.deps[last], tree.heads[last], tree.deps[verb]) == ("compound", verb, "conj"):
            partner = tree.heads[verb]
        elif (tree.deps[last], tree.deps[verb], tree.heads[verb]) == ("conj", "dobj", last):
            partner = last - 2
        else:
            return None
        subject = next(token for token, head in enumerate(tree.heads) if token == head)
        others = (tag for token, tag in enumerate(tree.tags) if token != last)
        if (
            not subject < partner < last
            or tree.tags[subject] != "NN"
            or not (tree.is_noun(partner) and self._beings.is_noun(tree.words[last]))
            or not self._beings.is_being(tree.words[subject])
            or self._beings.is_being(tree.words[last])
            or self._words.is_listed(tree.words[last], tree.words[verb])
            or not _FINITE_OR_PAST.isdisjoint(others)
        ):
            return None
        is_act = tree.tag(verb + 1) in ("DT", "PRP$") or (
            self._words.is_rather_a_verb(tree.words[verb])
            and (tree.deps[verb] == "dobj" or _THINGS.isdisjoint(self._words.noun_kinds(tree.words[verb])))
        )
        return (partner, subject) if is_act or self._is_rather_done(tree, last, verb) else None

    def _is_doer(self, tree: Tree, noun: int, act: int) -> bool:
        """Whether a noun does what follows: "a kitten batting at a toy", "a cup holding pens"."""
        if tree.words[act] in _AIMED:
            return (
                tree.heads[noun] == act
                and tree.deps[noun] in MODIFIERS
                and self._beings.is_being(tree.words[noun])
            )
        if (tree.deps[noun], tree.heads[noun]) != ("npadvmod", act):
            return False
        if tree.has_child(act, "dobj"):
            return tree.has_child(noun, "det") or self._beings.is_being(tree.words[noun])
        return tree.tags[tree.heads[act]] == "NNS" and tree.word(noun - 1) in SINGULAR

    def _names_things(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether they are counted or small: "a couple trains", "model planes", but not "a couple embraces"."""
        if tree.words[noun] == "model":
            return self._words.is_vehicle(tree.words[verb])
        if tree.deps[noun] != "nummod":
            return False
        _, as_noun = self._words.counts(tree.words[verb])
        return as_noun > 0 and self._words.category(tree.words[verb]) in _COUNTED

    def _disagreeing(self, tree: Tree, noun: int, verb: int) -> int | None:
        """The lines of "an open laptop displays lines of code", which have the article of the laptop."""
        thing = tree.heads[verb]
        if (
            tree.tags[thing] != "NNS"
            or not tree.is_noun(noun)
            or not (
                tree.words[verb] in _HOLDING
                or (self._beings.is_being(tree.words[noun]) and self._words.is_third_person(tree.words[verb]))
            )
        ):
            return None
        has_article = any(child < noun and tree.words[child] in ("a", "an") for child in tree.children[thing])
        return thing if has_article else None

    def _is_joined_verb(self, tree: Tree, token: int) -> bool:
        """Whether a bare noun joined with a finite verb is one too: "the kids laugh and duck"."""
        head, word = tree.heads[token], tree.words[token]
        if tree.deps[token] != "conj" or tree.tags[token - 1] != "CC":
            return False
        match tree.tags[head], tree.tags[token]:
            case "VBZ", "NNS":
                return self._words.is_third_person(word)
            case "VBP", "NN":
                return self._words.is_base(word)
        return False

    def _is_verb_of(self, tree: Tree, noun: int, verb: int) -> bool:
        if tree.tags[verb] in _FINITE:
            return self._is_read_as_finite(tree, noun, verb)
        if tree.tags[verb] not in ("NN", "NNS"):
            return False
        if tree.words[verb] in _LISTED and self._is_listed_act(tree, noun, verb):
            return True
        if not self._agree(tree, noun, verb):
            return False
        return (
            self._has_an_object(tree, verb)
            or self._is_nothing_but_a_verb(tree.words[verb])
            or self._is_what_beings_do(tree, noun, verb)
            or self._is_what_vehicles_do(tree, noun, verb)
            or self._is_how_several_lie(tree, verb)
        )

    def _is_read_as_finite(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a verb by its tag is none all the same: "two computer monitors", "garden plants"."""
        own = [tree.deps[child] for child in (*tree.children[verb], *tree.children[noun]) if child < noun]
        return (
            not (tree.tags[verb] == "VBZ" and tree.tags[noun] in PLURAL_TAGS)
            and not self._words.is_listed(tree.words[noun], tree.words[verb])
            and (
                "det" in own
                or self._beings.is_being(tree.words[noun])
                or self._has_an_object(tree, verb)
                or (self._words.is_vehicle(tree.words[noun]) and tree.has_child(verb, "dobj"))
                or (tree.has_capital(noun) and self._words.is_uncommon(tree.words[noun]))
            )
        )

    def _agree(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether they can be a subject and its verb; two that are coordinated have a plural verb."""
        word = tree.words[verb]
        several = tree.tags[noun] in PLURAL_TAGS
        if tree.tags[verb] == "NNS":
            return not several and self._words.is_third_person(word)
        return self._words.is_base(word) and (
            several or self._beings.is_being(tree.words[noun]) or tree.deps[verb] == "conj"
        )

    def _has_an_object(self, tree: Tree, verb: int) -> bool:
        """Whether a thing with an article follows; one that seems to be in apposition follows at once."""
        things = [*tree.children_by(verb, "dobj"), *tree.children_by(verb, "appos")]
        return any(
            tree.deps[own] in _OWN and (tree.deps[thing] == "dobj" or own == verb + 1)
            for thing in things
            for own in tree.children[thing]
        )

    def _is_what_beings_do(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether beings do it, in a place where a noun is not likely: "cows lounge", "a dog and a cat sleep"."""
        words, name = self._words, tree.words[verb]
        if (
            not self._beings.is_being(tree.words[noun])
            or not (
                tree.deps[verb] in ("ROOT", "conj")
                or (tree.deps[verb] == "advcl" and tree.has_child(verb, "mark"))
            )
            or (tree.deps[verb] == "ROOT" and words.is_listed(tree.words[noun], name))
        ):
            return False
        if name == "waves" and tree.word(verb + 1) in ("at", "from", "to"):
            return True
        if tree.tags[verb] == "NNS":
            own = any(tree.deps[child] in _OWN for child in (*tree.children[noun], *tree.children[verb]))
            return words.is_rather_a_verb(name) if own else words.says_how_one_is(name)
        if tree.tags[noun] in PLURAL_TAGS:
            return words.is_rather_a_verb(name)
        return words.says_how_one_is(name) and self._goes_on(tree, verb)

    def _is_listed_act(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a player or a vehicle does it: "striker scores", "a plane taxis", "cabs queue"."""
        word = tree.words[verb]
        if word in ACTS_OF_PLAYERS:
            return tree.words[noun] in _ATHLETES
        own = [child for child in (*tree.children[noun], *tree.children[verb]) if child < noun]
        if word in _OF_A_VEHICLE:
            said = any(tree.words[child] in SINGULAR for child in own)
        else:
            is_counted = any(tree.tags[child] == "CD" for child in own)
            said = tree.tags[noun] == "NNS" and (is_counted or tree.has_child(verb, "prep"))
        return said and self._is_vehicle(tree, noun)

    def _is_what_vehicles_do(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a vehicle moves so: "truck overturns on motorway"."""
        return (
            tree.tags[verb] == "NNS"
            and tree.deps[verb] == "ROOT"
            and self._words.is_vehicle(tree.words[noun])
            and self._words.says_how_one_moves(tree.words[verb])
            and self._goes_on(tree, verb)
        )

    def _is_vehicle(self, tree: Tree, noun: int) -> bool:
        """Whether a word names a vehicle, or its make or model does."""
        word = tree.words[noun]
        if any(map(str.isdigit, word)):
            return noun > 0 and tree.has_capital(noun - 1)
        return self._words.is_vehicle(word) or not vehicle_makes().isdisjoint(
            tree.words[max(0, noun - 1) : noun + 1]
        )

    def _is_how_several_lie(self, tree: Tree, verb: int) -> bool:
        """Whether two that are joined do what they do together: "a knife and a fork lie on a plate"."""
        return tree.deps[verb] == "conj" and tree.words[verb] in _LYING and self._goes_on(tree, verb)

    def _goes_on(self, tree: Tree, verb: int) -> bool:
        """Whether a place or a manner follows at once: "a cat sleep on two chairs"."""
        after = verb + 1
        return after < len(tree) and tree.heads[after] == verb and tree.deps[after] in ("advmod", "prep", "prt")

    def _object_after_no_noun(self, tree: Tree, noun: int, verb: int) -> int | None:
        """The boxes of "workers unload boxes", where "unload" can be no noun."""
        word = tree.words[verb]
        if tree.deps[verb] != "compound" or not tree.is_noun(verb) or not self._is_nothing_but_a_verb(word):
            return None
        several = tree.tags[noun] in PLURAL_TAGS
        agrees = self._words.is_base(word) if several else self._words.is_third_person(word)
        return tree.heads[verb] if agrees and tree.heads[verb] > verb else None

    def _is_nothing_but_a_verb(self, word: str) -> bool:
        return not self._words.is_noun(word) and not self._words.is_a(word, "a")


def _make_clause(draft: TreeDraft, subject: int, verb: int) -> None:
    """Let the noun before a verb be its subject, and what stands behind it its object."""
    tree = draft.tree
    if tree.heads[verb] > verb and tree.deps[verb] in _OF_NOUNS:
        thing = tree.heads[verb]
        draft.part(subject, verb, thing)
        if tree.tags[thing] in ADJECTIVE_TAGS:
            draft.deps[thing] = "acomp"  # "cat dies aged seven"
        elif tree.tags[thing] not in NOUN_TAGS:
            draft.make_noun(thing)
    else:
        draft.heads[subject], draft.deps[subject] = verb, "compound"
    draft.make_subject(subject, verb, clause=True)
